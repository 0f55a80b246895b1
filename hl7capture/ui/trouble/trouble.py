"""What goes wrong inside the program, as one banner that leads to a report; capture and saving go on."""

import logging

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from hl7capture.app.program_errors import Hooks, Kind, ProgramErrors
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.trouble.log_memory import LogMemory
from hl7capture.ui.trouble.log_window import LogWindow
from hl7capture.ui.trouble.report import report_of
from hl7capture.ui.trouble.report_window import ReportWindow

log = logging.getLogger(__name__)

_KEY = "program-error"


class Watch(QObject):
    """Notices errors and keeps the log, from the program's first moment on: before there is a window to show them."""

    noted = Signal()  # in the thread of this object, also where the error was in another
    _happened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.memory = LogMemory()
        self.memory.attach()
        self.errors = ProgramErrors(self._on_noted)
        self._hooks = Hooks(self.errors)
        self._is_told = False
        self._happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def close(self) -> None:
        """Python and Qt print by themselves again."""
        self._hooks.remove()
        self.memory.detach()

    def _on_noted(self, _kind: Kind) -> None:
        """A slot may fail sixty times a second: there is one signal on its way at most."""
        if not self._is_told:
            self._is_told = True
            self._happened.emit()

    def _tell(self) -> None:
        self._is_told = False
        self.noted.emit()


class Trouble(QObject):
    """Shows what `watch` notices: a banner, the report, and the log where `log_wanted` asks for it."""

    def __init__(self, watch: Watch, banner: Banner, log_wanted: QAction, window: QWidget) -> None:
        super().__init__(window)
        self._watch = watch
        self._banner = banner
        self._window = window
        self._kinds = 0  # that the banner has told of
        self._log: LogWindow | None = None
        self._report: ReportWindow | None = None
        log_wanted.triggered.connect(lambda _checked=False: self.show_log())
        watch.noted.connect(self._on_noted)
        self._on_noted()

    def show_log(self) -> None:
        """The log, from the program's beginning on."""
        if self._log is None:
            self._log = LogWindow(self._watch.memory, self._window)
        self._log.show()
        self._log.raise_()
        self._log.activateWindow()

    def show_report(self) -> None:
        """What went wrong, to be copied."""
        if self._report is None:
            self._report = ReportWindow(self._window)
        self._report.show_report(report_of(self._watch.errors))

    def _on_noted(self) -> None:
        # An error in here would be noted, too, and lead here again, for ever.
        try:
            self._show_banner()
        except Exception as error:  # noqa: BLE001
            log.error("The banner about an error cannot be shown: %s", type(error).__name__)

    def _show_banner(self) -> None:
        """Once closed, the banner comes back for another kind of error, not for one more of the same."""
        counts = self._watch.errors.counts
        if not counts or (len(counts) == self._kinds and not self._banner.holds(_KEY)):
            return
        self._kinds = len(counts)
        times = sum(counts.values()) + self._watch.errors.others
        text = self.tr("Something went wrong inside the program; capture and saving go on.")
        if times > 1:
            text += " " + self.tr("It happened %n times.", "", times)
        self._banner.say(text, key=_KEY, remedy=Remedy(self.tr("Show report…"), self.show_report))
