"""A question with two answers."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def agrees(
    parent: QWidget, title: str, text: str, yes: str, *, no: str = "", more: str = "", is_harmless: bool = False
) -> bool:
    """True where the person pressed `yes`; Escape means no, and so does Enter, unless the answer does no harm.

    yes, no: what stands on the buttons; without `no` it is Cancel. more: stands below the question, smaller. All of it
    is plain text; what comes from outside goes through `visible` before.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question if is_harmless else QMessageBox.Icon.Warning)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(more)
    role = QMessageBox.ButtonRole.AcceptRole if is_harmless else QMessageBox.ButtonRole.DestructiveRole
    agree = box.addButton(yes, role)
    if no:
        refuse = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    else:
        refuse = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(agree if is_harmless else refuse)
    box.setEscapeButton(refuse)
    box.exec()
    box.deleteLater()
    return box.clickedButton() is agree
