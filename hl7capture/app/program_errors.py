"""Errors of the program itself, wherever they come up, kept for a report that holds no patient's data.

An exception's text may quote what was on the wire, and its frames hold it: both are left out (docs/decisions/0070).
What stays of an exception is its type, and where in the program it happened.
"""

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, TracebackType

log = logging.getLogger(__name__)

_MOST_KINDS = 20  # different errors that are kept; of others there is a count
_MOST_CAUSES = 5
_FIRST_PLACES, _LAST_PLACES = 5, 30  # of a traceback: a recursion has a thousand
_PACKAGE = Path(__file__).parent.parent
_ROOTS = tuple(f"{folder}/" for folder in ("site-packages", "dist-packages", f"python3.{sys.version_info.minor}"))


@dataclass(slots=True, frozen=True)
class Place:
    """A line of the program. file: below the package, or below the folder of libraries."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


@dataclass(slots=True, frozen=True)
class Kind:
    """What makes two errors the same: type and places, from the outermost; left_out: places in the middle.

    cause: the error that it came of.
    """

    type: str
    places: tuple[Place, ...]
    left_out: int = 0
    cause: "Kind | None" = None

    @property
    def summary(self) -> str:
        """`KeyError at ui/ladder.py:12 in Ladder.paintEvent`"""
        own = [place for place in self.places if place.file.startswith(f"{_PACKAGE.name}/")]
        place = (own or list(self.places))[-1:]
        return f"{self.type} at {place[0]}" if place else self.type


class ProgramErrors:
    """Counts them. `note` may be called from any thread; `on_noted` is called there.

    Nothing of the exceptions is held: neither their values nor their frames.
    """

    def __init__(self, on_noted: Callable[[Kind], None] = lambda _kind: None) -> None:
        self._lock = threading.Lock()
        self._counts: dict[Kind, int] = {}
        self._others = 0
        self._on_noted = on_noted

    def note(self, error: BaseException) -> None:
        """An error nobody expected. The first of a kind is logged."""
        kind = kind_of(error)
        with self._lock:
            is_new = kind not in self._counts
            if is_new and len(self._counts) >= _MOST_KINDS:
                self._others += 1
                return
            self._counts[kind] = self._counts.get(kind, 0) + 1
        if is_new:
            log.error("Error of the program: %s", kind.summary)
        self._on_noted(kind)

    @property
    def counts(self) -> dict[Kind, int]:
        """How often each kind happened, in the order of their first time."""
        with self._lock:
            return dict(self._counts)

    @property
    def others(self) -> int:
        """How many there were that are of none of these kinds."""
        with self._lock:
            return self._others


class Hooks:
    """Sends what Python would print to `errors`, from all threads, slots, pools and finalizers, until `remove`.

    Qt's bindings hand what is raised in a slot, an overridden method, or a QThread's or QRunnable's `run` to
    sys.excepthook, on the thread where it happened.
    """

    def __init__(self, errors: ProgramErrors) -> None:
        self._errors = errors
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._on_error
        threading.excepthook = lambda args: self._on_other(args.exc_type, args.exc_value)
        sys.unraisablehook = lambda args: self._on_other(args.exc_type, args.exc_value)

    def remove(self) -> None:
        """As it was before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before

    def _on_error(self, error_type: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        if issubclass(error_type, KeyboardInterrupt):
            sys.__excepthook__(error_type, error, traceback)
        else:
            self._on_other(error_type, error)

    def _on_other(self, error_type: type[BaseException], error: BaseException | None) -> None:
        if issubclass(error_type, SystemExit):
            return
        try:
            self._errors.note(error if error is not None else error_type())
        except Exception as problem:  # noqa: BLE001 - there is nobody left to tell but the log
            log.critical("Error of the program: %s; noting it failed: %s", error_type.__name__, type(problem).__name__)


def kind_of(error: BaseException) -> Kind:
    """Its type and places, and those of the errors it came of. Never raises for an odd chain of causes."""
    chain = [error]
    while len(chain) < _MOST_CAUSES:
        last = chain[-1]
        cause = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if cause is None or any(cause is one for one in chain):
            break
        chain.append(cause)
    kind: Kind | None = None
    for one in reversed(chain):
        kind = _kind(one, kind)
    assert kind is not None
    return kind


def _kind(error: BaseException, cause: Kind | None) -> Kind:
    places, traceback = [], error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append((code, traceback.tb_lineno))
        traceback = traceback.tb_next
    left_out = max(len(places) - _FIRST_PLACES - _LAST_PLACES, 0)
    if left_out:
        places = places[:_FIRST_PLACES] + places[-_LAST_PLACES:]
    name = type(error).__qualname__
    module = type(error).__module__
    full = name if module in ("builtins", "__main__") else f"{module}.{name}"
    return Kind(full, tuple(Place(_file(code), line or 0, code.co_qualname) for code, line in places), left_out, cause)


def _file(code: CodeType) -> str:
    """The file's name without what stands above the package, or above the folder of libraries: that may name people."""
    path = Path(code.co_filename)
    if path.is_relative_to(_PACKAGE):
        return path.relative_to(_PACKAGE.parent).as_posix()
    name = path.as_posix()
    for root in _ROOTS:
        _, found, below = name.rpartition(f"/{root}")
        if found:
            return below
    return path.name
