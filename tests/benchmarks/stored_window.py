"""A window over a folder of sessions, timed from the program's start; JSON on standard output."""

import json
import resource
import sys
import time

_BEGIN = time.monotonic()
_HEARTBEAT_MS = 5
_REST_MS = 4000  # in which a hundred thousand rows are sorted, grouped, or filtered


def main(folder: str) -> None:
    from pathlib import Path

    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from hl7capture.app.controller import CaptureController
    from hl7capture.ui import theme
    from hl7capture.ui.garbage import ShortSearches
    from hl7capture.ui.main_window import MainWindow
    from hl7capture.ui.recent_files import RecentFiles
    from hl7capture.ui.session_model import DURATION
    from hl7capture.ui.session_order import Grouping

    application = QApplication(sys.argv[:1])
    controller = CaptureController(output=Path(folder))
    theme.apply(application, controller.settings.theme)
    window = MainWindow(controller, RecentFiles(Path(folder) / "recent.json"))
    ShortSearches(controller, application)
    measured: dict[str, float] = {}
    beats = [time.monotonic()]

    def beat() -> None:
        """The window answers; how long did it not?"""
        now = time.monotonic()
        if "usable" not in measured:
            measured["usable"] = now - _BEGIN
            measured["longest"] = 0.0
        else:
            measured["longest"] = max(measured["longest"], now - beats[-1] - _HEARTBEAT_MS / 1000)
        beats.append(now)

    def end(_report: object) -> None:
        beat()  # an empty folder may be read before the first one
        measured["complete"] = time.monotonic() - _BEGIN
        measured["listed"] = window.filter.rowCount()
        measured["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        measured["loading"], measured["longest"] = measured["longest"], 0.0
        window.table.sortByColumn(DURATION, Qt.SortOrder.DescendingOrder)
        QTimer.singleShot(_REST_MS, group)

    def group() -> None:
        window.table.arrangement.group_by(Grouping.DEVICE)
        QTimer.singleShot(_REST_MS, narrow)

    def narrow() -> None:
        window.filtering.box.setText("device exists and messages < 5")
        QTimer.singleShot(_REST_MS, leave)

    def leave() -> None:
        beat()
        measured["arranging"], measured["longest"] = measured["longest"], measured["loading"]
        print(json.dumps(measured))
        controller.shut_down.connect(lambda _unsaved: application.quit())
        controller.shutdown()

    heart = QTimer(interval=_HEARTBEAT_MS)
    heart.timeout.connect(beat)
    controller.store.load_finished.connect(end)
    window.show()
    heart.start()
    application.exec()


if __name__ == "__main__":
    main(sys.argv[1])
