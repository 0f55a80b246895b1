"""The window as a program."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QThreadPool
from PySide6.QtWidgets import QApplication

from hl7capture.app.controller import CaptureController
from hl7capture.app.log_format import log_to_stderr
from hl7capture.app.memory import tame_allocator
from hl7capture.app.termination import Termination, leave
from hl7capture.turns import SWITCH_SECONDS
from hl7capture.ui import theme, translation
from hl7capture.ui.background import Background
from hl7capture.ui.desktop.presence import Desktop
from hl7capture.ui.desktop.single_instance import SingleInstance
from hl7capture.ui.garbage import ShortSearches
from hl7capture.ui.icons import app_icon
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.recent_files import RecentFiles
from hl7capture.ui.trouble.trouble import Trouble, Watch
from hl7capture.ui.window_layout import WindowLayout
from hl7capture.ui.window_turns import WindowTurns

_COMMON_VERSION = "2.5.1"
_LAST_WORK_MS = 1000


def run(files: list[Path], output: Path | None, *, is_minimised: bool = False, restored: Sequence[str] = ()) -> int:
    """Opens the window, with captures in it; returns when it is closed and everything is saved.

    restored: ids of sessions that are to be brought back from the archive. Where the window is open already, with this
    folder of sessions, it gets the captures and ids instead.
    """
    log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    tame_allocator()
    watch = Watch()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("hl7capture")
    application.setApplicationDisplayName("HL7 Capture")
    application.setDesktopFileName("hl7capture")
    application.setStyle("Fusion")
    application.setQuitOnLastWindowClosed(False)  # what waits is written first
    application.setWindowIcon(app_icon())
    controller = CaptureController(output=output)  # reads the settings, once; the folder of sessions is left alone yet
    instance = SingleInstance(controller.output_folder)
    if not instance.claim(files, restored):
        return 0
    translation.install(application, controller.settings.language)
    theme.apply(application, controller.settings.theme)
    recent = RecentFiles(controller.settings_path.with_name("recent.json"))
    window = MainWindow(controller, recent)
    WindowLayout(window.memory, window)
    Trouble(watch, window.banner, window.commands.log, window)
    controller.shut_down.connect(lambda _unsaved: application.quit())
    Termination(controller.shutdown, application)
    application.commitDataRequest.connect(lambda _manager: controller.shutdown_now())  # log-off, or the system's end
    ShortSearches(controller, application)
    WindowTurns(application)
    desktop = Desktop(window, controller, window)
    instance.files_wanted.connect(desktop.open_files)
    instance.sessions_wanted.connect(window.restore)
    instance.is_taking = lambda: not controller.is_shutting_down
    desktop.show_window(is_minimised=is_minimised)
    Background(_preload_names, lambda _done: None).start()
    if restored:
        window.restore(restored)
    if files:
        window.open_files(files)
    elif controller.settings.auto_start_capture and controller.settings.interface:
        window.capturing.listen(controller.settings.interface)
    code = application.exec()
    watch.memory.detach()  # errors are noted to the very end: Python would print what was on the wire
    # Work that is still under way would tell its end to objects that Qt has taken down.
    is_done = QThreadPool.globalInstance().waitForDone(_LAST_WORK_MS)
    return leave(code or int(controller.is_stuck), is_stuck=controller.is_stuck or not is_done)


def _preload_names() -> None:
    """The first message shall not wait for the names of its fields."""
    from hl7capture.hl7.names import preload

    preload(_COMMON_VERSION)
