"""A part of the workspace that a person may put elsewhere: beside, below, into a window of its own, away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from hl7capture.ui.icons import icon


class Pane(QDockWidget):
    """Its line of title is what the mouse takes hold of. name: for the file that keeps the layout."""

    def __init__(self, name: str, title: str, content: QWidget, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setWidget(content)
        self._float = QToolButton()
        self._close = QToolButton()
        self._float.clicked.connect(lambda: self.setFloating(not self.isFloating()))
        self._close.clicked.connect(self.close)
        self._close.setToolTip(self.tr("Close; View › Layout brings it back"))
        self._close.setAccessibleName(self.tr("Close {0}").format(title))
        for button in (self._float, self._close):
            button.setAutoRaise(True)
            button.setProperty("small", True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes through what is shown; the menu has both
        label = QLabel(title)
        label.setProperty("section", True)
        bar = QWidget()
        line = QHBoxLayout(bar)
        line.setContentsMargins(12, 2, 6, 2)
        line.setSpacing(2)
        line.addWidget(label, 1)
        line.addWidget(self._float)
        line.addWidget(self._close)
        self.setTitleBarWidget(bar)
        self.topLevelChanged.connect(self._show_place)
        self._show_place()

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self._float.setIcon(icon("dock" if self.isFloating() else "float"))
        self._close.setIcon(icon("close"))

    def _show_place(self) -> None:
        words = self.tr("Back into the window") if self.isFloating() else self.tr("Into a window of its own")
        self._float.setToolTip(words)
        self._float.setAccessibleName(words)
        self.refresh_colours()
