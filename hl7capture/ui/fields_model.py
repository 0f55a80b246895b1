"""A message's tree as Qt wants it, with the names of the standard."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.split import USUAL, Delimiters
from hl7capture.hl7.tables import meaning
from hl7capture.hl7.tree import Node
from hl7capture.ui.plain import visible
from hl7capture.ui.theme import colour

Index = QModelIndex | QPersistentModelIndex
_MOST_SHOWN = 2000  # characters of a value
_MEANING = 4
_AT_ONCE = 2000  # rows that a view lays out in some milliseconds


class _Item:
    """A node, the place it has, and its children, as far as they were asked for. seen: nodes among which they are."""

    __slots__ = ("children", "node", "parent", "row", "seen")

    def __init__(self, node: Node | None, parent: "_Item | None", row: int) -> None:
        self.node = node
        self.parent = parent
        self.row = row
        self.children: list[_Item] = []
        self.seen = 0


class FieldsModel(QAbstractItemModel):
    """A message's tree; made as far as it is opened, and of very many segments some, until a view is scrolled there."""

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
            below = self._child(item, node)
            if below is None:
                break
            item = below
        return self._index(item)

    def _index(self, item: _Item) -> QModelIndex:
        return QModelIndex() if item is self._root else self.createIndex(item.row, 0, item)

    def _child(self, item: _Item, node: Node) -> _Item | None:
        """Where it is far down, all before it are made, too."""
        looked_at = 0
        while True:
            children = self._children(item)
            for child in children[looked_at:]:
                if child.node is node:
                    return child
            looked_at = len(children)
            index = self._index(item)
            if not self.canFetchMore(index):
                return None
            self.fetchMore(index)

    def _item(self, index: Index | None) -> _Item:
        if index is None or not index.isValid():
            return self._root
        item: _Item = index.internalPointer()
        return item

    def _children(self, item: _Item) -> list[_Item]:
        while not item.children and item.seen < len(self._below(item)):
            item.children = self._more(item)
        return item.children

    def _below(self, item: _Item) -> tuple[Node, ...]:
        return self._nodes if item.node is None else item.node.children

    def _more(self, item: _Item) -> list[_Item]:
        """The next children that are not made yet."""
        nodes = self._below(item)[item.seen : item.seen + _AT_ONCE]
        item.seen += len(nodes)
        shown = (node for node in nodes if self._with_empty or node.value)
        return [_Item(node, item, row) for row, node in enumerate(shown, len(item.children))]

    def canFetchMore(self, parent: Index) -> bool:
        item = self._item(parent)
        return 0 < item.seen < len(self._below(item))

    def fetchMore(self, parent: Index) -> None:
        item = self._item(parent)
        more = self._more(item)
        if more:
            self.beginInsertRows(self._index(item), len(item.children), len(item.children) + len(more) - 1)
            item.children += more
            self.endInsertRows()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.column() > 0 else len(self._children(self._item(parent)))

    def hasChildren(self, parent: Index | None = None) -> bool:
        """Without making them: a view asks this of every segment, and there may be thousands."""
        return any(self._with_empty or child.value for child in self._below(self._item(parent)))

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
                    return visible(value_of(node, self._delimiters, 8 * _MOST_SHOWN), _MOST_SHOWN)
                case _:
                    return visible(meaning(node), 200)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == _MEANING and node.table:
            return self.tr("HL7 table {0}" if node.table.isdigit() else "E1394, {0}").format(node.table)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in (0, 2):
            return colour("muted") if index.parent().isValid() or index.column() == 2 else colour("accent")
        return None

    @property
    def with_empty(self) -> bool:
        """Whether fields without a value are shown as well."""
        return self._with_empty

    def line(self, index: Index) -> str:
        """A row as text, its cells with tabs between them."""
        row = index.row(), index.parent()
        return "\t".join(str(self.index(row[0], column, row[1]).data()) for column in range(len(self._titles)))


def value_of(node: Node, delimiters: Delimiters | None, most: int) -> str:
    """What the first `most` characters of a value say.

    Escapes are resolved where nothing lies below that they could be mistaken for; one that is cut in two is left.
    """
    if node.children or delimiters is None:
        return node.value[:most]
    return unescape(node.value[:most], delimiters)
