"""Fields: the message as a tree, with the names of the standard."""

from collections.abc import Iterator

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QTreeView, QVBoxLayout, QWidget

from hl7capture.hl7.documents import Document, document_in
from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tree import Node
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.column_widths import GrowingColumns
from hl7capture.ui.document_saving import DocumentSaving
from hl7capture.ui.field_filter import filter_of
from hl7capture.ui.fields_model import FieldsModel
from hl7capture.ui.fields_search import FieldsSearch
from hl7capture.ui.plain_label import PlainLabel

_MOST_EXPANDED = 120  # segments; beyond them a person opens what they need
_EXPANDED_AT_ONCE = 15  # of them: more than are in sight, laid out in a millisecond or two

_WIDTHS = (130, 160, 55, 215)  # the meaning has the rest


class FieldsView(QWidget):
    """The tree, and whether empty fields are shown.

    chosen: the node (Node) that a person has gone to. told: what became of a document: a text, and is it an error?
    deidentified_wanted: these characters of the message, from the first to before the second, without patients' data.
    filter_wanted: a condition of the filter language that a person wants to add.
    """

    chosen = Signal(object)
    deidentified_wanted = Signal(int, int)
    filter_wanted = Signal(str)
    told = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FieldsModel(self)
        self._is_masked = False
        self._is_led = False  # to a place that was chosen elsewhere
        self._unexpanded = range(0)  # segments that are to be opened yet
        self._more = QTimer(self, interval=0, singleShot=True)
        self._more.timeout.connect(self._expand_more)
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setAccessibleName(self.tr("Fields"))
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setIndentation(16)
        GrowingColumns(self.tree.header(), _WIDTHS)
        self.tree.header().setStretchLastSection(True)
        self.setFocusProxy(self.tree)
        self._empty = QCheckBox(self.tr("Show empty fields"))
        self._empty.setProperty("muted", True)
        self._empty.toggled.connect(self._set_with_empty)
        self._waiting = PlainLabel(self.tr("The message is being taken apart…"))
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._waiting.hide()
        self.search = FieldsSearch()
        self.search.found.connect(self._go_to_found)
        self.search.left.connect(self.tree.setFocus)
        self._saving = DocumentSaving(self)
        self._saving.told.connect(self.told)
        self._make_actions()
        self.tree.selectionModel().currentChanged.connect(self._on_current)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.search)
        layout.addWidget(self.tree)
        below = QHBoxLayout()
        below.setContentsMargins(12, 4, 12, 4)
        below.addWidget(self._empty)
        below.addWidget(self._waiting)
        layout.addLayout(below)

    def _make_actions(self) -> None:
        """The context menu."""
        keys = QKeySequence
        copy = self._action(self.tr("Copy value"), keys(keys.StandardKey.Copy))
        copy.triggered.connect(lambda: self._copy("value"))
        copy_deidentified = self._action(self.tr("Copy value de-identified"))
        copy_deidentified.triggered.connect(self._copy_deidentified)
        copy_path = self._action(self.tr("Copy field path"), keys("Ctrl+Shift+C"))
        copy_path.triggered.connect(lambda: self._copy("path"))
        copy_line = self._action(self.tr("Copy line"))
        copy_line.triggered.connect(self._copy_line)
        self._filter = self._action(self.tr("Filter by this field"), keys("Ctrl+Shift+L"))
        self._filter.setEnabled(False)
        self._filter.triggered.connect(self._filter_by)
        self._save = self._action(self.tr("Save document…"))
        self._save.setEnabled(False)
        self._save.triggered.connect(self._save_document)
        self._action("").setSeparator(True)
        self._expand_all = self._action(self.tr("Expand all"))
        self._expand_all.triggered.connect(self.tree.expandAll)
        below = self._action(self.tr("Expand all below"), keys("*"))
        below.triggered.connect(lambda: self.tree.expandRecursively(self.tree.currentIndex()))
        collapse = self._action(self.tr("Collapse all"))
        collapse.triggered.connect(self._collapse)

    def _action(self, title: str, key: QKeySequence | None = None) -> QAction:
        action = QAction(title, self.tree)
        if key is not None:
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.tree.addAction(action)
        return action

    def show_nodes(self, nodes: tuple[Node, ...], delimiters: Delimiters | None, *, is_masked: bool = False) -> None:
        """Another message. is_masked: what is in it cannot be saved."""
        self.model.show_nodes(nodes, delimiters)
        self.set_waiting(False)
        self._is_masked = is_masked
        self._save.setEnabled(False)
        self._filter.setEnabled(False)
        self._expand_all.setEnabled(len(nodes) <= _MOST_EXPANDED)
        self._expand()
        self.search.show_nodes(nodes, delimiters, with_empty=self.model.with_empty)

    def set_waiting(self, is_waiting: bool) -> None:
        """Whether a person is told that the fields of the message will come; they take long where it is very large."""
        self._waiting.setVisible(is_waiting)

    def go_to(self, chain: tuple[Node, ...]) -> None:
        """Goes to the last of these nodes, each of which holds the next, and tells nobody."""
        index = self.model.index_of(chain)
        self._is_led = True
        self.tree.setCurrentIndex(index)
        self._is_led = False
        self.tree.scrollTo(index)

    def document(self) -> Document | None:
        """The document that the current field, or one that holds it, has in it; none while it is masked."""
        if self._is_masked:
            return None
        for node in reversed(self._chain()):
            found = document_in(node, self.model.delimiters)
            if found is not None:
                return found
        return None

    def _chain(self) -> tuple[Node, ...]:
        """The current field, last, and what holds it."""
        chain: tuple[Node, ...] = ()
        index = self.tree.currentIndex()
        while (node := self.model.node(index)) is not None:
            chain = (node, *chain)
            index = index.parent()
        return chain

    def _on_current(self, index: QModelIndex) -> None:
        self._allow_actions()
        node = self.model.node(index)
        if node is not None and not self._is_led:
            self.chosen.emit(node)

    def _allow_actions(self) -> None:
        """What can be done with the current field."""
        self._save.setEnabled(self.document() is not None)
        self._filter.setEnabled(self._condition() != "")

    def _save_document(self) -> None:
        document = self.document()
        if document is not None:
            self._saving.save(document)

    def _set_with_empty(self, with_empty: bool) -> None:
        while self._unexpanded:
            self._expand_more()
        chain, opened = self._chain(), list(self._opened())
        self.model.set_with_empty(with_empty)
        for one in opened:
            self.tree.expand(self.model.index_of(one))
        self.go_to(chain)
        self._allow_actions()  # a tree that is made anew tells nobody that it has no current field
        self.search.set_with_empty(with_empty)

    def _opened(self, within: QModelIndex | None = None, chain: tuple[Node, ...] = ()) -> Iterator[tuple[Node, ...]]:
        """The branches that are open, each behind the one that holds it."""
        for row in range(self.model.rowCount(within)):
            index = self.model.index(row, 0, within)
            node = self.model.node(index)
            if node is not None and self.tree.isExpanded(index):
                yield (*chain, node)
                yield from self._opened(index, (*chain, node))

    def _expand(self) -> None:
        segments = self.model.rowCount()
        self._unexpanded = range(segments if segments <= _MOST_EXPANDED else 0)
        self._expand_more()

    def _expand_more(self) -> None:
        now, self._unexpanded = self._unexpanded[:_EXPANDED_AT_ONCE], self._unexpanded[_EXPANDED_AT_ONCE:]
        for row in now:
            self.tree.expand(self.model.index(row, 0))
        if self._unexpanded:
            self._more.start()

    def _collapse(self) -> None:
        self._unexpanded = range(0)
        self.tree.collapseAll()

    def _copy_deidentified(self) -> None:
        node = self.model.node(self.tree.currentIndex())
        if node is not None:
            self.deidentified_wanted.emit(node.start, node.end)

    def _copy(self, what: str) -> None:
        node = self.model.node(self.tree.currentIndex())
        if node is not None:
            copy_text(getattr(node, what))

    def _copy_line(self) -> None:
        index = self.tree.currentIndex()
        if index.isValid():
            copy_text(self.model.line(index))

    def _go_to_found(self, chain: tuple[Node, ...]) -> None:
        """As if a person had gone there."""
        index = self.model.index_of(chain)
        self.tree.setCurrentIndex(index)
        self.tree.scrollTo(index)

    def _condition(self) -> str:
        """What a filter by the current field asks; "" where there can be none, also while it is masked."""
        node = self.model.node(self.tree.currentIndex())
        return "" if node is None or self._is_masked else filter_of(node, self.model.delimiters)

    def _filter_by(self) -> None:
        condition = self._condition()
        if condition:
            self.filter_wanted.emit(condition)
