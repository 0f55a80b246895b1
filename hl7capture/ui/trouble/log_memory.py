"""The newest lines of the log, kept for the window that shows them."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from hl7capture.app.log_format import sentence_of
from hl7capture.ui.plain import visible

_MOST = 5000  # lines
_LONGEST = 2000  # characters of a line
_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@dataclass(slots=True, frozen=True)
class LogLine:
    """number: counts from 1, without gaps; level: logging's; name: of the logger; text: one line, safe to show."""

    number: int
    time: datetime
    level: int
    name: str
    text: str


class LogMemory(logging.Handler):
    """A ring of lines. Whoever logs, on whatever thread, pays for a line of text and waits for nobody."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[LogLine] = deque(maxlen=_MOST)
        self._guard = threading.Lock()
        self._newest = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Takes a line; called by logging."""
        text = visible(sentence_of(record), _LONGEST)
        moment = datetime.fromtimestamp(record.created).astimezone()
        with self._guard:
            self._newest += 1
            self._lines.append(LogLine(self._newest, moment, record.levelno, record.name, text))

    def since(self, number: int) -> list[LogLine]:
        """The lines after this one, as far as they are kept; 0: all."""
        with self._guard:
            new = min(self._newest - number, len(self._lines))
            return [self._lines[place] for place in range(len(self._lines) - new, len(self._lines))] if new > 0 else []

    def attach(self) -> None:
        """From now on, what Python and Qt log is kept; nothing beyond warnings goes anywhere else."""
        root = logging.getLogger()
        root.addHandler(self)
        self._level_before = root.level
        root.setLevel(logging.INFO)
        qInstallMessageHandler(_log_qt_message)

    def detach(self) -> None:
        """As it was before; Qt must not call Python any more when the program ends."""
        take_back: Callable[[None], object] = qInstallMessageHandler
        take_back(None)
        logging.getLogger().setLevel(self._level_before)
        logging.getLogger().removeHandler(self)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """Qt's own warnings, under the name of their category."""
    logging.getLogger(f"qt.{context.category or 'default'}").log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)
