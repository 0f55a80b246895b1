"""One scene in a process of its own: the window is put up, brought to where the scene is, and painted."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from hl7capture.app.controller import CaptureController
from hl7capture.ui import theme, translation
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.recent_files import RecentFiles
from hl7capture.ui.window_layout import WindowLayout

_PATIENCE = 240  # seconds
_SETTLE = 1.0
SIZE = (1280, 800)


class Stage:
    """The window and what a scene does with it. disk: a folder on a disk that is full soon."""

    def __init__(self, home: Path, disk: Path) -> None:
        self.home = home
        self.disk = disk
        self.output = home / "sessions"
        self.window: MainWindow

    def open(self, output: Path | None = None) -> MainWindow:
        """The window, with an empty folder or this one."""
        controller = CaptureController(output=output or self.output)
        self.window = MainWindow(controller, RecentFiles(self.home / "recent.json"))
        WindowLayout(self.window.memory, self.window)
        self.window.resize(*SIZE)
        self.window.move(0, 0)
        self.window.show()
        self.until(lambda: self.window.capturing.interface.count() > 0)
        return self.window

    def until(self, condition: Callable[[], object]) -> None:
        """Lets the window live until it is so."""
        end = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the scene does not come to be")
            self.let_live(0.02)

    def let_live(self, seconds: float = _SETTLE) -> None:
        """Lets the window go on for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(seconds * 1000), loop.quit)
        loop.exec()

    def read(self, *captures: bytes) -> None:
        """Opens captures, in one window after the other, and waits until all is read and saved."""
        paths = [self.home / f"capture-{number}.pcap" for number in range(len(captures))]
        for path, data in zip(paths, captures, strict=True):
            path.write_bytes(data)
        ended: list[None] = []
        self.window.controller.capture_ended.connect(lambda: ended.append(None))
        self.window.open_files(paths)
        self.until(lambda: len(ended) == len(paths))
        self.window.model.flush()
        self.let_live()


def main(scene: str, look: str, picture: str, home: str, disk: str) -> int:
    """Writes the picture; raises what goes wrong."""
    from tests.scenes.scenes import SCENES

    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    application.setFont(QFont("DejaVu Sans", 9))
    translation.install(application, "en")
    theme.apply(application, "dark" if look == "dark" else "light")
    stage = Stage(Path(home), Path(disk))
    shown: QWidget = SCENES[scene](stage)
    stage.let_live()
    is_written = shown.grab().save(picture)
    controller = stage.window.controller
    controller.shut_down.connect(lambda _unsaved: application.quit())
    controller.shutdown()
    application.exec()
    return 0 if is_written else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
