"""The window: welcome page or workspace, and the actions that both share."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from hl7capture import __version__
from hl7capture.app.controller import CaptureController, State
from hl7capture.app.merging import MergedFiles
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.events import Counters, Event, Notice
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.model.settings import Settings
from hl7capture.model.source import Interface, Source, SourceError, SourceState
from hl7capture.sources.capture_helper import pkexec
from hl7capture.sources.files import file_source
from hl7capture.sources.interface_list import interfaces
from hl7capture.sources.names import capture_paths
from hl7capture.sources.open_interface import names_in, source_for
from hl7capture.sources.ssh import is_remote
from hl7capture.store.incoming import is_session_file_name
from hl7capture.store.loading import LoadReport
from hl7capture.ui import theme
from hl7capture.ui.background import Background
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.clean_up_notices import CleanUpNotices
from hl7capture.ui.copying import Copies
from hl7capture.ui.deidentified_copy import DeidentifiedCopy
from hl7capture.ui.deleting import Deleting
from hl7capture.ui.detail import Detail
from hl7capture.ui.filter_box import FilterBox
from hl7capture.ui.filter_reading import FilterReading
from hl7capture.ui.filter_values import known_values
from hl7capture.ui.icons import icon
from hl7capture.ui.ladder import Ladder
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.moving import Moving, ask_to_move
from hl7capture.ui.plain import visible
from hl7capture.ui.recent_files import RecentFiles
from hl7capture.ui.remote_dialog import RemoteDialog
from hl7capture.ui.session_files import SessionFiles
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import SessionModel
from hl7capture.ui.session_row import SessionRow
from hl7capture.ui.session_table import SessionTable
from hl7capture.ui.settings_dialog import SettingsDialog
from hl7capture.ui.status import Status
from hl7capture.ui.store_notices import StoreNotices
from hl7capture.ui.unreadable_files import UnreadableFiles
from hl7capture.ui.welcome_page import WelcomePage
from hl7capture.ui.work_row import WorkRow

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

# keys of banners that replace themselves
_UNREADABLE, _INTERFACES, _RIGHTS = "unreadable", "interfaces", "rights"
_COUNT_MS = 100
_SEARCH_MS = 200  # after the last key


class MainWindow(QMainWindow):
    """Shows what the controller tells, and tells it what the person wants."""

    def __init__(self, controller: CaptureController, recent: RecentFiles) -> None:
        super().__init__()
        self.controller = controller
        self._recent = recent
        self._files: list[Path] = []  # to be opened, one after the other
        self._is_first_awaited = False  # files were opened: the first session in them is to be shown
        self._is_closing = False
        self._is_down = False
        self._is_at_home = True  # the person has not gone anywhere yet
        self._saved: set[str] = set()
        self._theme = controller.settings.theme
        self._folder = controller.output_folder
        self._shown: SessionRow | None = None  # in the ladder
        self._count = QTimer(self, interval=_COUNT_MS, singleShot=True)
        self._count.timeout.connect(self._show_counts)
        self._is_reading_wanted = True  # what the filter leaves open
        self._search = QTimer(self, interval=_SEARCH_MS, singleShot=True)
        self._search.timeout.connect(self._look_further)
        self.setWindowTitle("HL7 Capture")
        self.resize(1280, 800)
        self.setAcceptDrops(True)
        self._make_parts()
        self._make_actions()
        self._make_toolbar()
        self._make_menus()
        self._lay_out()
        self._connect()
        self._on_state(controller.state)
        self.model.documents.most = controller.settings.max_sessions_in_memory
        self.detail.findings.wanted.connect(controller.judge.explain)
        controller.judge.explained.connect(self.detail.findings.show_findings)
        controller.judge.judged.connect(self.model.session_judged)
        self.detail.apply_settings(controller.settings)
        for problem in controller.settings_problems:
            self.banner.say(problem)
        self.refresh_interfaces()
        controller.store.load()
        self.welcome.interfaces.setFocus()  # arrows and Enter, at once

    # -- what a person can do ----------------------------------------------------------------------------------

    def start_or_stop(self) -> None:
        """Begins to listen on the chosen interface, or ends what is going on."""
        if self.controller.state is not State.IDLE:
            self._files.clear()
            self.controller.stop()
            return
        name = self.interface.currentData()
        if name:
            self.listen(name)

    def listen(self, interface: str, *, as_administrator: bool = False) -> None:
        """Begins to listen. interface: as in the setting, several with commas between them."""
        names = names_in(interface)
        if not names:
            return
        interface = ", ".join(names)
        settings = self.controller.settings
        if settings.interface != interface:
            self.controller.change_settings(interface=interface)
        self._choose_interface(interface)
        sources = [source_for(name, settings.capture_filter, as_administrator=as_administrator) for name in names]
        self._begin(*sources, persist=True)

    def listen_remotely(self) -> None:
        """Asks for an interface of another machine, and begins to listen there."""
        dialog = RemoteDialog(self.controller.settings.interface, self)
        if dialog.exec() == RemoteDialog.DialogCode.Accepted:
            if self.interface.findData(dialog.url) < 0:
                self.interface.addItem(visible(dialog.url, 80), dialog.url)
            self.listen(dialog.url)

    def try_it(self) -> None:
        """Listens to simulated analyzers."""
        from hl7capture.simulator.source import SimulatedSource

        self._begin(SimulatedSource(), persist=True)

    def pause_or_resume(self) -> None:
        if self.controller.state is State.PAUSED:
            self.controller.resume()
        else:
            self.controller.pause()

    def choose_files(self) -> None:
        """Asks for captures to open."""
        self.open_files(self._asked_files(self.tr("Open captures")))

    def choose_files_as_one(self) -> None:
        """Asks for captures that belong together: a rotated set, or those of two taps."""
        paths = self._asked_files(self.tr("Open captures as one"))
        if paths:
            self._is_first_awaited = True
            self._begin(MergedFiles(paths), persist=False)

    def _asked_files(self, title: str) -> list[Path]:
        kinds = self.tr("Captures (*.pcap* *.cap *.dmp *.cap.* *.dmp.*);;All files (*)")
        names, _ = QFileDialog.getOpenFileNames(self, title, "", kinds)
        return [Path(name) for name in names]

    def open_files(self, paths: Sequence[Path]) -> None:
        """Reads captures, and all captures of folders, one after the other. Session files are imported."""
        documents = [path for path in paths if is_session_file_name(path)]
        if documents:
            self.files.bring_in(documents)
        paths = [path for path in paths if path not in documents]
        if not paths:
            return
        source = self.controller.source
        if self.controller.state is not State.IDLE and source is not None and source.is_live:
            self.banner.say(self.tr("A capture is going on. Stop it (Ctrl+E) before you open a file."), is_error=False)
            return
        for path in paths:
            try:
                self._files += capture_paths(str(path))
            except SourceError as error:
                self.banner.say(str(error))
        self._is_first_awaited = True
        if self.controller.state is State.IDLE:
            self._open_next()

    def export_selected(self) -> None:
        """Asks how and where to, and writes the selected sessions."""
        self.files.ask_to_export([session.session_id for session in self.table.selected()])

    def clear(self) -> None:
        """Empties the list; what is saved stays on disk."""
        self.controller.clear()

    def edit_settings(self, key: str = "") -> None:
        """The settings dialog; `key`: the setting to begin with."""
        old, saved = self.controller.output_folder, len(self._saved)
        dialog = SettingsDialog(self.controller.settings, str(old), self, self.controller.store)
        if key:
            dialog.go_to(key)
        if dialog.exec() == SettingsDialog.DialogCode.Accepted:
            self.controller.apply_settings(dialog.settings)
        dialog.deleteLater()
        new = self.controller.output_folder
        if new != old and saved and ask_to_move(saved, old, new, self):
            Moving(self.controller.store, old, self.banner, self)

    def refresh_interfaces(self) -> None:
        """Asks for the interfaces again, in the background."""
        Background(interfaces, self._on_interfaces, SourceError, self._on_no_interfaces).start()

    def go_home(self) -> None:
        """The welcome page."""
        self.pages.setCurrentWidget(self.welcome)
        self.welcome.interfaces.setFocus()
        self.refresh_interfaces()

    def go_to_sessions(self) -> None:
        """The workspace."""
        self._is_at_home = False
        if self.pages.currentWidget() is not self.workspace:
            self.pages.setCurrentWidget(self.workspace)
            self.table.setFocus()

    # -- making ------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self.model = SessionModel(self)
        self.filter = SessionFilter(self.model, self)
        self.welcome = WelcomePage()
        self.memory = LayoutMemory(self.controller.settings_path.with_name("layout.json"), self)
        self.table = SessionTable(self.filter, self.memory)
        self.ladder = Ladder()
        deidentified = DeidentifiedCopy()
        self.detail = Detail(deidentified)
        self.copies = Copies(self.controller.store, self.model, lambda: self.controller.settings, deidentified, self)
        self.banner = Banner()
        self.detail.told.connect(lambda text, is_error: self.banner.say(text, is_error=is_error))
        self.status = Status()
        self.setStatusBar(self.status)
        self.interface = QComboBox()
        self.interface.setAccessibleName(self.tr("Interface"))
        self.interface.setMinimumWidth(230)
        self.filter_box = FilterBox(lambda: known_values(self.model.rows()))
        self.filter_box.setMinimumWidth(250)
        self.filter_box.setMaximumWidth(560)
        self.matches = QLabel()
        self.matches.setProperty("muted", True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(6)
        self.progress_label = QLabel()
        self.progress_label.setTextFormat(Qt.TextFormat.PlainText)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.progress_row = QWidget()
        row = QHBoxLayout(self.progress_row)
        row.setContentsMargins(14, 6, 10, 6)
        row.addWidget(self.progress_label)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self.progress_row.hide()
        self.work = WorkRow()
        self.filter_work = WorkRow()
        self.filter_reading = FilterReading(self.controller.store, self.filter_work, self)
        self.mistake = QLabel()  # in the filter
        self.mistake.setTextFormat(Qt.TextFormat.PlainText)
        self.mistake.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.mistake.setContentsMargins(14, 4, 14, 4)
        self.mistake.setWordWrap(True)
        self.mistake.hide()
        self.deleting = Deleting(self.model, self.controller, self.banner, self)
        self.files = SessionFiles(self.controller, self.banner, self.work, self.model.document_of, self)

    def _make_actions(self) -> None:
        self.start_action = self._action(self.tr("Start"), "Ctrl+E", self.start_or_stop)
        self.pause_action = self._action(self.tr("Pause"), "Ctrl+P", self.pause_or_resume)
        self.clear_action = self._action(self.tr("Clear"), "Ctrl+L", self.clear)
        self.clear_action.setToolTip(self.tr("Empty the list (Ctrl+L). Saved sessions stay on disk."))
        self.open_action = self._action(self.tr("Open capture…"), QKeySequence.StandardKey.Open, self.choose_files)
        self.open_as_one_action = self._action(
            self.tr("Open captures as one…"), "Ctrl+Shift+O", self.choose_files_as_one
        )
        self.import_action = self._action(self.tr("Import sessions…"), "Ctrl+I", self.files.ask_to_import)
        self.export_action = self._action(self.tr("Export…"), "Ctrl+Shift+S", self.export_selected)
        self.export_action.setEnabled(False)
        self.remote_action = self._action(self.tr("Remote interface…"), "Ctrl+R", self.listen_remotely)
        self.settings_action = self._action(self.tr("Settings"), "Ctrl+,", self.edit_settings)
        self.home_action = self._action(self.tr("Welcome"), "Ctrl+H", self.go_home)
        self.sessions_action = self._action(self.tr("Sessions"), "Ctrl+1", self.go_to_sessions)
        self.try_action = self._action(self.tr("Try it: simulated analyzer"), None, self.try_it)
        self.refresh_action = self._action(self.tr("Refresh interfaces"), "F5", self.refresh_interfaces)
        self.quit_action = self._action(self.tr("Quit"), QKeySequence.StandardKey.Quit, self.close)
        self.find_action = self._action(self.tr("Find"), QKeySequence.StandardKey.Find, self._focus_filter)
        self.mask_action = self._action(self.tr("Mask patient data"), "Ctrl+M", self._mask)
        self.mask_action.setCheckable(True)
        self.mask_action.setChecked(self.controller.settings.mask_patient_data)
        self.about_action = self._action(self.tr("About HL7 Capture"), None, self._about)
        slash = QShortcut(QKeySequence("/"), self)
        slash.activated.connect(self._focus_filter)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.filter_box)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self._leave_filter)
        self._refresh_icons()

    def _action(self, text: str, shortcut: "QKeySequence.StandardKey | str | None", do: object) -> QAction:
        action = QAction(text, self)
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda: do())  # type: ignore[operator]
        return action

    def _make_toolbar(self) -> None:
        bar = QToolBar(self.tr("Main"))
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addAction(self.home_action)
        bar.addWidget(self.interface)
        bar.addAction(self.start_action)
        bar.addAction(self.pause_action)
        bar.addAction(self.clear_action)
        bar.addSeparator()
        bar.addAction(self.open_action)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        bar.addWidget(self.matches)
        bar.addWidget(self.filter_box)
        bar.addAction(self.settings_action)
        bar.widgetForAction(self.start_action).setProperty("primary", True)
        self._bar = bar
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(bar)

    def _make_menus(self) -> None:
        file = self.menuBar().addMenu(self.tr("&File"))
        file.addActions([self.open_action, self.open_as_one_action])
        file.addSeparator()
        file.addActions([self.import_action, self.export_action])
        file.addSeparator()
        file.addActions([self.settings_action, self.quit_action])
        capture = self.menuBar().addMenu(self.tr("&Capture"))
        capture.addActions([self.start_action, self.pause_action, self.clear_action])
        capture.addSeparator()
        capture.addActions([self.remote_action, self.refresh_action, self.try_action])
        view = self.menuBar().addMenu(self.tr("&View"))
        view.addActions([self.home_action, self.sessions_action, self.find_action, self.mask_action])
        view.addSeparator()
        view.addMenu(self.table.arrangement.grouping_menu)
        view.addMenu(self.table.arrangement.columns_menu)
        view.addSeparator()
        view.addAction(self.deleting.undo_action)
        self.menuBar().addMenu(self.tr("&Help")).addAction(self.about_action)

    def _lay_out(self) -> None:
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.setHandleWidth(1)
        lower.addWidget(self.ladder)
        lower.addWidget(self.detail)
        lower.setSizes([560, 720])
        self.workspace = QSplitter(Qt.Orientation.Vertical)
        self.workspace.setHandleWidth(1)
        self.workspace.addWidget(self.table)
        self.workspace.addWidget(lower)
        self.workspace.setSizes([260, 440])
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.workspace)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.mistake)
        layout.addWidget(self.banner)
        layout.addWidget(self.progress_row)
        layout.addWidget(self.work)
        layout.addWidget(self.filter_work)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        controller, store = self.controller, self.controller.store
        controller.state_changed.connect(self._on_state)
        controller.happened.connect(self._on_events)
        controller.progressed.connect(self._on_progress)
        controller.failed.connect(self._on_failed)
        controller.lacks_rights.connect(self._on_lacks_rights)
        controller.capture_ended.connect(self._on_capture_ended)
        controller.cleared.connect(self._on_cleared)
        controller.settings_changed.connect(self._on_settings)
        controller.shut_down.connect(self._on_shut_down)
        store.listed.connect(self._on_listed)
        store.load_progressed.connect(self.status.show_loading)
        store.loaded.connect(self.model.add_documents)
        store.fetched.connect(self._on_fetched)
        store.fetch_failed.connect(self._on_fetch_failed)
        store.found.connect(self._on_found)
        store.load_finished.connect(self._on_load_finished)
        store.saved.connect(self._on_saved)
        store.waiting_changed.connect(lambda waiting, _problem: self.status.show_waiting(waiting))
        StoreNotices(store, self.banner, lambda: self.edit_settings("outputFolder"), self)
        store.deleted.connect(self._on_deleted)
        store.keep_failed.connect(lambda text: self.banner.say(self.tr("Not changed: {0}").format(text)))
        CleanUpNotices(store, self.banner, self.status, self)
        store.delete_failed.connect(lambda text: self.banner.say(self.tr("Not deleted: {0}").format(text)))
        self._recent.changed.connect(lambda: self.welcome.show_recent(self._recent.paths))
        self.welcome.interfaces_chosen.connect(lambda names: self.listen(", ".join(names)))
        self.welcome.file_chosen.connect(lambda path: self.open_files([path]))
        self.welcome.open_wanted.connect(self.choose_files)
        self.welcome.try_wanted.connect(self.try_it)
        self.welcome.refresh_wanted.connect(self.refresh_interfaces)
        self.welcome.remote_wanted.connect(self.listen_remotely)
        self.table.session_selected.connect(self._on_session_selected)
        self.table.delete_wanted.connect(self.deleting.delete)
        self.table.open_wanted.connect(self._open_session)
        self.table.filter_wanted.connect(self.filter_box.add_condition)
        self.table.copy_wanted.connect(self.copies.copy)
        self.table.copy_deidentified_wanted.connect(self.copies.copy_deidentified)
        self.table.keep_wanted.connect(self._keep)
        self.table.export_wanted.connect(self.files.ask_to_export)
        self.files.imported.connect(self._on_imported)
        self.ladder.element_selected.connect(self._on_element_selected)
        self.model.dataChanged.connect(self._on_rows_changed)
        self.model.rowsInserted.connect(self._show_counts)
        self.model.rowsRemoved.connect(self._show_counts)
        self.filter.rowsInserted.connect(self._show_matches)
        self.filter.rowsRemoved.connect(self._show_matches)
        self.filter.settled.connect(self._on_settled)
        self.filter_box.filter_changed.connect(self._on_filter)
        self.filter_box.mistake_changed.connect(self._on_mistake)
        self.filter_reading.judged.connect(self.filter.set_verdicts)
        self.filter_reading.finished.connect(self._on_filter_read)
        self.filter_box.returnPressed.connect(self.table.setFocus)
        self.cancel.clicked.connect(self.start_or_stop)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_colours)

    # -- capturing ---------------------------------------------------------------------------------------------

    def _begin(self, *sources: Source | MergedFiles, persist: bool) -> None:
        if self.controller.state is not State.IDLE or self._is_closing:
            return
        self.welcome.show_problem("")
        self.banner.take_back(_RIGHTS)
        self.controller.start(*sources, persist=persist)
        self.go_to_sessions()

    def _on_capture_ended(self) -> None:
        """The next file."""
        self.model.flush()
        self._open_next()

    def _open_next(self) -> None:
        if not self._files or self.controller.state is not State.IDLE:
            return
        path = self._files.pop(0)
        self._recent.add(path.absolute())
        self._begin(file_source(path), persist=False)

    def _on_state(self, state: State) -> None:
        is_idle = state is State.IDLE
        source = self.controller.source
        is_live = source is None or source.is_live
        self.start_action.setText(self.tr("Start") if is_idle else self.tr("Stop"))
        self.start_action.setEnabled(state is not State.STOPPING and (not is_idle or self.interface.count() > 0))
        self.pause_action.setText(self.tr("Resume") if state is State.PAUSED else self.tr("Pause"))
        self.pause_action.setEnabled(state in (State.CAPTURING, State.PAUSED) and is_live)
        self.interface.setEnabled(is_idle)
        for action in (self.try_action, self.remote_action, self.open_as_one_action):
            action.setEnabled(is_idle)
        self.welcome.try_it.setEnabled(is_idle)
        self.welcome.remote.setEnabled(is_idle)
        self.progress_row.setVisible(not is_idle and not is_live)
        self._refresh_icons()
        name = "" if is_idle else self.controller.source_names
        self.status.show_state(state, visible(name, 80), is_live=is_live)
        self.setWindowTitle(f"HL7 Capture – {visible(name, 80)}" if name else "HL7 Capture")

    def _on_events(self, events: list[Event]) -> None:
        source = self.controller.source
        for event in events:
            if isinstance(event, Notice):
                self.banner.say(f"{self.controller.source_names}: {event.text}.", is_error=False)
        self.model.take(events)
        if self._is_first_awaited and (source is None or not source.is_live):
            self._show_first(events)

    def _show_first(self, events: list[Event]) -> None:
        """Who opens a capture wants to see it, among all the sessions that stand in the list already."""
        first = next((event.session for event in events if not isinstance(event, Notice)), None)
        if first is not None:
            self._is_first_awaited = False
            self.model.flush()
            self.table.go_to(first.session_id)

    def _on_progress(self, state: SourceState, counters: Counters) -> None:
        self.status.show_progress(state, counters)
        source = self.controller.source
        if source is not None and not source.is_live:
            self.progress_label.setText(self.tr("Reading {0}").format(visible(source.name, 80)))
            self.progress.setRange(0, 1000 if state.size else 0)
            self.progress.setValue(int(1000 * state.done / state.size) if state.size else 0)

    def _on_lacks_rights(self) -> None:
        """Where a person can become an administrator for this one purpose, a button does it."""
        if pkexec() is None:
            return
        interface = self.controller.settings.interface
        remedy = Remedy(
            self.tr("Capture with administrator rights"), lambda: self.listen(interface, as_administrator=True)
        )
        text = self.tr(
            "This user may not capture. The capture helper alone can be started with an administrator's rights, once; "
            "it gives them up as soon as it listens."
        )
        self.banner.say(text, key=_RIGHTS, remedy=remedy)

    def _on_failed(self, text: str, _is_usage: bool) -> None:
        source = self.controller.source
        if source is not None and source.is_live and self.controller.state is State.STARTING:
            self.welcome.show_problem(text)
            self.pages.setCurrentWidget(self.welcome)
        else:
            self.banner.say(text)

    # -- sessions ----------------------------------------------------------------------------------------------

    def _on_session_selected(self, session: SessionSummary | None) -> None:
        self.export_action.setEnabled(self.table.selectionModel().hasSelection())
        row = self.model.row_of(session.session_id) if session is not None else None
        self.model.documents.looked_at = row
        if row is not None and row.document is None:
            self.controller.store.fetch(row.session_id)  # `_on_fetched` shows it
            row = None
        self._show_row(row)

    def _show_row(self, row: SessionRow | None) -> None:
        if row is not None and row is self._shown:
            return
        self._shown = row
        if row is not None:
            row.refresh()
        self.ladder.show_session(row)
        self.detail.show_element(row, self.ladder.selected)

    def _on_fetched(self, session: Session) -> None:
        self.model.add_documents([session])
        row = self.model.documents.looked_at
        if row is not None and row.session_id == session.session_id and row.document is not None:
            self._show_row(row)

    def _on_fetch_failed(self, session_id: str, reason: str) -> None:
        self.banner.say(self.tr("Session {0} cannot be shown: {1}.").format(session_id, reason))

    def _open_session(self, session_id: str) -> None:
        self.table.go_to(session_id)
        self.ladder.setFocus()

    def _on_element_selected(self, number: int) -> None:
        self.detail.show_element(self._shown, number)

    def _on_rows_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        row = self._shown
        if row is not None and any(self.model.row(n) is row for n in range(first.row(), last.row() + 1)):
            self.ladder.grow()
            self.detail.show_element(row, self.ladder.selected)

    def _on_listed(self, summaries: list[SessionSummary]) -> None:
        self._saved.update(summary.session_id for summary in summaries)
        self.model.add(reversed(summaries))
        if self._is_at_home and self.pages.currentWidget() is self.welcome:
            self.go_to_sessions()

    def _on_imported(self, sessions: list[Session]) -> None:
        """Whoever imports sessions wants to see them."""
        self._saved.update(session.session_id for session in sessions)
        self.model.add(map(summary_of, sessions))
        self.model.add_documents(sessions)
        self._show_counts()
        if sessions:
            self.go_to_sessions()
            self.table.go_to(sessions[0].session_id)

    def _on_load_finished(self, report: LoadReport) -> None:
        self.status.show_loading(0, 0)
        self.controller.store.start_cleaning()
        if self.filter.wanted is not None:
            self.filter.set_filter(self.filter.wanted)  # what was typed meanwhile was looked for in a part of them
        if report.problem:
            self.banner.say(self.tr("Sessions could not be loaded. {0}").format(report.problem))
        if report.unreadable:
            first = report.unreadable[0]
            text = self.tr("Session files that could not be read, and were left as they are: {0}. The first: {1}: {2}.")
            text = text.format(len(report.unreadable), first.path.name, first.reason)
            remedy = Remedy(self.tr("Show them…"), lambda: UnreadableFiles(report.unreadable, self).open())
            self.banner.say(text, is_error=False, key=_UNREADABLE, remedy=remedy)
        else:
            self.banner.take_back(_UNREADABLE)

    def _on_saved(self, session: Session) -> None:
        self._saved.add(session.session_id)
        self.model.session_saved(session)
        if not self._count.isActive():
            self._count.start()

    def _on_deleted(self, session_ids: list[str]) -> None:
        self._saved.difference_update(session_ids)
        self.model.remove(session_ids)

    def _keep(self, session_ids: list[str], is_kept: bool) -> None:
        """An open session takes the mark along when it goes to the disk."""
        rows = list(filter(None, map(self.model.row_of, session_ids)))
        for row in rows:
            if row.document is not None and row.document.is_open:
                row.document.pinned = row.summary.pinned = is_kept
        self.controller.store.keep([row.session_id for row in rows if not row.summary.is_open], is_kept=is_kept)

    def _on_cleared(self) -> None:
        self.model.clear()
        self._show_counts()
        self._on_session_selected(None)

    def _on_filter(self, wanted: "Filter | None") -> None:
        self.filter_reading.stop()
        self._is_reading_wanted = True
        self.filter.set_filter(wanted)
        self._show_matches()
        if wanted is not None and self.pages.currentWidget() is self.welcome and self.model.rowCount():
            self.go_to_sessions()

    def _on_mistake(self, text: str) -> None:
        """What is wrong in the filter box, below it."""
        self.mistake.setText(visible(text))
        self.mistake.setVisible(bool(text))
        self.filter_box.setAccessibleDescription(text)

    def _on_settled(self) -> None:
        self._show_matches()
        if self.filter.undecided and self._is_reading_wanted:
            self._search.start()

    def _look_further(self) -> None:
        """Of sessions whose summaries leave it open whether the filter lets them through: the index, then the files."""
        wanted = self.filter.wanted
        if wanted is None or not self.filter.undecided or self.filter_reading.is_busy:
            return
        if self.filter.is_searched:
            self.filter_reading.start(self.filter.undecided, wanted)
        else:
            self.controller.store.search(self.filter_box.text(), wanted.texts)

    def _on_found(self, text: str, found: dict[str, set[str]]) -> None:
        if text == self.filter_box.text():
            self.filter.set_found(found)

    def _on_filter_read(self, is_done: bool) -> None:
        """Who cancels sees what was found so far."""
        self._is_reading_wanted = is_done
        if is_done:
            self._on_settled()

    def _show_matches(self) -> None:
        counts = f"{self.filter.rowCount():,} / {self.model.rowCount():,}"
        self.matches.setText(self.tr("{0} match").format(counts) if self.filter.wanted is not None else "")

    def _show_counts(self) -> None:
        self.status.show_sessions(self.model.rowCount(), len(self._saved))
        self._show_matches()

    # -- interfaces and settings -------------------------------------------------------------------------------

    def _on_interfaces(self, found: list[Interface]) -> None:
        preferred = self.interface.currentData() or self.controller.settings.interface
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
        self.welcome.show_interfaces(found, names_in(preferred))
        self.banner.take_back(_INTERFACES)
        self._on_state(self.controller.state)

    def _choose_interface(self, interface: str) -> None:
        """Several at once have a line of their own in the list."""
        if self.interface.findData(interface) < 0 and len(names_in(interface)) > 1:
            self.interface.addItem(visible(interface, 80), interface)
        self.interface.setCurrentIndex(self.interface.findData(interface))

    def _on_no_interfaces(self, error: SourceError) -> None:
        self.welcome.show_problem(str(error), is_about_the_list=True)
        if self.pages.currentWidget() is not self.welcome:
            remedy = Remedy(self.tr("Try again"), self.refresh_interfaces)
            self.banner.say(str(error), key=_INTERFACES, remedy=remedy)

    def _on_settings(self, settings: Settings) -> None:
        self.model.documents.most = settings.max_sessions_in_memory
        self.detail.apply_settings(settings)
        self.mask_action.setChecked(settings.mask_patient_data)
        self.model.documents.trim()
        if settings.theme != self._theme:
            self._theme = settings.theme
            application = QApplication.instance()
            if isinstance(application, QApplication):
                theme.apply(application, settings.theme)
            self._on_colours()
        if self.controller.output_folder != self._folder:
            self._folder = self.controller.output_folder
            self._show_other_folder()

    def _show_other_folder(self) -> None:
        """What is saved elsewhere leaves the list: it could not be deleted from here any more."""
        self.model.remove(list(self._saved))
        self._saved.clear()
        self._show_counts()
        self.controller.store.load()

    def _on_colours(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.paint(application)
        self._refresh_icons()
        self.detail.refresh_colours()
        self.welcome.refresh_colours()
        self.banner.refresh_colours()
        self.ladder.viewport().update()
        self.detail.hex.viewport().update()

    def _refresh_icons(self) -> None:
        now = theme.colours()
        is_idle = self.controller.state is State.IDLE
        self.start_action.setIcon(icon("start" if is_idle else "stop", now.on_accent))
        self.pause_action.setIcon(icon("start" if self.controller.state is State.PAUSED else "pause"))
        self.clear_action.setIcon(icon("clear"))
        self.open_action.setIcon(icon("open"))
        self.settings_action.setIcon(icon("settings"))
        self.home_action.setIcon(icon("home"))

    def _mask(self) -> None:
        self.controller.change_settings(maskPatientData=self.mask_action.isChecked())

    def _focus_filter(self) -> None:
        self.filter_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_box.selectAll()

    def _leave_filter(self) -> None:
        """Escape: first the words go, then the focus."""
        if self.filter_box.text():
            self.filter_box.clear()
        else:
            self.table.setFocus()

    def _about(self) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(self.tr("About HL7 Capture"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            self.tr(
                "HL7 Capture {0}\n\nListens to the conversation between medical devices and the LIS, shows every "
                "session, and keeps it.\n\nLicence: GPL-2.0-or-later"
            ).format(__version__)
        )
        box.exec()

    # -- Qt's own ----------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.open_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window stays until everything is on disk; that is seen, and takes ten seconds at the most."""
        if self._is_down:
            self._recent.close()
            self.memory.close()
            event.accept()
            return
        event.ignore()
        if self._is_closing or not self._may_close():
            return
        self._is_closing = True
        self._files.clear()
        self.work.cancel()
        for part in (self.banner, self.progress_row, self.work, self.pages, self._bar, self.menuBar()):
            part.setEnabled(False)
        self.status.show_closing(self.tr("Saving, then closing…"))
        self.controller.shutdown()

    def _may_close(self) -> bool:
        """Where sessions cannot be saved, closing puts them aside: that is for the person to decide."""
        store = self.controller.store
        application = QApplication.instance()
        is_log_off = isinstance(application, QApplication) and application.isSavingSession()
        if not (store.waiting and store.problem) or is_log_off:
            return True
        question = QMessageBox(self)
        question.setIcon(QMessageBox.Icon.Warning)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setWindowTitle(self.tr("Sessions are not saved"))
        text = self.tr(
            "Sessions that could not be saved: {0}. When the window closes they are put aside in the system's folder "
            "for temporary files, and brought back at the next start, if nobody empties that folder before."
        )
        question.setText(text.format(store.waiting))
        question.setInformativeText(visible(store.problem))
        close = question.addButton(self.tr("Put aside and close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = question.addButton(self.tr("Keep open"), QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(stay)
        question.setEscapeButton(stay)
        question.exec()
        return question.clickedButton() is close

    def _on_shut_down(self, unsaved: list[str]) -> None:
        self._is_down = True
        if unsaved:
            self.status.show_closing(self.tr("Sessions that could not be saved: {0}").format(len(unsaved)))
        self.close()
