"""Asks for an interface of another machine."""

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from hl7capture.model.source import SourceError
from hl7capture.sources.ssh import SCHEME, RemoteInterface, is_remote
from hl7capture.ui.plain import visible


class RemoteDialog(QDialog):
    """`url` holds the interface once the dialog was accepted. It begins with `interface` where that is a remote one."""

    def __init__(self, interface: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.url = ""
        self.setWindowTitle(self.tr("Remote interface"))
        self.setMinimumWidth(480)
        about = QLabel(
            self.tr(
                "Listens with tcpdump on a machine that you reach with ssh. Your key must be known there: this window "
                "cannot ask for a password."
            )
        )
        about.setWordWrap(True)
        about.setProperty("muted", True)
        host, _, name = interface.removeprefix(SCHEME).partition("/") if is_remote(interface) else ("", "", "")
        self.host = QLineEdit(host)
        self.host.setPlaceholderText("user@host:port")
        self.interface = QLineEdit(name)
        self.interface.setPlaceholderText("eth0")
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("bad", True)
        self.problem.hide()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("&Host"), self.host)
        form.addRow(self.tr("&Interface"), self.interface)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(self.tr("Start listening"))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setProperty("primary", True)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(14)
        layout.addWidget(about)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)

    def accept(self) -> None:
        """Takes the interface, or says what is wrong with it."""
        try:
            self.url = RemoteInterface.parse(f"{SCHEME}{self.host.text().strip()}/{self.interface.text().strip()}").url
        except SourceError as error:
            self.problem.setText(visible(str(error)))
            self.problem.show()
            return
        super().accept()
