"""Fields: the message as a tree, with the names of the standard."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QTreeView, QVBoxLayout, QWidget

from hl7capture.hl7.documents import Document, document_in
from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.split import USUAL, Delimiters
from hl7capture.hl7.tables import meaning
from hl7capture.hl7.tree import Node
from hl7capture.ui.document_saving import DocumentSaving
from hl7capture.ui.plain import visible
from hl7capture.ui.theme import colour

Index = QModelIndex | QPersistentModelIndex
_MOST_EXPANDED = 120  # segments; beyond them a person opens what they need
_MOST_SHOWN = 2000  # characters of a value
_MEANING = 4


class _Item:
    """A node, the place it has, and its children once they were asked for."""

    __slots__ = ("_children", "node", "parent", "row")

    def __init__(self, node: Node | None, parent: "_Item | None", row: int) -> None:
        self.node = node
        self.parent = parent
        self.row = row
        self._children: list[_Item] | None = None

    def children(self, with_empty: bool, top: tuple[Node, ...]) -> "list[_Item]":
        if self._children is None:
            nodes = top if self.node is None else self.node.children
            shown = [node for node in nodes if with_empty or node.value]
            self._children = [_Item(node, self, row) for row, node in enumerate(shown)]
        return self._children


class FieldsModel(QAbstractItemModel):
    """A message's tree; made as far as it is opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: tuple[Node, ...] = ()
        self._delimiters: Delimiters | None = None
        self._with_empty = False
        self._root = _Item(None, None, 0)
        self._titles = (
            self.tr("Field"),
            self.tr("Name"),
            self.tr("Type"),
            self.tr("Value"),
            self.tr("Meaning"),
        )

    @property
    def delimiters(self) -> Delimiters:
        """Those of the message."""
        return self._delimiters or USUAL

    def show_nodes(self, nodes: tuple[Node, ...], delimiters: Delimiters | None) -> None:
        """Another message."""
        self.beginResetModel()
        self._nodes, self._delimiters = nodes, delimiters
        self._root = _Item(None, None, 0)
        self.endResetModel()

    def set_with_empty(self, with_empty: bool) -> None:
        """Shows fields without a value as well."""
        self.beginResetModel()
        self._with_empty = with_empty
        self._root = _Item(None, None, 0)
        self.endResetModel()

    def node(self, index: Index) -> Node | None:
        return self._item(index).node

    def index_of(self, chain: tuple[Node, ...]) -> QModelIndex:
        """The place of the last of these nodes, each of which holds the next; of the last that is shown."""
        item = self._root
        for node in chain:
            below = next((child for child in self._children(item) if child.node is node), None)
            if below is None:
                break
            item = below
        return QModelIndex() if item is self._root else self.createIndex(item.row, 0, item)

    def _item(self, index: Index | None) -> _Item:
        if index is None or not index.isValid():
            return self._root
        item: _Item = index.internalPointer()
        return item

    def _children(self, item: _Item) -> list[_Item]:
        return item.children(self._with_empty, self._nodes)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.column() > 0 else len(self._children(self._item(parent)))

    def hasChildren(self, parent: Index | None = None) -> bool:
        """Without making them: a view asks this of every segment, and there may be thousands."""
        node = self._item(parent).node
        below = self._nodes if node is None else node.children
        return any(self._with_empty or child.value for child in below)

    def columnCount(self, _parent: Index | None = None) -> int:
        return len(self._titles)

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        children = self._children(self._item(parent))
        return self.createIndex(row, column, children[row]) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index | None = None) -> Any:
        if index is None:
            return super().parent()
        above = self._item(index).parent
        return QModelIndex() if above is None or above is self._root else self.createIndex(above.row, 0, above)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self.node(index)
        if node is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            match index.column():
                case 0:
                    return visible(node.path, 80)
                case 1:
                    return visible(node.name, 200)
                case 2:
                    return visible(node.datatype, 40)
                case 3:
                    return visible(self._value(node), _MOST_SHOWN)
                case _:
                    return visible(meaning(node), 200)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == _MEANING and node.table:
            return self.tr("HL7 table {0}" if node.table.isdigit() else "E1394, {0}").format(node.table)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in (0, 2):
            return colour("muted") if index.parent().isValid() or index.column() == 2 else colour("accent")
        return None

    def _value(self, node: Node) -> str:
        """Escapes are resolved where nothing lies below that they could be mistaken for."""
        if node.children or self._delimiters is None:
            return node.value
        # An escape that is cut in two at the end is beyond what is shown.
        return unescape(node.value[: 8 * _MOST_SHOWN], self._delimiters)


