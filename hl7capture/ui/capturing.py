"""Listening and reading, as a person asks for it: which interface, which files, one after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from hl7capture.app.controller import CaptureController, State
from hl7capture.app.merging import MergedFiles
from hl7capture.model.events import Counters, Event, Notice
from hl7capture.model.source import Interface, Source, SourceError, SourceState
from hl7capture.sources.capture_helper import pkexec
from hl7capture.sources.files import file_source
from hl7capture.sources.interface_list import interfaces
from hl7capture.sources.names import capture_paths
from hl7capture.sources.open_interface import names_in, source_for
from hl7capture.sources.ssh import is_remote
from hl7capture.ui.background import Background
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.plain import visible
from hl7capture.ui.reading_row import ReadingRow
from hl7capture.ui.recent_files import RecentFiles
from hl7capture.ui.remote_dialog import RemoteDialog
from hl7capture.ui.welcome.live_traffic import LiveTraffic
from hl7capture.ui.welcome_page import WelcomePage

_INTERFACES, _RIGHTS = "interfaces", "rights"  # keys of banners that replace themselves
_NARROWEST = 230  # pixels


@dataclass(slots=True, frozen=True)
class _Found:
    """What stands behind names of captures. given_up: how often reading had been given up when it was asked for."""

    given_up: int
    captures: list[tuple[Path, Source]]
    problems: list[str]


class Capturing(QObject):
    """interface: chooses where to listen. row: how far a file is read."""

    begun = Signal()
    refused = Signal()  # a capture did not come to be; the welcome page says why
    first_seen = Signal(str)  # session id: the first one in what was opened
    changed = Signal()  # what can be done now may be something else

    def __init__(
        self, controller: CaptureController, recent: RecentFiles, banner: Banner, welcome: WelcomePage, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._controller = controller
        self._recent = recent
        self._banner = banner
        self._welcome = welcome
        self._files: list[tuple[Path, Source]] = []  # to be opened, one after the other
        self._given_up = 0  # how often a person has ended the reading of files, and with it what was asked for before
        self._is_first_awaited = False  # files were opened: the first session in them is to be shown
        self._is_closing = False
        self.interface = QComboBox()
        self.interface.setAccessibleName(self.tr("Interface"))
        self.interface.setMinimumWidth(_NARROWEST)
        self.row = ReadingRow()
        self.row.cancel.clicked.connect(self.start_or_stop)
        controller.state_changed.connect(self._on_state)
        controller.happened.connect(self._on_events)
        controller.progressed.connect(self._on_progress)
        controller.failed.connect(self._on_failed)
        controller.lacks_rights.connect(self._on_lacks_rights)
        controller.capture_ended.connect(self._open_next)
        welcome.interfaces_chosen.connect(lambda names: self.listen(", ".join(names)))
        welcome.open_wanted.connect(self.choose_files)
        welcome.try_wanted.connect(self.try_it)
        welcome.refresh_wanted.connect(self.refresh_interfaces)
        welcome.remote_wanted.connect(self.listen_remotely)
        welcome.administrator_wanted.connect(lambda names: self.listen(", ".join(names), as_administrator=True))
        welcome.interfaces.choice_changed.connect(self._follow_choice)
        welcome.seen.connect(recent.look)
        welcome.forget_wanted.connect(recent.remove)
        recent.changed.connect(lambda: welcome.show_recent(recent.paths, recent.facts))
        self.live_traffic = LiveTraffic(controller, welcome, self)

    @property
    def is_live(self) -> bool:
        """Sessions come from the wire, or would; not from a file."""
        source = self._controller.source
        return source is None or source.is_live

    # -- listening ---------------------------------------------------------------------------------------------

    def start_or_stop(self) -> None:
        """Begins to listen on the chosen interface, or ends what is going on."""
        if self._controller.state is not State.IDLE:
            self._files.clear()
            self._given_up += not self.is_live
            self._controller.stop()
            return
        name = self.interface.currentData()
        if name:
            self.listen(name)

    def pause_or_resume(self) -> None:
        if self._controller.state is State.PAUSED:
            self._controller.resume()
        else:
            self._controller.pause()

    def listen(self, interface: str, *, as_administrator: bool = False) -> None:
        """Begins to listen. interface: as in the setting, several with commas between them."""
        names = names_in(interface)
        if not names:
            return
        interface = ", ".join(names)
        settings = self._controller.settings
        if settings.interface != interface:
            self._controller.change_settings(interface=interface)
        self._choose_interface(interface)
        sources = [source_for(name, settings.capture_filter, as_administrator=as_administrator) for name in names]
        self._begin(*sources, persist=True)

    def listen_remotely(self) -> None:
        """Asks for an interface of another machine, and begins to listen there."""
        dialog = RemoteDialog(self._controller.settings.interface, self._window)
        if dialog.exec() == RemoteDialog.DialogCode.Accepted:
            if self.interface.findData(dialog.url) < 0:
                self.interface.addItem(visible(dialog.url, 80), dialog.url)
            self.listen(dialog.url)
        dialog.deleteLater()

    def try_it(self) -> None:
        """Listens to simulated analyzers."""
        from hl7capture.simulator.source import SimulatedSource

        self._begin(SimulatedSource(), persist=True)

    # -- reading -----------------------------------------------------------------------------------------------

    def choose_files(self) -> None:
        """Asks for captures to open."""
        self.read(self._asked_files(self.tr("Open captures")))

    def choose_files_as_one(self) -> None:
        """Asks for captures that belong together: a rotated set, or those of two taps."""
        paths = self._asked_files(self.tr("Open captures as one"))
        if paths:
            self._is_first_awaited = True
            self._begin(MergedFiles(paths), persist=False)

    def read(self, paths: Iterable[Path]) -> None:
        """Reads captures, and all captures of folders, one after the other."""
        paths, given_up = list(paths), self._given_up
        if paths and not self._refuse_while_listening():
            Background(lambda: _found(paths, given_up), self._on_found).start()  # a share may take its time

    def _on_found(self, found: _Found) -> None:
        if found.given_up != self._given_up:
            return
        for problem in found.problems:
            self._banner.say(problem)
        if found.captures and not self._refuse_while_listening():
            self._files += found.captures
            self._is_first_awaited = True
            self._open_next()

    def _refuse_while_listening(self) -> bool:
        """Whether a live capture goes on: no file is read then, and that is said."""
        if self._controller.state is State.IDLE or not self.is_live:
            return False
        text = self.tr("A capture is going on. Stop it (Ctrl+E) before you open a file.")
        self._banner.say(text, is_error=False)
        return True

    def close(self) -> None:
        """No other capture begins."""
        self._is_closing = True
        self._files.clear()

    def _asked_files(self, title: str) -> Sequence[Path]:
        kinds = self.tr("Captures (*.pcap* *.cap *.dmp *.cap.* *.dmp.*);;All files (*)")
        names, _ = QFileDialog.getOpenFileNames(self._window, title, "", kinds)
        return [Path(name) for name in names]

    def _open_next(self) -> None:
        if not self._files or self._controller.state is not State.IDLE or self._is_closing:
            return
        path, source = self._files.pop(0)
        self._recent.add(path)
        self._begin(source, persist=False)

    def _begin(self, *sources: Source | MergedFiles, persist: bool) -> None:
        if self._controller.state is not State.IDLE or self._is_closing:
            return
        self._welcome.show_problem("")
        self._banner.take_back(_RIGHTS)
        self._controller.start(*sources, persist=persist)
        self.begun.emit()

    # -- what the controller tells -----------------------------------------------------------------------------

    def _on_state(self, state: State) -> None:
        is_idle = state is State.IDLE
        self.interface.setEnabled(is_idle)
        self._welcome.try_it.setEnabled(is_idle)
        self._welcome.remote.setEnabled(is_idle)
        self.row.setVisible(not is_idle and not self.is_live)
        self.changed.emit()

    def _on_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Notice) and event.is_problem:  # the others are findings of links: see LinkNotices
                self._banner.say(f"{self._controller.source_names}: {event.text}.", is_error=False)
        first = next((event.session for event in events if not isinstance(event, Notice)), None)
        # Who opens a capture wants to see it, among all the sessions that stand in the list already.
        if first is not None and self._is_first_awaited and self._controller.source and not self.is_live:
            self._is_first_awaited = False
            self.first_seen.emit(first.session_id)

    def _on_progress(self, state: SourceState, _counters: Counters) -> None:
        source = self._controller.source
        if source is not None and not source.is_live:
            self.row.show_progress(source.name, state)

    def _on_lacks_rights(self) -> None:
        """Where a person can become an administrator for this one purpose, a button does it."""
        if pkexec() is None:
            return
        interface = self._controller.settings.interface
        remedy = Remedy(
            self.tr("Capture with administrator rights"), lambda: self.listen(interface, as_administrator=True)
        )
        text = self.tr(
            "This user may not capture. The capture helper alone can be started with an administrator's rights, once; "
            "it gives them up as soon as it listens."
        )
        self._banner.say(text, key=_RIGHTS, remedy=remedy)

    def _on_failed(self, text: str, _is_usage: bool) -> None:
        if self._controller.source is not None and self.is_live and self._controller.state is State.STARTING:
            self._welcome.show_problem(text)
            self.refused.emit()
        else:
            self._banner.say(text)

    # -- interfaces --------------------------------------------------------------------------------------------

    def refresh_interfaces(self) -> None:
        """Asks for the interfaces again, in the background."""
        Background(interfaces, self._on_interfaces, SourceError, self._on_no_interfaces).start()

    def _on_interfaces(self, found: list[Interface]) -> None:
        preferred = self.interface.currentData() or self._controller.settings.interface
        self.interface.clear()
        for name in filter(is_remote, names_in(preferred)):
            found = [*found, Interface(name, self.tr("on another machine"), (), is_up=True, is_loopback=False)]
        for interface in found:
            if interface.is_up or interface.addresses:
                where = f" – {interface.addresses[0]}" if interface.addresses else ""
                state = "" if interface.is_up else self.tr(" (down)")
                self.interface.addItem(visible(f"{interface.name}{where}{state}", 80), interface.name)
        self.interface.setCurrentIndex(0)
        known = {interface.name for interface in found}
        if preferred and known.issuperset(names_in(preferred)):
            self._choose_interface(", ".join(names_in(preferred)))
        self._welcome.show_interfaces(found, names_in(preferred))
        self._banner.take_back(_INTERFACES)
        self._on_state(self._controller.state)

    def _choose_interface(self, interface: str) -> None:
        """Several at once have a line of their own in the list."""
        if self.interface.findData(interface) < 0 and len(names_in(interface)) > 1:
            self.interface.addItem(visible(interface, 80), interface)
        self.interface.setCurrentIndex(self.interface.findData(interface))

    def _follow_choice(self, interface: str) -> None:
        """Ctrl+E listens where the welcome page says."""
        index = self.interface.findData(interface)
        if index >= 0 and self.interface.isEnabled():
            self.interface.setCurrentIndex(index)

    def _on_no_interfaces(self, error: SourceError) -> None:
        self._welcome.show_problem(str(error), is_about_the_list=True)
        if not self._welcome.isVisible():
            remedy = Remedy(self.tr("Try again"), self.refresh_interfaces)
            self._banner.say(str(error), key=_INTERFACES, remedy=remedy)


def _found(names: Iterable[Path], given_up: int) -> _Found:
    """Asks the disk; what cannot be found or read is a problem in words."""
    found = _Found(given_up, [], [])
    for name in names:
        try:
            found.captures.extend((path.absolute(), file_source(path)) for path in capture_paths(str(name)))
        except SourceError as error:
            found.problems.append(str(error))
    return found
