"""The program on the desktop, with its window or without: tray, notifications, start with the login."""

import time
from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from hl7capture.app.controller import CaptureController, State
from hl7capture.app.link_watch import LinkFindings
from hl7capture.hl7.findings.finding import Severity
from hl7capture.hl7.statistics.series import Link
from hl7capture.model.events import Event, Notice, SessionOpened
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.ui.background import Background
from hl7capture.ui.closing import is_log_off
from hl7capture.ui.desktop.autostart import set_autostart, start_command
from hl7capture.ui.desktop.notices import NoticeLimiter
from hl7capture.ui.desktop.tray import Tray
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.main_window import MainWindow

_TOLD_FOR = {
    "none": frozenset[str](),
    "error": frozenset({str(Severity.ERROR)}),
    "warning": frozenset({str(Severity.ERROR), str(Severity.WARNING)}),
}
_MOST_SESSIONS = 1000  # whose findings are remembered: a session may be judged again
_MOST_LINES = 4  # of a notification
_LEAST_WAIT_MS, _LONGEST_WAIT_MS = 10, 60_000


class Desktop(QObject):
    """Keep it as long as the window."""

    def __init__(self, window: MainWindow, controller: CaptureController, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._controller = controller
        self._limiter = NoticeLimiter()
        self._judged: OrderedDict[str, frozenset[str]] = OrderedDict()  # session id → codes that were noted
        self._links_noted: set[tuple[Link, str]] = set()  # links and codes, of the capture at hand
        self._sessions = 0  # of the capture at hand
        self._is_in_trouble = False
        self._has_told_of_tray = False
        self._is_autostart = controller.settings.autostart
        self._due = QTimer(self, singleShot=True)
        self._due.timeout.connect(self._tell)
        self.tray = Tray(window.commands.start, self)
        self.tray.show_wanted.connect(self.bring_to_front)
        self.tray.quit_wanted.connect(self._quit)
        controller.state_changed.connect(self._on_state)
        controller.happened.connect(self._on_events)
        controller.failed.connect(self._on_failed)
        controller.judge.judged.connect(self._on_judged)
        controller.links.begun.connect(self._links_noted.clear)
        controller.links.found.connect(self._on_links)
        controller.settings_changed.connect(self._on_settings)
        controller.shut_down.connect(lambda _unsaved: self._on_shut_down())
        window.installEventFilter(self)
        self._show_state()
        if self._is_autostart:
            self._write_autostart(is_wanted=True)  # the program may have been moved since

    # -- the window --------------------------------------------------------------------------------------------

    def show_window(self, *, is_minimised: bool) -> None:
        """At the start. Minimised, it is where a person finds it: in the tray, if closing would leave it there."""
        if not (is_minimised or self._controller.settings.start_minimised):
            self._window.show()
        elif not (self.tray.is_there and self._controller.settings.close_to_tray):
            self._window.showMinimized()

    def bring_to_front(self) -> None:
        """From the tray, the task bar, or behind other windows."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        QApplication.alert(self._window)  # where a program may not come to the front by itself

    def open_files(self, files: list[Path]) -> None:
        """What a later start wants: its files in this window."""
        self.bring_to_front()
        if files:
            self._window.open_files(files)

    def stays_in_tray(self, *, is_by_person: bool) -> bool:
        """Whether closing the window leaves the program in the tray. is_by_person: not by Quit, or the system's end."""
        if not (is_by_person and self._controller.settings.close_to_tray and self.tray.is_there) or is_log_off():
            return False
        self._window.hide()
        if not self._has_told_of_tray:
            self._has_told_of_tray = True
            self.tray.notify(
                "HL7 Capture", self.tr("It goes on in the tray. “Quit” there, or in the menu, ends it."), is_error=False
            )
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowActivate:
            self._limiter.forget()
            self._is_in_trouble = False
            self._show_state()
        elif event.type() is QEvent.Type.Close and self.stays_in_tray(is_by_person=event.spontaneous()):
            event.ignore()
            return True
        return False

    def _quit(self) -> None:
        """What may be asked before the end is asked where it can be seen."""
        if self._controller.store.waiting and self._controller.store.problem:
            self.bring_to_front()
        self._window.close()

    # -- the capture -------------------------------------------------------------------------------------------

    def _on_state(self, state: State) -> None:
        if state is State.STARTING:
            self._sessions = 0
            self._is_in_trouble = False
        self._show_state()

    def _on_events(self, events: list[Event]) -> None:
        opened = sum(isinstance(event, SessionOpened) for event in events)
        problems = sum(isinstance(event, Notice) and event.is_problem for event in events)
        self._sessions += opened
        self._is_in_trouble |= bool(problems) and not self._window.isActiveWindow()
        if opened or problems:
            self._show_state()

    def _on_failed(self, _text: str, _is_usage: bool) -> None:
        """The sentence stands in the window."""
        if not self._window.isActiveWindow():
            self._is_in_trouble = True
            self._show_state()
            text = self.tr("Something went wrong. The window says what.")
            self.tray.notify("HL7 Capture", text, is_error=True)

    def _show_state(self) -> None:
        source_names, state = self._controller.source_names, self._controller.state
        words = {
            State.IDLE: self.tr("Ready"),
            State.STARTING: self.tr("Starting…"),
            State.CAPTURING: self._capturing_words(),
            State.PAUSED: self.tr("Paused on {0}, sessions: {1}"),
            State.STOPPING: self.tr("Stopping…"),
        }[state].format(source_names, number_text(self._sessions))
        if self._is_in_trouble:
            words = self.tr("{0}; something went wrong").format(words)
        self.tray.show_state(state, words, is_in_trouble=self._is_in_trouble)

    def _capturing_words(self) -> str:
        source = self._controller.source
        if source is not None and not source.is_live:
            return self.tr("Reading {0}, sessions: {1}")
        return self.tr("Listening on {0}, sessions: {1}")

    # -- notifications -----------------------------------------------------------------------------------------

    def _on_judged(self, sessions: list[Session]) -> None:
        wanted = self._wanted_severities()
        if not wanted:
            return
        for session in sessions:
            codes = frozenset(code for code, severity in session.findings or () if severity in wanted)
            known = self._judged.pop(session.session_id, frozenset())
            self._judged[session.session_id] = codes | known
            link = f"{session.device_ip} → {session.lis_ip}:{session.lis_port}"
            for code in sorted(codes - known):
                self._limiter.note(link, code)
        while len(self._judged) > _MOST_SESSIONS:
            self._judged.popitem(last=False)
        self._wait()

    def _on_links(self, found: list[LinkFindings]) -> None:
        """Connections that came to nothing: each kind once in a capture."""
        wanted = self._wanted_severities()
        for one in found:
            for finding in one.findings:
                kind = (one.link, finding.code)
                if finding.severity in wanted and kind not in self._links_noted:
                    self._links_noted.add(kind)
                    self._limiter.note(f"{one.link.device_ip} → {one.link.lis}", finding.code)
        self._wait()

    def _wanted_severities(self) -> frozenset[str]:
        """Of findings that are told now: of what passes while nobody looks. Who reads a file is looking at it."""
        source = self._controller.source
        if source is None or not source.is_live or self._window.isActiveWindow():
            return frozenset()
        return _TOLD_FOR[self._controller.settings.notify_findings]

    def _wait(self) -> None:
        due = self._limiter.due_at()
        if due is not None:
            wait = min(max((due - time.monotonic()) * 1000, _LEAST_WAIT_MS), _LONGEST_WAIT_MS)
            self._due.start(round(wait))

    def _tell(self) -> None:
        """Codes, addresses and counts: no notification ever holds what was in a message."""
        notices, more = self._limiter.take(time.monotonic())
        lines = [f"{one.code}: {one.link}" + (f" ({one.count}×)" if one.count > 1 else "") for one in notices]
        more += sum(one.count for one in notices[_MOST_LINES:])
        if more:
            lines[_MOST_LINES:] = [self.tr("and {0} more").format(number_text(more))]
        if lines:
            self.tray.notify(self.tr("HL7 Capture: findings"), "\n".join(lines), is_error=True)
        self._wait()

    # -- settings and the end ----------------------------------------------------------------------------------

    def _on_settings(self, settings: Settings) -> None:
        if settings.autostart != self._is_autostart:
            self._is_autostart = settings.autostart
            self._write_autostart(is_wanted=settings.autostart)

    def _write_autostart(self, *, is_wanted: bool) -> None:
        def write() -> None:
            set_autostart(is_wanted=is_wanted, command=start_command())

        Background(write, lambda _done: None, OSError, self._on_no_autostart).start()

    def _on_no_autostart(self, error: OSError) -> None:
        text = self.tr("The start with the login could not be changed: {0}.")
        self._window.banner.say(text.format(error.strerror or error))

    def _on_shut_down(self) -> None:
        self._due.stop()
        self.tray.close()
