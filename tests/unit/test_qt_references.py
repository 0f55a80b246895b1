"""Qt's binding keeps its references: see docs/decisions/0006."""

import sys

from PySide6.QtCore import QObject, Signal


class Emitter(QObject):
    happened = Signal(int)


def test_emitting_drops_no_reference_to_true() -> None:
    emitter = Emitter()
    before = sys.getrefcount(True)
    for number in range(200):
        emitter.happened.emit(number)
    assert sys.getrefcount(True) >= before - 20
