"""The least window of Qt with a list in it: when it has painted, in seconds.

python -m tests.benchmarks.bare_window BEGIN
"""

import json
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget


class _Window(QMainWindow):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, self._tell)

    def _tell(self) -> None:
        print(json.dumps({"painted": time.monotonic() - float(sys.argv[1])}), flush=True)
        QApplication.quit()


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = _Window()
    window.setCentralWidget(QTableWidget(100, 10))
    window.resize(1280, 800)
    window.show()
    application.exec()
