"""The settings in pages, each explained, with a search; what is wrong is said where it is."""

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from hl7capture.model.settings import Settings, SettingsError
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.font_size import scaled
from hl7capture.ui.settings.appearance_page import AppearancePage
from hl7capture.ui.settings.archive_page import ArchivePage
from hl7capture.ui.settings.capture_page import CapturePage
from hl7capture.ui.settings.desktop_page import DesktopPage
from hl7capture.ui.settings.findings_page import FindingsPage
from hl7capture.ui.settings.page import SettingsPage
from hl7capture.ui.settings.privacy_page import PrivacyPage
from hl7capture.ui.settings.protocol_page import ProtocolPage
from hl7capture.ui.settings.row import SettingRow
from hl7capture.ui.settings.sessions_page import SessionsPage
from hl7capture.ui.theme import colour

_WIDTH, _HEIGHT = 780, 620  # pixels, with letters of the normal size
_LIST_WIDTH, _ITEM_HEIGHT = 170, 32


class SettingsDialog(QDialog):
    """Edits a copy; `settings` holds it once the dialog was accepted."""

    def __init__(
        self,
        settings: Settings,
        output_folder: str,
        parent: QWidget | None = None,
        store: SessionStore | None = None,
    ) -> None:
        """store: whose use of the disk is shown, and which can be cleaned up from here."""
        super().__init__(parent)
        self.settings = settings
        self.setWindowTitle(self.tr("Settings"))
        self.resize(QSize(scaled(_WIDTH), scaled(_HEIGHT)).boundedTo(self.screen().availableSize()))
        self._is_accept_due = False  # as soon as it is known whether the filter is one
        capture = CapturePage()
        sessions = SessionsPage(output_folder, store)
        if store is not None:
            self.storage = sessions.storage
        self._pages: list[SettingsPage] = [
            capture,
            ProtocolPage(),
            sessions,
            ArchivePage(),
            FindingsPage(),
            PrivacyPage(),
            AppearancePage(),
            DesktopPage(),
        ]
        self._build()
        for page in self._pages:
            page.show_values(settings)
            page.problems_changed.connect(self._colour_list)
        self._filter_check = capture.filter_check
        self._filter_check.accept_as_it_is()
        self._filter_check.checked.connect(self._on_filter_checked)
        self.list.setCurrentRow(0)

    def accept(self) -> None:
        """Takes the values, or marks those that cannot be. The filter may be looked at for a moment first."""
        if not self._filter_check.is_known:
            self._is_accept_due = True
            self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)
            self._filter_check.check_now()
            return
        for page in self._pages:
            page.check()
        wrong = next((row for row in self._rows().values() if row.problem), None)
        if wrong is not None:
            self.go_to(wrong.key)
            return
        try:
            self.settings = self.settings.changed(**{key: row.value for key, row in self._rows().items()})
        except SettingsError as error:
            self._mark(error)
            return
        super().accept()

    def go_to(self, key: str) -> None:
        """Begins with one setting."""
        self.search.clear()
        page = next(page for page in self._pages if key in page.rows)
        self.list.setCurrentRow(self._pages.index(page))
        row = page.rows[key]
        row.editor.setFocus()
        page.ensureWidgetVisible(row)

    def editor(self, key: str) -> Any:
        """The widget of a setting."""
        return self._rows()[key].editor

    def error_text(self, key: str) -> str:
        """What is said about a setting's value; "" where it is well."""
        return self._rows()[key].problem

    # -- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the settings"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Pages of the settings"))
        for page in self._pages:
            QListWidgetItem(page.title, self.list).setSizeHint(QSize(0, scaled(_ITEM_HEIGHT)))
        self._stack = QStackedWidget()
        for page in self._pages:
            self._stack.addWidget(page)
        self.list.currentRowChanged.connect(self._show_page)
        self._none = QLabel(self.tr("No setting has these words."))
        self._none.setProperty("muted", True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._none)
        left = QVBoxLayout()
        left.setContentsMargins(16, 16, 0, 0)
        left.addWidget(self.search)
        left.addWidget(self.list)
        for widget in (self.search, self.list):
            widget.setFixedWidth(scaled(_LIST_WIDTH))
        top = QHBoxLayout()
        top.addLayout(left)
        top.addWidget(self._stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top, 1)
        layout.addLayout(self._bottom())
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)

    def _bottom(self) -> QHBoxLayout:
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        role = QDialogButtonBox.ButtonRole.ResetRole
        self.page_defaults = self.buttons.addButton(self.tr("Defaults of this page"), role)
        self.page_defaults.clicked.connect(self._restore_page)
        self.all_defaults = self.buttons.addButton(self.tr("All defaults"), role)
        self.all_defaults.clicked.connect(self._restore_all)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setProperty("primary", True)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(16, 8, 22, 16)
        bottom.addWidget(self.buttons)
        return bottom

    # -- what is shown -----------------------------------------------------------------------------------------

    def _rows(self) -> dict[str, SettingRow]:
        return {key: row for page in self._pages for key, row in page.rows.items()}

    def _show_page(self, number: int) -> None:
        is_page = number >= 0
        self._stack.setCurrentWidget(self._pages[number] if is_page else self._none)
        self.page_defaults.setEnabled(is_page)

    def _find(self, text: str) -> None:
        """Shows the settings with these words alone; where the page at hand has none, the first that has."""
        words = text.casefold().split()
        found = [page.show_only(words) > 0 for page in self._pages]
        for number, is_found in enumerate(found):
            self.list.item(number).setHidden(not is_found)
        at_hand = self.list.currentRow()
        if at_hand < 0 or not found[at_hand]:
            self.list.setCurrentRow(found.index(True) if any(found) else -1)

    def _colour_list(self) -> None:
        """Pages on which something is wrong are seen in the list."""
        for number, page in enumerate(self._pages):
            item = self.list.item(number)
            item.setForeground(QBrush(colour("bad")) if page.has_problem else QBrush())
            item.setText(f"{page.title} (!)" if page.has_problem else page.title)
            item.setToolTip(self.tr("Something on this page cannot be.") if page.has_problem else "")

    # -- values ------------------------------------------------------------------------------------------------

    def _on_filter_checked(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(True)
        if self._is_accept_due:
            self._is_accept_due = False
            self.accept()

    def _restore_page(self) -> None:
        self._pages[self.list.currentRow()].show_values(Settings())

    def _restore_all(self) -> None:
        for page in self._pages:
            page.show_values(Settings())

    def _mark(self, error: SettingsError) -> None:
        """Also what is wrong with several settings together, or with one that stands in the file alone."""
        rows = self._rows()
        key = error.key if error.key in rows else next(iter(rows))
        rows[key].show_problem(str(error), is_mine=key == error.key)
        self._colour_list()
        self.go_to(key)
