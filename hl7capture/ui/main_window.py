"""The window: its parts put together, and what they have to know of each other."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from hl7capture import __version__
from hl7capture.app.controller import CaptureController, State
from hl7capture.model.settings import Settings
from hl7capture.store.incoming import is_session_file_name
from hl7capture.turns import window_at_work
from hl7capture.ui import theme
from hl7capture.ui.archive.archive import Archive
from hl7capture.ui.archive.restoring import Restoring
from hl7capture.ui.archive_notices import ArchiveNotices
from hl7capture.ui.banner import Banner
from hl7capture.ui.capturing import Capturing
from hl7capture.ui.clean_up_notices import CleanUpNotices
from hl7capture.ui.closing import may_close
from hl7capture.ui.commands import Commands
from hl7capture.ui.copying import Copies
from hl7capture.ui.dashboard.dashboard import Dashboard
from hl7capture.ui.deidentified_copy import DeidentifiedCopy
from hl7capture.ui.deleting import Deleting
from hl7capture.ui.filtering import Filtering
from hl7capture.ui.font_size_commands import FontSizeCommands
from hl7capture.ui.layout_memory import LayoutMemory
from hl7capture.ui.link_notices import LinkNotices
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.moving import Moving, ask_to_move
from hl7capture.ui.plain import visible
from hl7capture.ui.recent_files import RecentFiles
from hl7capture.ui.saved_sessions import SavedSessions
from hl7capture.ui.session_files import SessionFiles
from hl7capture.ui.session_filter import SessionFilter
from hl7capture.ui.session_model import SessionModel
from hl7capture.ui.settings_dialog import SettingsDialog
from hl7capture.ui.status import Status
from hl7capture.ui.store_notices import StoreNotices
from hl7capture.ui.toolbar import Toolbar
from hl7capture.ui.welcome_page import WelcomePage
from hl7capture.ui.window_keys import WindowKeys
from hl7capture.ui.work_row import WorkRow
from hl7capture.ui.workspace import SessionViews, Workspace

_SIZE = 1280, 800  # pixels, to begin with
_NOTE = "note"  # key of a banner that replaces itself


class MainWindow(QMainWindow):
    """Shows what the controller tells, and tells it what the person wants."""

    def __init__(self, controller: CaptureController, recent: RecentFiles) -> None:
        super().__init__()
        self.controller = controller
        self._recent = recent
        self._is_closing = False
        self._is_down = False
        self._is_at_home = True  # the person has not gone anywhere yet
        self._theme = controller.settings.theme
        self.setWindowTitle("HL7 Capture")
        self.resize(QSize(*_SIZE).boundedTo(self.screen().availableSize()))
        self.setAcceptDrops(True)
        self._make_parts()
        self._lay_out()
        self._connect()
        self._connect_commands()
        self._on_page()
        self._on_settings(controller.settings)
        self._show_state()
        for problem in controller.settings_problems:
            self.banner.say(problem)
        self.capturing.refresh_interfaces()
        controller.store.load()
        controller.archiving.start()
        self.welcome.interfaces.setFocus()  # arrows and Enter, at once

    # -- what a person can do ----------------------------------------------------------------------------------

    def open_files(self, paths: Sequence[Path]) -> None:
        """Reads captures, and all captures of folders, one after the other. Session files are imported."""
        documents = [path for path in paths if is_session_file_name(path)]
        if documents:
            self.files.bring_in(documents)
        self.capturing.read(path for path in paths if path not in documents)

    def export_selected(self) -> None:
        """Asks how and where to, and writes the selected sessions."""
        self.files.ask_to_export([session.session_id for session in self.table.selected()])

    def compare_sessions(self, session_ids: list[str]) -> None:
        """The first messages of exactly two sessions, side by side."""
        self.workspace.comparing.compare_sessions(session_ids)

    def edit_settings(self, key: str = "") -> None:
        """The settings dialog; `key`: the setting to begin with."""
        old, saved = self.controller.output_folder, len(self.saved)
        dialog = SettingsDialog(self.controller.settings, str(old), self, self.controller.store)
        if key:
            dialog.go_to(key)
        if dialog.exec() == SettingsDialog.DialogCode.Accepted:
            self.controller.apply_settings(dialog.settings)
        dialog.deleteLater()
        new = self.controller.output_folder
        if new != old and saved and ask_to_move(saved, old, new, self):
            Moving(self.controller.store, old, self.banner, self)

    def restore(self, session_ids: Sequence[str]) -> None:
        """Brings sessions back from the archive, and shows the first."""
        self.restoring.begin(session_ids)

    def refresh(self) -> None:
        """What is looked at is read anew: the interfaces, or the archive."""
        self.archive.refresh() if self.archive.shown_page is not None else self.capturing.refresh_interfaces()

    @property
    def views(self) -> SessionViews:
        """Where sessions are looked at now: those of this machine, or those of the archive."""
        page = self.archive.shown_page
        return page.views if page is not None else self.workspace

    def go_to_filter(self) -> None:
        """To the filter of what is looked at."""
        page = self.archive.shown_page
        (page.box if page is not None else self.filtering.box).take_focus()

    def go_home(self) -> None:
        """The welcome page."""
        self.pages.setCurrentWidget(self.welcome)
        self.welcome.interfaces.setFocus()
        self.capturing.refresh_interfaces()

    def begin_at(self, *, is_home: bool) -> None:
        """The page where the person was the last time."""
        if is_home:
            self._is_at_home = False  # and so it stays, whatever is found on disk
        else:
            self.go_to_sessions()

    def go_to_sessions(self) -> None:
        """The workspace."""
        self._is_at_home = False
        if self.pages.currentWidget() is not self.workspace:
            self.pages.setCurrentWidget(self.workspace)
            self.table.setFocus()

    def go_to_sessions_of(self, wanted: str) -> None:
        """The workspace with another filter."""
        self.filtering.box.setText(wanted)
        self.go_to_sessions()

    # -- making ------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        controller, store = self.controller, self.controller.store
        self.model = SessionModel(self)
        self.filter = SessionFilter(self.model, self)
        controller.happened.connect(self.model.take)  # before anybody else hears of it
        controller.capture_ended.connect(self.model.flush)
        self.commands = Commands(self)
        FontSizeCommands(controller, self.commands, self)
        self.banner = Banner()
        self.status = Status()
        self.work = WorkRow()
        self.welcome = WelcomePage()
        self.memory = LayoutMemory(controller.settings_path.with_name("layout.json"), self)
        self.deidentified = deidentified = DeidentifiedCopy()
        self.workspace = Workspace(store, self.model, self.filter, deidentified, self.memory)
        self.table, self.ladder, self.detail = self.workspace.table, self.workspace.ladder, self.workspace.detail
        self.capturing = Capturing(controller, self._recent, self.banner, self.welcome, self)
        self.filtering = Filtering(store, self.model, self.filter, self)
        self.saved = SavedSessions(controller, self.model, self.banner, self.status, self)
        self.deleting = Deleting(self.model, controller, self.banner, self)
        self.copies = Copies(store, self.model, lambda: controller.settings, deidentified, self)
        self.files = SessionFiles(controller, self.banner, self.work, self.model.document_of, self)
        self.restoring = Restoring(controller, self.banner, self.work, self)
        self._keys = WindowKeys(
            [(self.detail, self.ladder), (self.ladder, self.table), (self.detail, self.table)], self
        )

    def _lay_out(self) -> None:
        self.commands.fill(self.menuBar(), self.deleting.undo_action)
        self.toolbar = Toolbar(self.commands, self.capturing.interface, [self.filtering.matches, self.filtering.box])
        self.addToolBar(self.toolbar)
        self.setStatusBar(self.status)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.workspace)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for row in (self.filtering.mistake, self.banner, self.capturing.row, self.work, self.filtering.work):
            layout.addWidget(row)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self.dashboard = Dashboard(self.controller, self.pages, self)
        self.archive = Archive(self.controller, self.pages, self.banner, self.deidentified, self.memory, self)

    def _connect(self) -> None:
        controller, store = self.controller, self.controller.store
        controller.progressed.connect(self.status.show_progress)
        controller.cleared.connect(self._on_cleared)
        controller.settings_changed.connect(self._on_settings)
        self.detail.filter_wanted.connect(self.filtering.box.add_condition)
        self.workspace.notes.trouble.connect(self._on_note_trouble)
        controller.ending.connect(self.workspace.notes.write)
        controller.shut_down.connect(self._on_shut_down)
        controller.judge.judged.connect(self.model.session_judged)
        controller.judge.explained.connect(self.workspace.show_findings)
        self.detail.findings.wanted.connect(controller.judge.explain)
        LinkNotices(controller.links, self.banner, self.dashboard.show_link, self.dashboard.open, self)
        StoreNotices(store, self.banner, lambda: self.edit_settings("outputFolder"), self)
        ArchiveNotices(controller.archiving, self.banner, self.status, self)
        CleanUpNotices(store, self.banner, self.status, self)
        self.capturing.begun.connect(self.go_to_sessions)
        self.capturing.refused.connect(lambda: self.pages.setCurrentWidget(self.welcome))
        self.capturing.first_seen.connect(self._go_to)
        self.capturing.changed.connect(self._show_state)
        self.filtering.asked.connect(self.go_to_sessions)
        self.filtering.left.connect(self.table.setFocus)
        self.saved.listed.connect(lambda: self.go_to_sessions() if self._is_at_home else None)
        self.saved.complete.connect(self.filtering.ask_again)
        self.saved.imported.connect(self._go_to)
        self.model.rowsInserted.connect(self.filtering.show_matches)
        self.model.rowsRemoved.connect(self.filtering.show_matches)
        self.files.imported.connect(self.saved.take)
        self.pages.currentChanged.connect(self._on_page)
        self.archive.left.connect(self.go_home)
        self.archive.settings_wanted.connect(self.edit_settings)
        self.archive.restore_wanted.connect(self.restoring.begin)
        self.restoring.restored.connect(self.saved.take)
        self.dashboard.filter_wanted.connect(self.go_to_sessions_of)
        self.workspace.told.connect(lambda text, is_error: self.banner.say(text, is_error=is_error))
        self.welcome.file_chosen.connect(lambda path: self.open_files([path]))
        self.table.session_selected.connect(self._on_session_selected)
        self.table.delete_wanted.connect(self.deleting.delete)
        self.table.compare_wanted.connect(self.compare_sessions)
        self.table.filter_wanted.connect(self.filtering.box.add_condition)
        self.table.copy_wanted.connect(self.copies.copy)
        self.table.copy_deidentified_wanted.connect(self.copies.copy_deidentified)
        self.table.keep_wanted.connect(self.saved.keep)
        self.table.export_wanted.connect(self.files.ask_to_export)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_colours)

    def _connect_commands(self) -> None:
        commands, capturing = self.commands, self.capturing
        done: list[tuple[QAction, Callable[[], object]]] = [
            (commands.start, capturing.start_or_stop),
            (commands.pause, capturing.pause_or_resume),
            (commands.clear, self.controller.clear),
            (commands.open, capturing.choose_files),
            (commands.open_as_one, capturing.choose_files_as_one),
            (commands.bring_in, self.files.ask_to_import),
            (commands.export, self.export_selected),
            (commands.remote, capturing.listen_remotely),
            (commands.try_it, capturing.try_it),
            (commands.refresh, self.refresh),
            (commands.settings, self.edit_settings),
            (commands.home, self.go_home),
            (commands.sessions, self.go_to_sessions),
            (commands.dashboard, self.dashboard.open),
            (commands.archive, self.archive.open),
            (commands.find, self.go_to_filter),
            (commands.mask, self._mask),
            (commands.about, self._about),
            (commands.leave, self.close),
        ]
        for action, do in done:
            action.triggered.connect(lambda _checked=False, do=do: do())

    # -- what the parts tell -----------------------------------------------------------------------------------

    def _show_state(self) -> None:
        state, capturing = self.controller.state, self.capturing
        self.commands.show_state(state, is_live=capturing.is_live, may_start=capturing.interface.count() > 0)
        name = "" if state is State.IDLE else visible(self.controller.source_names, 80)
        self.status.show_state(state, name, is_live=capturing.is_live)
        self.setWindowTitle(f"HL7 Capture – {name}" if name else "HL7 Capture")

    def _go_to(self, session_id: str) -> None:
        """A session that a person will want to see."""
        self.model.flush()
        self.go_to_sessions()
        self.table.go_to(session_id)

    def _on_cleared(self) -> None:
        self.model.clear()
        self.saved.show_counts()
        self.filtering.show_matches()

    def _on_page(self) -> None:
        """Menus, filter, Clear and Export act on what is looked at."""
        self.commands.follow(self.views)
        self.commands.clear.setEnabled(self.pages.currentWidget() is self.workspace)
        self.toolbar.show_filter(self.archive.shown_page is None)
        self._on_session_selected()

    def _on_session_selected(self) -> None:
        is_seen = self.pages.currentWidget() is self.workspace
        self.commands.export.setEnabled(is_seen and self.table.selectionModel().hasSelection())

    def _on_settings(self, settings: Settings) -> None:
        self.workspace.apply_settings(settings)
        self.commands.mask.setChecked(settings.mask_patient_data)
        if settings.theme != self._theme:
            self._theme = settings.theme
            application = QApplication.instance()
            if isinstance(application, QApplication):
                theme.apply(application, settings.theme)
            self._on_colours()
        self.saved.follow_folder()

    def _on_colours(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.paint(application)
        for part in (self.commands, self.workspace, self.welcome, self.dashboard, self.archive, self.banner):
            refresh = part.refresh_icons if isinstance(part, Commands) else part.refresh_colours
            refresh()

    def _on_note_trouble(self, text: str) -> None:
        if text:
            self.banner.say(text, key=_NOTE)
        else:
            self.banner.take_back(_NOTE)

    def _mask(self) -> None:
        self.controller.change_settings(maskPatientData=self.commands.mask.isChecked())

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
        box.deleteLater()

    # -- Qt's own ----------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.UpdateRequest:
            return super().event(event)
        with window_at_work():  # all that has changed is painted in this
            return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.take(event):
            super().keyPressEvent(event)

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
        if self._is_closing or not may_close(self.controller.store, self) or not self.workspace.notes.may_close():
            return
        self._is_closing = True
        self.capturing.close()
        self.work.cancel()
        for part in (self.banner, self.capturing.row, self.work, self.pages, self.toolbar, self.menuBar()):
            part.setEnabled(False)
        self.status.show_closing(self.tr("Saving, then closing…"))
        self.controller.shutdown()

    def _on_shut_down(self, unsaved: list[str]) -> None:
        self._is_down = True
        if unsaved:
            self.status.show_closing(self.tr("Sessions that could not be saved: {0}").format(number_text(len(unsaved))))
        self.close()
