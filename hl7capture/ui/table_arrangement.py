"""How the list of sessions is arranged: which columns, how wide, in which order, and by what sessions are grouped.

It is remembered between two starts. By what the list is sorted is not: it follows the newest again.
"""

from collections.abc import Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QItemSelectionModel, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHeaderView, QMenu

from hl7capture.ui.column_widths import fitted
from hl7capture.ui.font_size import scaled
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.session_model import (
    DEVICE,
    DURATION,
    END,
    FINDINGS,
    FRAMING,
    LIS,
    MESSAGES,
    NUMBER,
    PROBE,
    SAVED,
    SIZE,
    SOURCE,
    START,
    STATE,
)
from hl7capture.ui.session_order import Grouping

if TYPE_CHECKING:
    from hl7capture.ui.session_table import SessionTable

_NARROWEST, _WIDEST = 30, 2000  # pixels
_LEAST = 75  # of a column that gives way to others; narrower ones could not be read
_ADDRESS = 150

# as a column is called in the file; its width; the one that takes what room is left has a width for when it does not
_COLUMNS = {
    NUMBER: ("number", 64),
    START: ("start", 190),
    DEVICE: ("device", _ADDRESS),
    LIS: ("lis", _ADDRESS),
    FRAMING: ("framing", 70),
    MESSAGES: ("messages", 200),
    DURATION: ("duration", 80),
    STATE: ("state", _ADDRESS),
    FINDINGS: ("findings", _ADDRESS),
    SAVED: ("saved", 56),
    END: ("end", 190),
    PROBE: ("probe", 120),
    SOURCE: ("source", 120),
    SIZE: ("size", 80),
}
HIDDEN = (END, PROBE, SOURCE, SIZE)  # until somebody wants them


