"""How lines of the log look: level and sentence, never a traceback (docs/decisions/0005)."""

import logging
import sys


class LogFormatter(logging.Formatter):
    """`ERROR: Session 2026… cannot be written`"""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname}: {sentence_of(record)}"


def sentence_of(record: logging.LogRecord) -> str:
    """What a record says. Of an exception, its type alone: its text may quote what was on the wire."""
    try:
        text = record.getMessage()
    except Exception:  # noqa: BLE001 - arguments that do not fit the sentence: logging would print them, and a traceback
        text = str(record.msg)
    error_type = record.exc_info[0] if record.exc_info else None
    return f"{text} ({error_type.__name__})" if error_type else text


def log_to_stderr() -> None:
    """Warnings and errors go to standard error. What is less than that is for handlers that are added later."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(LogFormatter())
    logging.getLogger().addHandler(handler)
