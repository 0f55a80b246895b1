"""The search inside a message: by path, name, value and meaning."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from hl7capture.hl7.split import Delimiters
from hl7capture.hl7.tables import meaning
from hl7capture.hl7.tree import Node
from hl7capture.ui.background import Background
from hl7capture.ui.fields_model import value_of
from hl7capture.ui.icons import icon
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain_label import PlainLabel

_QUIET_MS = 150  # after the last key
_MOST_FOUND = 10_000
_MOST_SEARCHED = 1 << 20  # characters of one value

Chain = tuple[Node, ...]  # each holds the next


class Found(NamedTuple):
    """request: which search it answers. chains: the places, in the order of the message."""

    request: int
    chains: Sequence[Chain]


class FieldsSearch(QWidget):
    """found: the place (Chain) that a person is led to. left: the person has done with the box."""

    found = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes: Chain = ()
        self._delimiters: Delimiters | None = None
        self._with_empty = False
        self._chains: Sequence[Chain] = ()
        self._place = -1
        self._is_going = False  # to the first place, as soon as it is found
        self._wanted = 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._search)
        self.box = _Box()
        self.box.setPlaceholderText(self.tr("Search in this message (Ctrl+Shift+F)"))
        self.box.setAccessibleName(self.tr("Search in this message"))
        self.box.setClearButtonEnabled(True)
        self.box.setAcceptDrops(False)  # files dropped here are for the window
        self.box.textChanged.connect(self._on_text)
        self.box.wanted.connect(self.go)
        self.box.left.connect(self._leave)
        self.count = PlainLabel()
        self.count.setProperty("muted", True)
        self._buttons = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addWidget(self.box, 1)
        layout.addWidget(self.count)
        for name, title, step in (
            ("chevron-up", self.tr("Previous place (Shift+Enter)"), -1),
            ("chevron-down", self.tr("Next place (Enter)"), 1),
        ):
            button = QToolButton()
            button.setToolTip(title)
            button.setAccessibleName(title)
            button.clicked.connect(lambda _checked=False, step=step: self.go(step))
            self._buttons.append((button, name))
            layout.addWidget(button)
        self.refresh_colours()
        self._show_count()

    def focus(self) -> None:
        """The person wants to type."""
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()

    def show_nodes(self, nodes: Chain, delimiters: Delimiters | None, *, with_empty: bool) -> None:
        """Another message; what was searched for is searched for in it."""
        self._nodes, self._delimiters, self._with_empty = nodes, delimiters, with_empty
        self._begin(is_going=False)

    def set_with_empty(self, with_empty: bool) -> None:
        """Whether fields without a value are searched, too."""
        self._with_empty = with_empty
        self._begin(is_going=False)

    def go(self, step: int) -> None:
        """To the next place (1), or the one before (-1); round the end."""
        if self._quiet.isActive():
            self._quiet.stop()
            self._search()
        if not self._chains:
            return
        self._is_going = False
        at = 0 if self._place < 0 and step < 0 else self._place
        self._place = (at + step) % len(self._chains)
        self._show_count()
        self.found.emit(self._chains[self._place])

    def refresh_colours(self) -> None:
        """After a change of theme."""
        for button, name in self._buttons:
            button.setIcon(icon(name))

    def _on_text(self) -> None:
        self._begin(is_going=True)

    def _begin(self, *, is_going: bool) -> None:
        self._wanted += 1
        self._chains, self._place, self._is_going = (), -1, is_going
        self._show_count()
        if self.box.text() and self._nodes:
            self._quiet.start()
        else:
            self._quiet.stop()

    def _search(self) -> None:
        """In the background: a message may have very many fields."""
        self._wanted += 1
        request, nodes, delimiters = self._wanted, self._nodes, self._delimiters
        text, with_empty = self.box.text().casefold(), self._with_empty

        def search() -> Found:
            places = places_with(text, nodes, delimiters, lambda: request == self._wanted, with_empty=with_empty)
            return Found(request, [chain for chain, _ in zip(places, range(_MOST_FOUND), strict=False)])

        Background(search, self._on_found).start(self._pool)

    def _on_found(self, found: Found) -> None:
        if found.request != self._wanted:
            return
        self._chains = found.chains
        if self._is_going and self._chains:
            self.go(1)
        else:
            self._show_count(is_done=True)

    def _show_count(self, *, is_done: bool = False) -> None:
        """`3 of 17`"""
        total = number_text(len(self._chains)) + ("+" if len(self._chains) == _MOST_FOUND else "")
        words = ""
        if self._chains:
            words = self.tr("{0} of {1}").format(number_text(self._place + 1), total) if self._place >= 0 else total
        elif is_done:
            words = self.tr("nothing found")
        self.count.setText(words)
        for button, _ in self._buttons:
            button.setEnabled(bool(self._chains))

    def _leave(self) -> None:
        """Escape: first the words go, then the focus."""
        if self.box.text():
            self.box.clear()
        else:
            self.left.emit()


class _Box(QLineEdit):
    """wanted: Enter (1), or Shift+Enter (-1). left: Escape."""

    wanted = Signal(int)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wanted.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def places_with(
    text: str, nodes: Chain, delimiters: Delimiters | None, is_wanted: Callable[[], bool], *, with_empty: bool
) -> Iterator[Chain]:
    """The places whose path, name, value or meaning has a text, casefolded; values are those of the innermost places.

    Ends early where it is not wanted any more.
    """

    def has(node: Node) -> bool:
        if text in node.path.casefold() or text in node.name.casefold() or text in meaning(node).casefold():
            return True
        return not node.children and text in value_of(node, delimiters, _MOST_SEARCHED).casefold()

    waiting: list[Chain] = [(node,) for node in reversed(nodes)]
    while waiting and is_wanted():
        chain = waiting.pop()
        node = chain[-1]
        if not node.value and not with_empty:
            continue
        if has(node):
            yield chain
        waiting += [(*chain, child) for child in reversed(node.children)]
