"""The question before the window closes, where sessions or notes could not be saved."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from hl7capture.store.session_store import SessionStore
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible

translate = QCoreApplication.translate  # by this name the collector of strings knows it


def may_close(store: SessionStore, parent: QWidget) -> bool:
    """Where sessions cannot be saved, closing puts them aside: that is for the person to decide."""
    application = QApplication.instance()
    is_log_off = isinstance(application, QApplication) and application.isSavingSession()
    if not (store.waiting and store.problem) or is_log_off:
        return True
    question = QMessageBox(parent)
    question.setIcon(QMessageBox.Icon.Warning)
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setWindowTitle(translate("Closing", "Sessions are not saved"))
    text = translate(
        "Closing",
        "Sessions that could not be saved: {0}. When the window closes they are put aside in the system's folder "
        "for temporary files, and brought back at the next start, if nobody empties that folder before.",
    )
    question.setText(text.format(number_text(store.waiting)))
    question.setInformativeText(visible(store.problem))
    close = question.addButton(translate("Closing", "Put aside and close"), QMessageBox.ButtonRole.DestructiveRole)
    stay = question.addButton(translate("Closing", "Keep open"), QMessageBox.ButtonRole.RejectRole)
    question.setDefaultButton(stay)
    question.setEscapeButton(stay)
    question.exec()
    return question.clickedButton() is close


def may_lose_notes(count: int, reason: str, parent: QWidget) -> bool:
    """Where notes cannot be saved, closing loses them: that is for the person to decide."""
    application = QApplication.instance()
    if isinstance(application, QApplication) and application.isSavingSession():
        return True
    question = QMessageBox(parent)
    question.setIcon(QMessageBox.Icon.Warning)
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setWindowTitle(translate("Closing", "Notes are not saved"))
    text = translate("Closing", "Notes that could not be saved: {0}. They are lost when the window closes.")
    question.setText(text.format(count))
    question.setInformativeText(visible(reason))
    close = question.addButton(translate("Closing", "Close without them"), QMessageBox.ButtonRole.DestructiveRole)
    stay = question.addButton(translate("Closing", "Keep open"), QMessageBox.ButtonRole.RejectRole)
    question.setDefaultButton(stay)
    question.setEscapeButton(stay)
    question.exec()
    return question.clickedButton() is close
