"""What went wrong, said where it can be seen and put away: one line at a time, never a stack of dialogs."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from hl7capture.ui.icons import icon
from hl7capture.ui.plain import visible


class Banner(QFrame):
    """Shows the first of what waits; closing it shows the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[tuple[str, str, str]] = []  # key, kind, text
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._more = QLabel()
        self._more.setProperty("muted", True)
        copy = QPushButton(self.tr("Copy"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.label.text()))
        self._close = QToolButton()
        self._close.setIcon(icon("close"))
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.clicked.connect(self._close_first)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 10, 8)
        layout.addWidget(self.label, 1)
        layout.addWidget(self._more)
        layout.addWidget(copy)
        layout.addWidget(self._close)
        self.hide()

    def say(self, text: str, *, is_error: bool = True, key: str = "") -> None:
        """A message; one with the same key takes the place of the one before."""
        kind = "error" if is_error else "notice"
        shown = "\n".join(visible(line) for line in text.splitlines())
        entry = (key or shown, kind, shown)
        keys = [waiting[0] for waiting in self._waiting]
        if entry[0] in keys:
            self._waiting[keys.index(entry[0])] = entry
        else:
            self._waiting.append(entry)
        self._show_first()

    def take_back(self, key: str) -> None:
        """The trouble is over."""
        self._waiting = [entry for entry in self._waiting if entry[0] != key]
        self._show_first()

    @property
    def texts(self) -> list[str]:
        """All that waits, the one shown first."""
        return [text for _, _, text in self._waiting]

    def _close_first(self) -> None:
        self._waiting = self._waiting[1:]
        self._show_first()

    def _show_first(self) -> None:
        self.setVisible(bool(self._waiting))
        if not self._waiting:
            return
        _, kind, text = self._waiting[0]
        self.label.setText(text)
        self.setProperty("banner", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        more = len(self._waiting) - 1
        self._more.setText(self.tr("and {0} more").format(more) if more else "")
