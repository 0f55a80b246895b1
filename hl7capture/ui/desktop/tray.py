"""The icon in the tray: state by shape, colour and word; what is most needed in its menu.

Where there is no tray, nothing of it is seen; where one comes later, as at login, it is there then.
"""

from PySide6.QtCore import QObject, QRect, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from hl7capture.app.controller import State
from hl7capture.ui.icons import app_icon, icon
from hl7capture.ui.plain import plain_tip, visible
from hl7capture.ui.theme import colour, colours

_LOOK_MS = 5000
_SIZES = (16, 22, 32, 64)
_MARK = 0.62  # of the icon, what tells the state


class Tray(QObject):
    """start: the window's action to start and stop, shared with the menu."""

    show_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, start: QAction, parent: QObject) -> None:
        super().__init__(parent)
        self._start = start
        self._icon: QSystemTrayIcon | None = None
        self._state, self._words, self._is_in_trouble = State.IDLE, "", False
        self.menu = QMenu()
        self.told = self.menu.addAction("")
        self.told.setEnabled(False)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Show")).triggered.connect(self.show_wanted)
        self.menu.addAction(start)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Quit")).triggered.connect(self.quit_wanted)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._appear)
        self._look.start()
        self._appear()

    @property
    def is_there(self) -> bool:
        """A person can reach the program by it."""
        return self._icon is not None and QSystemTrayIcon.isSystemTrayAvailable()

    def show_state(self, state: State, words: str, *, is_in_trouble: bool) -> None:
        """words: the state and what else there is to know, in one line."""
        self._state, self._words, self._is_in_trouble = state, visible(words, 200), is_in_trouble
        self._paint()

    def notify(self, title: str, text: str, *, is_error: bool) -> bool:
        """A notification of the desktop; False where it has no way to show one. text: no markup, it may be read as
        such."""
        if not self.is_there or self._icon is None:
            return False
        kind = QSystemTrayIcon.MessageIcon
        self._icon.showMessage(title, text, kind.Warning if is_error else kind.Information)
        return True

    def close(self) -> None:
        """It would outlive the window on some desktops."""
        self._look.stop()
        if self._icon is not None:
            self._icon.hide()
        self._icon = None

    def _appear(self) -> None:
        if self._icon is None and QSystemTrayIcon.isSystemTrayAvailable():
            self._icon = QSystemTrayIcon(self)
            self._icon.setContextMenu(self.menu)
            self._icon.activated.connect(self._on_activated)
            self._icon.messageClicked.connect(self.show_wanted)
            self._paint()
            self._icon.show()

    def _paint(self) -> None:
        self.told.setText(self._words.replace("&", "&&"))
        if self._icon is not None:
            self._icon.setIcon(tray_icon(self._state, is_in_trouble=self._is_in_trouble))
            self._icon.setToolTip(plain_tip(f"HL7 Capture – {self._words}"))

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        kinds = QSystemTrayIcon.ActivationReason
        if reason in (kinds.Trigger, kinds.DoubleClick):
            self.show_wanted.emit()


def tray_icon(state: State, *, is_in_trouble: bool) -> QIcon:
    """The program's icon, with a mark at its corner: a triangle, two bars, or a dot; none while idle."""
    made = QIcon()
    for size in _SIZES:
        picture = app_icon().pixmap(QSize(size, size), 1.0)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = round(size * _MARK)
        corner = QRect(size - side, size - side, side, side)
        if is_in_trouble:
            _paint_mark(painter, corner, "incomplete", "bad")
        elif state is State.PAUSED:
            _paint_mark(painter, corner, "pause", "warning")
        elif state is not State.IDLE:
            painter.setPen(colour("panel"))
            painter.setBrush(colour("good"))
            painter.drawEllipse(corner.adjusted(1, 1, -1, -1))
        painter.end()
        made.addPixmap(QPixmap(picture))
    return made


def _paint_mark(painter: QPainter, corner: QRect, name: str, colour_name: str) -> None:
    painter.setPen(colour("line"))
    painter.setBrush(colour("panel"))
    painter.drawEllipse(corner.adjusted(0, 0, -1, -1))
    inside = corner.width() // 6
    icon(name, getattr(colours(), colour_name)).paint(painter, corner.adjusted(inside, inside, -inside, -inside))
