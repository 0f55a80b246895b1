"""What the sessions take of the disk, and a clean-up that says first what would go."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMessageBox, QPushButton, QWidget

from hl7capture.store.disk_use import DiskUse, disk_use
from hl7capture.store.retention import CleanUp
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.background import Background
from hl7capture.ui.clean_up_notices import clean_up_text
from hl7capture.ui.locale_words import number_text, size_text
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel
from hl7capture.ui.question import agrees


class StorageBox(QWidget):
    """A line of text and a button."""

    def __init__(self, store: SessionStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.use = PlainLabel(self.tr("Counting…"), wraps=True)
        self.clean_up = QPushButton(self.tr("Clean up now…"))
        self.clean_up.clicked.connect(self._plan)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.use, 1)
        row.addWidget(self.clean_up)
        store.clean_up_planned.connect(self._on_planned)
        store.cleaned.connect(self._on_cleaned)
        self._count()

    def _count(self) -> None:
        root = self._store.folder.root
        Background(lambda: disk_use(root), self._show, OSError, self._on_failed, self._on_broken).start()

    def _show(self, use: DiskUse) -> None:
        text = self.tr("{0} files, {1}; index {2}; {3} free on the disk")
        sizes = (size_text(size) for size in (use.size, use.index, use.free))
        self.use.setText(text.format(number_text(use.sessions), *sizes))

    def _on_failed(self, error: OSError) -> None:
        self.use.setText(visible(f"{self._store.folder.root}: {error.strerror or error}"))

    def _on_broken(self) -> None:
        self.use.setText(self.tr("Counting did not work: something went wrong inside the program."))

    def _plan(self) -> None:
        self.clean_up.setEnabled(False)
        self._store.plan_clean_up()

    def _on_planned(self, plan: CleanUp) -> None:
        self.clean_up.setEnabled(True)
        if plan.problem or not plan.files:
            self._say(visible(plan.problem) or self.tr("No session has expired: nothing would be deleted."))
        elif self._is_meant(plan):
            self.clean_up.setEnabled(False)
            self._store.clean_up(is_clock_confirmed=bool(plan.clock))

    def _say(self, text: str) -> None:
        box = QMessageBox(QMessageBox.Icon.Information, self.tr("Clean up now"), "", parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.exec()
        box.deleteLater()

    def _is_meant(self, plan: CleanUp) -> bool:
        return agrees(
            self,
            self.tr("Clean up now"),
            self.tr("These sessions have expired and would be deleted for good:"),
            self.tr("Delete"),
            more="\n\n".join(filter(None, (clean_up_text(plan), visible(plan.clock)))),
        )

    def _on_cleaned(self, done: CleanUp) -> None:
        self.clean_up.setEnabled(True)
        if done.problem:
            self.use.setText(visible(done.problem))
        else:
            self._count()
