"""Who sends the window something waits until it has looked at it."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from hl7capture.turns import turns, window_at_work
from hl7capture.ui import window_turns
from hl7capture.ui.window_turns import WindowTurns


@pytest.fixture
def window() -> Iterator[WindowTurns]:
    parent = QObject()
    yield WindowTurns(parent)
    window_turns._stop()


def is_free() -> bool:
    return turns._is_free.is_set()


def test_window_is_at_work_until_nothing_waits_for_it(window: WindowTurns, qtbot: QtBot) -> None:
    with window_at_work():
        pass
    assert not is_free()  # something may have been sent meanwhile
    qtbot.waitUntil(is_free)
    thread = threading.Thread(target=turns.call)
    thread.start()
    thread.join()
    assert not is_free()
    qtbot.waitUntil(is_free)


def test_nobody_waits_where_the_window_has_gone(window: WindowTurns) -> None:
    turns.begin()
    assert not is_free()
    window_turns._stop()
    assert is_free()
    turns.call()
    with window_at_work():
        assert is_free()