class FieldsView(QWidget):
    """The tree, and whether empty fields are shown.

    chosen: the node (Node) that a person has gone to. told: what became of a document: a text, and is it an error?
    deidentified_wanted: these characters of the message, from the first to before the second, without patients' data.
    """

    chosen = Signal(object)
    deidentified_wanted = Signal(int, int)
    told = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FieldsModel(self)
        self._is_masked = False
        self._is_led = False  # to a place that was chosen elsewhere
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setAccessibleName(self.tr("Fields"))
        self.tree.setUniformRowHeights(True)
        self.tree.setAlternatingRowColors(True)
        self.tree.setIndentation(16)
        for column, width in enumerate((130, 190, 50, 210)):
            self.tree.setColumnWidth(column, width)
        self.tree.header().setStretchLastSection(True)
        self._empty = QCheckBox(self.tr("Show empty fields"))
        self._empty.setProperty("muted", True)
        self._empty.toggled.connect(self._set_with_empty)
        copy = QAction(self.tr("Copy value"), self.tree)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(lambda: self._copy("value"))
        copy_deidentified = QAction(self.tr("Copy value de-identified"), self.tree)
        copy_deidentified.triggered.connect(self._copy_deidentified)
        copy_path = QAction(self.tr("Copy field path"), self.tree)
        copy_path.triggered.connect(lambda: self._copy("path"))
        self._saving = DocumentSaving(self)
        self._saving.told.connect(self.told)
        self._save = QAction(self.tr("Save document…"), self.tree)
        self._save.setEnabled(False)
        self._save.triggered.connect(self._save_document)
        self.tree.addActions([copy, copy_deidentified, copy_path, self._save])
        self.tree.selectionModel().currentChanged.connect(self._on_current)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tree)
        below = QHBoxLayout()
        below.setContentsMargins(12, 4, 12, 4)
        below.addWidget(self._empty)
        layout.addLayout(below)

    def show_nodes(self, nodes: tuple[Node, ...], delimiters: Delimiters | None, *, is_masked: bool = False) -> None:
        """Another message. is_masked: what is in it cannot be saved."""
        self.model.show_nodes(nodes, delimiters)
        self._is_masked = is_masked
        self._save.setEnabled(False)
        self._expand()

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
        index = self.tree.currentIndex()
        while index.isValid():
            node = self.model.node(index)
            found = None if node is None else document_in(node, self.model.delimiters)
            if found is not None:
                return found
            index = index.parent()
        return None

    def _on_current(self, index: QModelIndex) -> None:
        self._save.setEnabled(self.document() is not None)
        node = self.model.node(index)
        if node is not None and not self._is_led:
            self.chosen.emit(node)

    def _save_document(self) -> None:
        document = self.document()
        if document is not None:
            self._saving.save(document)

    def _set_with_empty(self, with_empty: bool) -> None:
        self.model.set_with_empty(with_empty)
        self._expand()

    def _expand(self) -> None:
        if self.model.rowCount() <= _MOST_EXPANDED:
            self.tree.expandToDepth(0)

    def _copy_deidentified(self) -> None:
        node = self.model.node(self.tree.currentIndex())
        if node is not None:
            self.deidentified_wanted.emit(node.start, node.end)

    def _copy(self, what: str) -> None:
        node = self.model.node(self.tree.currentIndex())
        if node is not None:
            QGuiApplication.clipboard().setText(getattr(node, what))
