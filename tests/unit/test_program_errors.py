"""Errors of the program: what is kept of them, and what never is."""

import gc
import logging
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest

from hl7capture.app.log_format import LogFormatter
from hl7capture.app.program_errors import Hooks, Kind, ProgramErrors, kind_of

NAME = "Testmann^Tilda"


def raised(error: Exception) -> Exception:
    patient = NAME  # noqa: F841 - a local that no report may show
    try:
        raise error
    except Exception as caught:  # noqa: BLE001
        return caught


def chained() -> BaseException:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise ValueError(NAME) from error
    except ValueError as caught:
        return caught


@pytest.fixture
def errors() -> Iterator[ProgramErrors]:
    made = ProgramErrors()
    hooks = Hooks(made)
    yield made
    hooks.remove()


def test_type_and_places_stay_and_values_do_not() -> None:
    kind = kind_of(raised(KeyError(NAME)))
    assert kind.type == "KeyError"
    assert [place.function for place in kind.places] == ["raised"]
    assert kind.places[0].file == "test_program_errors.py"  # nothing of where it lies
    assert "Testmann" not in repr(kind)


def test_the_cause_is_told_by_its_type() -> None:
    kind = kind_of(chained())
    assert kind.cause is not None
    assert (kind.type, kind.cause.type) == ("ValueError", "KeyError")
    assert "Testmann" not in repr(kind)


def test_causes_in_a_circle_end() -> None:
    one, other = raised(KeyError()), raised(ValueError())
    one.__context__, other.__context__ = other, one
    kind = kind_of(one)
    assert kind.cause is not None
    assert kind.cause.cause is None


def test_a_recursion_is_told_in_few_lines() -> None:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        kind = kind_of(error)
    assert len(kind.places) == 35
    assert kind.left_out > 100


def test_places_of_the_program_are_named_below_the_package() -> None:
    from hl7capture.model.settings import field_of

    try:
        field_of("none")
    except ValueError as error:
        kind = kind_of(error)
    assert kind.type == "hl7capture.model.settings.SettingsError"
    assert kind.places[-1].file == "hl7capture/model/settings.py"
    assert kind.summary.startswith("hl7capture.model.settings.SettingsError at hl7capture/model/settings.py:")


def test_repeats_are_counted_and_kinds_are_bounded(caplog: pytest.LogCaptureFixture) -> None:
    errors = ProgramErrors()
    for _ in range(3):
        errors.note(raised(KeyError(NAME)))
    assert list(errors.counts.values()) == [3]
    for number in range(40):
        errors.note(raised(type(f"Error{number}", (Exception,), {})()))
    assert (len(errors.counts), errors.others) == (20, 21)
    assert len(caplog.records) == 20  # one line for each
    assert "Testmann" not in caplog.text


def test_nothing_of_an_error_is_held() -> None:
    class Patient:
        pass

    def failing() -> None:
        patient = Patient()
        held.append(weakref.ref(patient))
        raise KeyError(patient)

    held: list[weakref.ref[Patient]] = []
    errors = ProgramErrors()
    try:
        failing()
    except KeyError as error:
        errors.note(error)
    gc.collect()
    assert errors.counts
    assert held[0]() is None


def test_threads_and_finalizers_are_noticed(errors: ProgramErrors, capfd: pytest.CaptureFixture[str]) -> None:
    class Odd:
        def __del__(self) -> None:
            raise KeyError(NAME)

    def failing() -> None:
        raise ValueError(NAME)

    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()
    Odd()
    assert [kind.type for kind in errors.counts] == ["ValueError", "KeyError"]
    assert "Testmann" not in "".join(capfd.readouterr())


def test_who_asks_to_leave_is_no_error(errors: ProgramErrors) -> None:
    sys.excepthook(SystemExit, SystemExit(3), None)
    assert not errors.counts


def test_an_error_while_noting_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_kind: Kind) -> None:
        raise TypeError(NAME)

    hooks = Hooks(ProgramErrors(broken))
    try:
        sys.excepthook(KeyError, raised(KeyError(NAME)), None)
    finally:
        hooks.remove()
    assert "noting it failed: TypeError" in caplog.text
    assert "Testmann" not in caplog.text


def test_hooks_are_taken_back() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    Hooks(ProgramErrors()).remove()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_a_line_of_the_log_has_no_traceback() -> None:
    try:
        raise KeyError(NAME)
    except KeyError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Session %s failed", ("17",), sys.exc_info())
    assert LogFormatter().format(record) == "ERROR: Session 17 failed (KeyError)"
    odd = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Session %d failed", ("PID|1",), None)
    assert LogFormatter().format(odd) == "ERROR: Session %d failed"
