"""What one sees of a comparison."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QItemSelectionModel, Qt, QThreadPool
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hl7capture.hl7.difference.ignored import Ignored
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.privacy.rules import rules_of
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.ui.background import Background
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.column_widths import GrowingColumns
from hl7capture.ui.comparison.side import Side
from hl7capture.ui.comparison.table import AFTER, BEFORE, ComparisonModel, text_of
from hl7capture.ui.comparison.work import Compared, Place, compared
from hl7capture.ui.list_table import ListTable
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import CopyableLabel

_SIZE = 1100, 700  # pixels
_WIDTHS = (110, 160, 220, 280)


class ComparisonWindow(QWidget):
    """A window of its own, beside the main one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("HL7 Capture – comparison"))
        self.resize(*_SIZE)
        self._settings = Settings()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._wanted = 0
        self.sides = Side(self.tr("First message")), Side(self.tr("Second message"))
        self.model = ComparisonModel(self)
        self.table = ListTable()
        self.ignored = QLineEdit()
        self.only_differences = QCheckBox(self.tr("&Only differences"))
        self.status = CopyableLabel()
        self.mistake = CopyableLabel()
        self._make_table()
        self._make_actions()
        self._lay_out()
        for side in self.sides:
            side.changed.connect(self._compare)
        self.only_differences.toggled.connect(self._set_only_differences)
        self.ignored.editingFinished.connect(self._on_ignored)

    def show_messages(self, *messages: tuple[Session, int]) -> None:
        """Two messages: their sessions, and which of the messages it is, from 0."""
        for side, (session, message) in zip(self.sides, messages, strict=True):
            side.show_message(session, message)
        self._compare()
        self.show()
        self.raise_()
        self.activateWindow()
        self.table.setFocus()

    def apply_settings(self, settings: Settings) -> None:
        """They count for what is shown, too."""
        names = ("mask_patient_data", "deidentify_z_segments", "patient_fields")
        is_other = any(getattr(self._settings, name) != getattr(settings, name) for name in names)
        self._settings = settings
        if is_other and self.isVisible():
            self._compare()

    def go_to_difference(self, *, is_next: bool) -> None:
        """The next difference, or the one before; round the end."""
        number = self.model.difference_beside(self.table.currentIndex().row(), is_next=is_next)
        if number is not None:
            self._select(self.model.row_of_difference(number))

    def closeEvent(self, event: QCloseEvent) -> None:
        """What it has shown need not be in memory any more."""
        self._wanted += 1
        self.model.show_places(None)
        for side in self.sides:
            side.show_message(None)
        super().closeEvent(event)

    # -- making ------------------------------------------------------------------------------------------------

    def _make_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Fields of both messages"))
        GrowingColumns(table.horizontalHeader(), _WIDTHS)
        for column in (BEFORE, AFTER):
            table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        table.selectionModel().currentRowChanged.connect(self._show_place)

    def _make_actions(self) -> None:
        key = QKeySequence
        self.next = self._action(self.tr("Next difference"), ["F3", "Alt+Down"])
        self.next.triggered.connect(lambda: self.go_to_difference(is_next=True))
        self.previous = self._action(self.tr("Previous difference"), ["Shift+F3", "Alt+Up"])
        self.previous.triggered.connect(lambda: self.go_to_difference(is_next=False))
        self.copy = self._action(self.tr("Copy rows"), [key(key.StandardKey.Copy)], self.table)
        self.copy.triggered.connect(self._copy_rows)
        self.copy_all = self._action(self.tr("Copy as text"), ["Ctrl+Shift+C"])
        self.copy_all.triggered.connect(self._copy_all)
        leave = self._action(self.tr("Close"), ["Esc"])
        leave.triggered.connect(self.close)
        self.table.addActions([self.copy, self.copy_all, self.next, self.previous])

    def _action(self, title: str, keys: list[str] | list[QKeySequence], owner: QWidget | None = None) -> QAction:
        action = QAction(title, self)
        action.setShortcuts([QKeySequence(each) for each in keys])
        context = Qt.ShortcutContext.WindowShortcut if owner is None else Qt.ShortcutContext.WidgetShortcut
        action.setShortcutContext(context)
        (owner or self).addAction(action)
        return action

    def _lay_out(self) -> None:
        self.ignored.setPlaceholderText("MSH-7, MSH-10, OBX-14")
        self.ignored.setAccessibleName(self.tr("Fields that are left out"))
        self.mistake.setProperty("bad", True)
        self.mistake.hide()
        label = CopyableLabel(self.tr("&Ignore"))
        label.setWordWrap(False)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        label.setBuddy(self.ignored)
        sides, tools = QHBoxLayout(), QHBoxLayout()
        for side in self.sides:
            sides.addWidget(side, 1)
        tools.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
        tools.addWidget(self.ignored, 1)
        tools.addWidget(self.only_differences)
        for action, keys in ((self.previous, "⇧F3"), (self.next, "F3"), (self.copy_all, "")):
            button = QPushButton(f"{action.text()} {keys}".strip())
            button.setAccessibleName(action.text())
            button.clicked.connect(action.trigger)
            tools.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(sides)
        layout.addLayout(tools)
        layout.addWidget(self.mistake)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.status)

    # -- doing -------------------------------------------------------------------------------------------------

    def _on_ignored(self) -> None:
        if self.ignored.isModified():
            self.ignored.setModified(False)
            self._compare()

    def _compare(self) -> None:
        """Works it out in the background."""
        try:
            ignored = Ignored(path.strip() for path in self.ignored.text().split(",") if path.strip())
        except FilterError as error:
            self._show_mistake(error.problem)
            return
        self._show_mistake("")
        self._wanted += 1
        self.model.show_places(None)
        self.status.setText(self.tr("Comparing…"))
        rules = rules_of(self._settings) if self._settings.mask_patient_data else None
        before, after = (side.text for side in self.sides)
        work = partial(compared, self._wanted, before, after, ignored, rules)
        broken = partial(self._on_broken, self._wanted)
        Background(work, self._on_compared, on_broken=broken).start(self._pool)

    def _show_mistake(self, text: str) -> None:
        self.mistake.setText(visible(text))
        self.mistake.setVisible(bool(text))
        self.ignored.setAccessibleDescription(text)

    def _on_compared(self, found: Compared) -> None:
        if found.request != self._wanted:
            return
        self.model.show_places(found)
        if found.differing:
            self._select(self.model.row_of_difference(0))
        self._show_place()

    def _on_broken(self, request: int) -> None:
        if request == self._wanted:
            self.status.setText(self.tr("Comparing did not work: something went wrong inside the program."))

    def _set_only_differences(self, only_differences: bool) -> None:
        number = self.model.difference_at(self.table.currentIndex().row())
        self.model.set_only_differences(only_differences)
        if number is not None:
            self._select(self.model.row_of_difference(number))
        self._show_place()

    def _select(self, row: int) -> None:
        index = self.model.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.table.scrollTo(index)

    def _show_place(self) -> None:
        """Says how many differences there are, and at which one the person is."""
        count = self.model.difference_count
        number = self.model.difference_at(self.table.currentIndex().row())
        if not count:
            self.status.setText(self.tr("They mean the same."))
        elif number is None:
            self.status.setText(self.tr("Places that differ: {0}").format(number_text(count)))
        else:
            self.status.setText(self.tr("Difference {0} of {1}").format(number_text(number + 1), number_text(count)))

    def _copy_rows(self) -> None:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        self._copy(list(map(self.model.place, rows)))

    def _copy_all(self) -> None:
        """All that is shown, below a line for each message."""
        self._copy(self.model.places(), [*(side.line for side in self.sides), ""])

    def _copy(self, places: Sequence[Place], heading: Sequence[str] = ()) -> None:
        """Made in the background: there may be very many rows."""
        Background(lambda: "\n".join([*heading, text_of(places)]), copy_text).start(self._pool)
