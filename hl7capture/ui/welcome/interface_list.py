"""The interfaces, each with what passes it, so that the right one is seen at a glance."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QStyleOptionViewItem, QWidget

from hl7capture.capture.traffic import MOST_CONNECTIONS, Traffic
from hl7capture.model.source import Interface
from hl7capture.ui.icons import icon
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import plain_tip, visible
from hl7capture.ui.theme import colour
from hl7capture.ui.welcome.sparkline import History
from hl7capture.ui.welcome.two_lines import BELOW, IS_MUTED, TITLE, TwoLines

_NAME = Qt.ItemDataRole.UserRole
_BADGE = Qt.ItemDataRole.UserRole + 4
_HISTORY = Qt.ItemDataRole.UserRole + 5
_SPARKLINE_WIDTH, _SPARKLINE_HEIGHT = 130, 26  # pixels
_BADGE_ICON, _BADGE_MARGIN, _BADGE_HEIGHT = 14, 7, 22
_GAP = 12
_LEAST_WORDS = 90  # pixels that the name keeps, whatever stands beside it


class InterfaceList(QListWidget):
    """Which ones are selected is what will be listened to."""

    shown = Signal(list)  # list[Interface]: after `show_interfaces`
    choice_changed = Signal(str)  # by the person, or because HL7 was seen: names with commas between them

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: dict[str, Interface] = {}
        self._histories: dict[str, History] = {}
        self._is_chosen = False  # by the person, now or the last time
        self._by_default = ""  # what is chosen as long as nobody has chosen anything
        self._is_filling = False
        self.itemSelectionChanged.connect(self._on_selected)
        self.setAccessibleName(self.tr("Interfaces"))
        self.setIconSize(QSize(20, 20))
        self.setItemDelegate(_Row(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setToolTip(self.tr("Several at once: Ctrl or Shift and a click"))

    @property
    def chosen(self) -> list[str]:
        """Names, in the order of the list."""
        return [self.item(row).data(_NAME) for row in sorted(map(self.row, self.selectedItems()))]

    def show_interfaces(self, found: Sequence[Interface], preferred: Sequence[str]) -> None:
        """Those that are neither up nor have an address are not worth a line. Where HL7 was seen comes first."""
        self._found = {one.name: one for one in found if one.is_up or one.addresses}
        self._histories = {name: self._histories.get(name, History()) for name in self._found}
        wanted = preferred if self._is_chosen or list(preferred) != [self._by_default] else ()
        self._is_chosen = False
        self._is_filling = True
        self.clear()
        for interface in sorted(self._found.values(), key=self._rank):
            item = QListWidgetItem(icon("interface"), "")
            item.setData(_NAME, interface.name)
            item.setData(TITLE, visible(interface.name, 80))
            item.setToolTip(plain_tip(interface.description, 200))
            self.addItem(item)
            self._describe(item)
            if interface.name in wanted:
                self._is_chosen = True
                self.setCurrentItem(item, QItemSelectionModel.SelectionFlag.Select)
        self._is_filling = False
        if self.currentRow() < 0 and self.count():
            self.setCurrentRow(0)
            self._by_default = self.item(0).data(_NAME)
            self._is_chosen = self._histories[self._by_default].connections > 0
        self.shown.emit(list(found))

    def show_traffic(self, traffic: Mapping[str, Traffic]) -> None:
        """What has passed since listening began; called once a tick. The order stays while somebody looks."""
        for row in range(self.count()):
            item = self.item(row)
            now = traffic.get(item.data(_NAME))
            if now is None:
                continue
            history = self._histories[item.data(_NAME)]
            was_seen = history.connections > 0
            history.add(now)
            self._describe(item)
            if history.connections and not was_seen and not self._is_chosen:
                self._is_chosen = True
                self.setCurrentItem(item)
                self.scrollToItem(item)
        self.viewport().update()

    def stop_traffic(self) -> None:
        """Nobody listens any more."""
        for history in self._histories.values():
            history.stop()
        for row in range(self.count()):
            self._describe(self.item(row))

    def refresh_colours(self) -> None:
        """After a change of theme."""
        for row in range(self.count()):
            self.item(row).setIcon(icon("interface"))
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._is_chosen = True
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_chosen = True
        super().mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.scheduleDelayedItemsLayout()

    def _on_selected(self) -> None:
        if not self._is_filling:
            self.choice_changed.emit(", ".join(self.chosen))

    def _rank(self, interface: Interface) -> tuple[bool, bool, bool, bool]:
        is_quiet = not self._histories[interface.name].connections
        return (is_quiet, not interface.is_up, interface.is_loopback, not interface.addresses)

    def _describe(self, item: QListWidgetItem) -> None:
        """In words, for the eye and for a screen reader."""
        interface, history = self._found[item.data(_NAME)], self._histories[item.data(_NAME)]
        where = ", ".join(interface.addresses) or interface.description
        state = self.tr("up") if interface.is_up else self.tr("down")
        rate = "" if history.is_new else self._rate_words(history.rate)
        seen = self._seen_words(history.connections) if history.connections else ""
        name = visible(interface.name, 80)
        texts = {
            Qt.ItemDataRole.DisplayRole: visible(f"{name}   ·   {state}   ·   {where}", 200),
            Qt.ItemDataRole.AccessibleTextRole: visible(", ".join(filter(None, (name, where, state, rate, seen))), 300),
            BELOW: visible("   ·   ".join(filter(None, (state, rate, where))), 200),
            IS_MUTED: not interface.is_up,
            _BADGE: seen,
            _HISTORY: None if history.is_new else history,
        }
        for role, value in texts.items():
            if item.data(role) != value:
                item.setData(role, value)

    def _rate_words(self, rate: int) -> str:
        return self.tr("{0} packets/s").format(number_text(rate)) if rate else self.tr("quiet")

    def _seen_words(self, connections: int) -> str:
        if connections == 1:
            return self.tr("HL7 seen: 1 connection")
        more = "+" if connections >= MOST_CONNECTIONS else ""
        return self.tr("HL7 seen: {0} connections").format(f"{number_text(connections)}{more}")


class _Row(TwoLines):
    """At the right: the sparkline, and before it the badge."""

    def paint_beside(
        self,
        painter: QPainter,
        box: QRect,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> int:
        end = box.right()
        history = index.data(_HISTORY)
        if isinstance(history, History):
            middle = box.center().y()
            end -= _SPARKLINE_WIDTH
            history.paint(painter, QRectF(end, middle - _SPARKLINE_HEIGHT / 2, _SPARKLINE_WIDTH, _SPARKLINE_HEIGHT))
            end -= _GAP
        words = index.data(_BADGE)
        if words:
            end = self._paint_badge(painter, box, end, words, option)
        return end

    def _paint_badge(self, painter: QPainter, box: QRect, end: int, words: str, option: QStyleOptionViewItem) -> int:
        most = end - box.left() - _LEAST_WORDS - 3 * _BADGE_MARGIN - _BADGE_ICON
        words = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, max(most, 0))
        width = option.fontMetrics.horizontalAdvance(words) + 3 * _BADGE_MARGIN + _BADGE_ICON
        height = max(_BADGE_HEIGHT, option.fontMetrics.height() + 4)
        badge = QRect(end - width, box.center().y() - height // 2, width, height)
        accent = colour("accent")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(accent)
        painter.setBrush(colour("panel"))
        painter.drawRoundedRect(QRectF(badge).adjusted(0.5, 0.5, -0.5, -0.5), height / 2, height / 2)
        icon("hl7-seen", accent.name()).paint(
            painter,
            QRect(badge.left() + _BADGE_MARGIN, badge.center().y() - _BADGE_ICON // 2, _BADGE_ICON, _BADGE_ICON),
        )
        painter.setFont(option.font)
        left = badge.left() + 2 * _BADGE_MARGIN + _BADGE_ICON
        painter.drawText(badge.adjusted(left - badge.left(), 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()
        return badge.left() - _GAP
