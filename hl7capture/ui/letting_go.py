"""Large trees, let go of without stopping the window.

A tree goes in one piece, whichever thread lets go of it: some seconds for a message of 50 MB, and the window stands
still meanwhile. So it is taken apart in the background, some segments at a time.
"""

from PySide6.QtCore import QThreadPool, QTimer

from hl7capture.hl7.tree import Node

_FEW = 2000  # segments or records that go in a wink
_AT_ONCE = 200
_LATER_MS = 1000  # whoever still holds the tree while this is called does not then

Nodes = tuple[Node, ...]


def let_go(box: list[Nodes]) -> None:
    """Empties the box. What is in it should be known to nobody else in a second."""
    if box and len(box[0]) > _FEW:
        QTimer.singleShot(_LATER_MS, lambda: QThreadPool.globalInstance().start(lambda: _take_apart(box)))
    else:
        box.clear()


def _take_apart(box: list[Nodes]) -> None:
    parts = list(box.pop())
    while parts:
        del parts[-_AT_ONCE:]
