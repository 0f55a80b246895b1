"""What went wrong, said where it can be seen and put away: one line at a time, never a stack of dialogs."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from hl7capture.ui import theme
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.icons import icon
from hl7capture.ui.plain import visible
from hl7capture.ui.plain_label import PlainLabel


@dataclass(slots=True, frozen=True)
class Remedy:
    """What a person can do about it, as a button."""

    title: str
    do: Callable[[], None]


@dataclass(slots=True, frozen=True)
class _Entry:
    key: str
    text: str
    is_error: bool
    remedy: Remedy | None


class Banner(QFrame):
    """Shows the first of what waits; closing it shows the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[_Entry] = []
        self._picture = QLabel()
        self.label = PlainLabel(wraps=True)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._more = QLabel()
        self._more.setProperty("muted", True)
        self.remedy = QPushButton()
        self.remedy.clicked.connect(self._mend)
        copy = QPushButton(self.tr("Copy"))
        copy.setAccessibleName(self.tr("Copy this message"))
        copy.clicked.connect(lambda: copy_text(self.label.text()))
        self.close_button = QToolButton()
        self.close_button.setAccessibleName(self.tr("Close this message"))
        self.close_button.setToolTip(self.tr("Close this message"))
        self.close_button.clicked.connect(self._close_first)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.setSpacing(10)
        layout.addWidget(self._picture)
        layout.addWidget(self.label, 1)
        layout.addWidget(self._more)
        layout.addWidget(self.remedy)
        layout.addWidget(copy)
        layout.addWidget(self.close_button)
        self.refresh_colours()
        self.hide()

    def say(self, text: str, *, is_error: bool = True, key: str = "", remedy: Remedy | None = None) -> None:
        """A message; one with the same key takes the place of the one before."""
        shown = "\n".join(visible(line) for line in text.splitlines())
        entry = _Entry(key or shown, shown, is_error, remedy)
        keys = [waiting.key for waiting in self._waiting]
        if entry.key in keys:
            self._waiting[keys.index(entry.key)] = entry
        else:
            self._waiting.append(entry)
        self._show_first()

    def take_back(self, key: str) -> None:
        """The trouble is over."""
        self._waiting = [entry for entry in self._waiting if entry.key != key]
        self._show_first()

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self.close_button.setIcon(icon("close"))
        self._show_first()

    def holds(self, key: str) -> bool:
        """Whether it waits, or is shown."""
        return any(entry.key == key for entry in self._waiting)

    @property
    def texts(self) -> list[str]:
        """All that waits, the one shown first."""
        return [entry.text for entry in self._waiting]

    def _close_first(self) -> None:
        self._waiting = self._waiting[1:]
        self._show_first()

    def _mend(self) -> None:
        if self._waiting and self._waiting[0].remedy is not None:
            self._waiting[0].remedy.do()

    def _show_first(self) -> None:
        self.setVisible(bool(self._waiting))
        if not self._waiting:
            return
        entry = self._waiting[0]
        now = theme.colours()
        picture = icon("incomplete", now.bad) if entry.is_error else icon("notice", now.warning)
        self._picture.setPixmap(picture.pixmap(20, 20))
        self.label.setAccessibleName(self.tr("Error") if entry.is_error else self.tr("Notice"))
        self.label.setAccessibleDescription(entry.text)
        self.label.setText(entry.text)
        self.remedy.setVisible(entry.remedy is not None)
        self.remedy.setText(entry.remedy.title if entry.remedy else "")
        self.setProperty("banner", "error" if entry.is_error else "notice")
        self.style().unpolish(self)
        self.style().polish(self)
        more = len(self._waiting) - 1
        self._more.setText(self.tr("and {0} more").format(more) if more else "")
