"""Listens on all interfaces while somebody looks at the welcome page, and at no other time."""

from PySide6.QtCore import QEvent, QObject, QTimer

from hl7capture.app.controller import CaptureController, State
from hl7capture.app.interface_watch import InterfaceWatch, worth_watching
from hl7capture.capture.framing.control import Markers
from hl7capture.model.source import Interface, SourceError
from hl7capture.ui.welcome.sparkline import TICK_MS
from hl7capture.ui.welcome_page import WelcomePage

_SETTLE_MS = 400  # who starts a capture at once, or passes by, needs no processes


class LiveTraffic(QObject):
    """On: the page is seen, no capture goes on, and the setting `watchInterfaces` wants it."""

    def __init__(self, controller: CaptureController, page: WelcomePage, parent: QObject) -> None:
        super().__init__(parent)
        self.watch = InterfaceWatch(self)
        self._controller = controller
        self._page = page
        self._names: list[str] = []
        self._is_over = False
        self._settle = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._begin)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(lambda: page.interfaces.show_traffic(self.watch.traffic()))
        self.watch.hindered.connect(self._on_hindered)
        page.installEventFilter(self)
        page.interfaces.shown.connect(self._on_interfaces)
        controller.state_changed.connect(self._look)
        controller.settings_changed.connect(self._look)
        controller.shut_down.connect(self._on_shut_down)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):  # also when the window is minimised
            QTimer.singleShot(0, self, self._look)
        return False

    def _look(self) -> None:
        """Begins or ends, where that is due."""
        is_wanted = (
            not self._is_over
            and self._page.isVisible()
            and self._controller.state is State.IDLE
            and self._controller.settings.watch_interfaces
            and bool(self._names)
        )
        if not is_wanted:
            self._end()
        elif not self.watch.is_on and not self._settle.isActive():
            self._settle.start()

    def _begin(self) -> None:
        self.watch.begin(self._names, Markers.of(self._controller.settings))
        self._tick.start()

    def _end(self) -> None:
        self._settle.stop()
        if self._tick.isActive():
            self._tick.stop()
            self.watch.end()
            self._page.interfaces.stop_traffic()

    def _on_interfaces(self, found: list[Interface]) -> None:
        names = worth_watching(found)
        if names != self._names:
            self._names = names
            self._end()
        self._look()

    def _on_hindered(self, error: SourceError) -> None:
        """F5 tries again."""
        self._end()
        self._names = []
        if not self._page.problem.text():
            self._page.show_problem(str(error), is_about_the_list=True, lacks_rights=error.lacks_rights)

    def _on_shut_down(self) -> None:
        self._is_over = True
        self._end()
