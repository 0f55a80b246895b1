"""The archive that all sessions go to, whether it can be used, and its password."""

import os

from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLineEdit, QPushButton, QVBoxLayout, QWidget

from hl7capture.archive.address import URL_VARIABLE
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.passwords import keep_password
from hl7capture.archive.status import Status, status_of
from hl7capture.model.archive_url import parsed
from hl7capture.ui.background import Background
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel
from hl7capture.ui.settings.editors import line
from hl7capture.ui.settings.page import SettingsPage


class ArchivePage(SettingsPage):
    """What is typed is tried before it is saved; the window never waits for it."""

    def __init__(self) -> None:
        super().__init__(self.tr("Archive"))
        self._url = line("postgresql://lab_pc_3@archive.hospital.example/hl7")
        self.add("archiveUrl", self.tr("Address"), self._url)
        self.test = QPushButton(self.tr("Test the connection"))
        self.test.clicked.connect(self._test)
        self.password = QPushButton(self.tr("Password…"))
        self.password.setAccessibleName(self.tr("Keep the password in the system's keyring"))
        self.password.clicked.connect(self._ask_password)
        self.answer = CopyableLabel()
        if os.environ.get(URL_VARIABLE):
            self._say(self.tr("{0} overrules what stands here.").format(URL_VARIABLE))
        self.add_other("", self._below())
        self._url.textChanged.connect(self._on_typed)
        self._on_typed()

    def _below(self) -> QWidget:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        buttons = QHBoxLayout()
        buttons.addWidget(self.test)
        buttons.addWidget(self.password)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addWidget(self.answer)
        return below

    @property
    def _typed(self) -> str:
        return self._url.text().strip()

    def _on_typed(self) -> None:
        is_url = bool(self._typed) and parsed(self._typed) is not None
        self.test.setEnabled(is_url)
        self.password.setEnabled(is_url)

    def _test(self) -> None:
        url = self._typed
        self.test.setEnabled(False)
        self._say(self.tr("Connecting…"))
        Background(lambda: status_of(url), self._on_tested).start()

    def _on_tested(self, status: Status) -> None:
        self._on_typed()
        self._say(status.problem or " ".join(status.sentences[:2]), is_bad=bool(status.problem))

    def _ask_password(self) -> None:
        url = self._typed
        title, what = self.tr("Password of the archive"), self.tr("It goes to the system's keyring; empty: forget it.")
        password, is_given = QInputDialog.getText(self, title, what, QLineEdit.EchoMode.Password)
        if is_given:
            Background(lambda: keep_password(url, password), self._on_kept, ArchiveError, self._on_not_kept).start()

    def _on_kept(self, _nothing: None) -> None:
        self._say(self.tr("The keyring has it now."))

    def _on_not_kept(self, error: ArchiveError) -> None:
        self._say(str(error), is_bad=True)

    def _say(self, text: str, *, is_bad: bool = False) -> None:
        self.answer.setText(visible(text))
        self.answer.setProperty("bad", is_bad)
        self.answer.style().unpolish(self.answer)
        self.answer.style().polish(self.answer)