class TableArrangement(QObject):
    """The header of the table with its menus. `columns_menu` and `grouping_menu` are for a menu bar, too."""

    def __init__(
        self, table: "SessionTable", memory: LayoutMemory, name: str = "sessions", hidden: Container[int] = HIDDEN
    ) -> None:
        """name: under which it is remembered. hidden: columns, until somebody wants them."""
        super().__init__(table)
        self._name = name
        self._default = [(column, width, column not in hidden) for column, (_, width) in _COLUMNS.items()]
        self._table = table
        self._memory = memory
        self._header = table.horizontalHeader()
        self._is_arranging = False
        self._fits = True  # widths are those of the beginning, as far as there is room for them
        self.columns_menu = QMenu(self.tr("Co&lumns"), table)
        self._column_actions = {column: self._column_action(column) for column in _COLUMNS}
        self.columns_menu.addSeparator()
        self.columns_menu.addAction(self.tr("&Resize to contents")).triggered.connect(self.resize_to_contents)
        self.columns_menu.addAction(self.tr("R&eset columns")).triggered.connect(self.reset)
        self.grouping_menu = QMenu(self.tr("&Group by"), table)
        self._grouping_actions = self._make_groupings()
        # Of every column it paints a header asks whether all rows are selected in it: it need not know of any.
        self._header.setSelectionModel(QItemSelectionModel(table.lines, self))
        self._header.setSectionsMovable(True)
        self._header.setFirstSectionMovable(True)
        self._header.setMinimumSectionSize(_NARROWEST)
        self._header.setResizeContentsPrecision(0)  # of the rows in sight: all of them would take seconds
        self._header.setSectionResizeMode(MESSAGES, QHeaderView.ResizeMode.Stretch)
        self._header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._header.customContextMenuRequested.connect(self._show_menu)
        self._arrange(self._default)
        self._header.sectionResized.connect(self._on_resized)
        self._header.sectionMoved.connect(self._remember)
        memory.loaded.connect(self._restore)
        if memory.is_loaded:
            self._restore()

    @property
    def first_shown(self) -> int:
        """The column on the left."""
        return next(self._in_order(is_shown=True), NUMBER)

    def show_column(self, column: int, *, is_shown: bool) -> None:
        """Shows or hides a column; the last one stays."""
        if is_shown or len(list(self._in_order(is_shown=True))) > 1:
            self._header.setSectionHidden(column, not is_shown)
        self._after_hiding()
        self.fit()
        self._remember()

    def group_by(self, grouping: Grouping) -> None:
        """Puts sessions together, or shows them as one list."""
        self._grouping_actions[grouping].setChecked(True)
        for action in self._folding:
            action.setEnabled(grouping is not Grouping.NONE)
        self._table.sessions.group_by(grouping)
        self._remember()

    def resize_to_contents(self) -> None:
        """As wide as what is in sight."""
        for column in self._in_order(is_shown=True):
            if column != MESSAGES:
                self._table.resizeColumnToContents(column)

    def reset(self) -> None:
        """As at the very first start."""
        self._fits = True
        self._arrange(self._default)
        self.fit()
        self._remember()

    def fit(self) -> None:
        """Gives all columns that are shown their room, unless a person has said how wide one is to be."""
        if not self._fits or not self._table.viewport().width():
            return
        wanted = {column: scaled(_COLUMNS[column][1]) for column in self._in_order(is_shown=True)}
        widths = fitted(wanted, self._table.viewport().width(), scaled(_LEAST))
        self._is_arranging = True
        for column, width in widths.items():
            if column != MESSAGES:
                self._header.resizeSection(column, width)
        self._is_arranging = False

    # -- menus -------------------------------------------------------------------------------------------------

    def _column_action(self, column: int) -> QAction:
        title = str(self._table.lines.headerData(column, Qt.Orientation.Horizontal))
        action = self.columns_menu.addAction(title)
        action.setCheckable(True)
        action.triggered.connect(lambda is_shown: self.show_column(column, is_shown=is_shown))
        return action

    def _make_groupings(self) -> dict[Grouping, QAction]:
        one_of = QActionGroup(self)
        actions = {}
        for grouping, title in (
            (Grouping.NONE, self.tr("&Nothing: one list")),
            (Grouping.DEVICE, self.tr("&Device")),
            (Grouping.LINK, self.tr("&Link: device and LIS")),
        ):
            action = self.grouping_menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(grouping is Grouping.NONE)
            action.triggered.connect(lambda _on=False, grouping=grouping: self.group_by(grouping))
            one_of.addAction(action)
            actions[grouping] = action
        self.grouping_menu.addSeparator()
        self._folding = []
        for title, is_folded in ((self.tr("&Fold all groups"), True), (self.tr("&Unfold all groups"), False)):
            action = self.grouping_menu.addAction(title)
            action.setEnabled(False)
            action.triggered.connect(lambda _on=False, folded=is_folded: self._fold_all(is_folded=folded))
            self._folding.append(action)
        return actions

    def _fold_all(self, *, is_folded: bool) -> None:
        if is_folded:
            self._table.clearSelection()  # a chosen session would unfold its group again
        self._table.lines.fold_all(is_folded=is_folded)

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self._table)
        menu.addAction(self.grouping_menu.menuAction())  # a menu would be taken over, and die with this one
        menu.addSeparator()
        menu.addActions(self.columns_menu.actions())
        menu.exec(self._header.viewport().mapToGlobal(place))
        menu.deleteLater()

    # -- columns -----------------------------------------------------------------------------------------------

    def _in_order(self, *, is_shown: bool) -> Iterator[int]:
        columns = map(self._header.logicalIndex, range(self._header.count()))
        return (column for column in columns if not (is_shown and self._header.isSectionHidden(column)))

    def _arrange(self, columns: list[tuple[int, int, bool]]) -> None:
        """columns: from left to right, their widths, and whether they are shown."""
        self._is_arranging = True
        for place, (column, width, is_shown) in enumerate(columns):
            self._header.moveSection(self._header.visualIndex(column), place)
            self._header.setSectionHidden(column, not is_shown)
            if column != MESSAGES:
                self._header.resizeSection(column, width)
        self._after_hiding()
        self._is_arranging = False

    def _after_hiding(self) -> None:
        for column, action in self._column_actions.items():
            action.setChecked(not self._header.isSectionHidden(column))
        # Some column takes the room that is left.
        self._header.setStretchLastSection(self._header.isSectionHidden(MESSAGES))

    def _on_resized(self, column: int, before: int, now: int) -> None:
        """By a person, if it is not one that is hidden or shown, or takes what room is left."""
        takes_rest = MESSAGES if not self._header.isSectionHidden(MESSAGES) else list(self._in_order(is_shown=True))[-1]
        if not self._is_arranging and column != takes_rest and before and now:
            self._fits = False
        self._remember()

    def _remember(self) -> None:
        if self._is_arranging:
            return
        columns = [
            {
                "name": _COLUMNS[column][0],
                "width": self._width(column),
                "shown": not self._header.isSectionHidden(column),
            }
            for column in self._in_order(is_shown=False)
        ]
        grouping = next(grouping for grouping, action in self._grouping_actions.items() if action.isChecked())
        self._memory.put(self._name, {"columns": columns, "grouping": str(grouping), "fits": self._fits})

    def _width(self, column: int) -> int:
        """To be remembered: neither of a hidden column, which has none, nor of the one that takes what is left."""
        is_its_own = column != MESSAGES and not self._header.isSectionHidden(column)
        return self._header.sectionSize(column) if is_its_own else _COLUMNS[column][1]

    def _restore(self) -> None:
        """What a file says that a person may have edited."""
        remembered = self._memory.get(self._name)
        columns = _read(remembered)
        if any(is_shown for _, _, is_shown in columns):
            known = {column for column, _, _ in columns}
            new = [(column, width, False) for column, (_, width) in _COLUMNS.items() if column not in known]
            self._arrange(columns + new)
            self._fits = remembered.get("fits") is True
            self.fit()
        grouping = remembered.get("grouping") if isinstance(remembered, Mapping) else None
        if grouping in list(Grouping):
            self.group_by(Grouping(grouping))


def _read(remembered: Any) -> list[tuple[int, int, bool]]:
    """Columns, widths, and whether they are shown; what makes no sense is left out."""
    numbers = {name: column for column, (name, _) in _COLUMNS.items()}
    entries = remembered.get("columns") if isinstance(remembered, Mapping) else None
    found: dict[int, tuple[int, int, bool]] = {}
    for entry in entries if isinstance(entries, list) else ():
        name = entry.get("name") if isinstance(entry, Mapping) else None
        column = numbers.get(name) if isinstance(name, str) else None
        width = entry.get("width") if column is not None else None
        if column is not None and isinstance(width, int):
            found[column] = column, min(max(width, _NARROWEST), _WIDEST), entry.get("shown") is True
    return list(found.values())
