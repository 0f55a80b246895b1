"""When sessions end, and how long they are kept where."""

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from hl7capture.store.session_store import SessionStore
from hl7capture.ui.settings.editors import line, number, toggle
from hl7capture.ui.settings.page import SettingsPage
from hl7capture.ui.storage_box import StorageBox


class SessionsPage(SettingsPage):
    """storage: the use of the disk, where there is a store."""

    def __init__(self, output_folder: str, store: SessionStore | None) -> None:
        """output_folder: where sessions go where the setting says nothing."""
        super().__init__(self.tr("Sessions"))
        self._output_folder = output_folder
        self.section(self.tr("When a session ends"))
        idle = number("sessionIdleSeconds", self.tr(" s"))
        most = number("sessionMaxMessages", lambda n: self.tr(" message(s)", "", n))
        self.add("sessionIdleSeconds", self.tr("After a silence of"), idle)
        self.add("sessionMaxMessages", self.tr("Messages, at most"), most)
        self.section(self.tr("On disk"))
        self.add("enablePersistence", self.tr("Save sessions"), toggle())
        days = number("retentionDays", lambda n: self.tr(" day(s)", "", n))
        self.add("retentionDays", self.tr("Keep for"), days)
        folder = line(output_folder)
        self.add("outputFolder", self.tr("Output folder"), folder, self._with_button(folder))
        self.add("autosaveSeconds", self.tr("Write every"), number("autosaveSeconds", self.tr(" s")))
        cleanup = number("cleanupIntervalHours", lambda n: self.tr(" hour(s)", "", n))
        self.add("cleanupIntervalHours", self.tr("Clean up every"), cleanup)
        if store is not None:
            self.storage = StorageBox(store)
            self.add_other(self.tr("On disk today"), self.storage)
        self.section(self.tr("In memory"))
        kept = number("maxSessionsInMemory", lambda n: self.tr(" session(s)", "", n))
        self.add("maxSessionsInMemory", self.tr("In memory, at most"), kept)

    def _with_button(self, folder: QLineEdit) -> QWidget:
        choose = QPushButton(self.tr("Choose…"))
        choose.setAccessibleName(self.tr("Choose the output folder"))
        choose.clicked.connect(lambda: self._choose(folder))
        within = QWidget()
        row = QHBoxLayout(within)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(folder)
        row.addWidget(choose)
        return within

    def _choose(self, folder: QLineEdit) -> None:
        begin = folder.text() or self._output_folder
        if chosen := QFileDialog.getExistingDirectory(self, self.tr("Output folder"), begin):
            folder.setText(chosen)
