"""The bar at the top: where one is, what is listened to, what can be done, what is looked for."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from hl7capture.ui.commands import Commands
from hl7capture.ui.font_size import scaled

_ICON = 18  # pixels
_TIGHT = 90  # what a box keeps where there is hardly any room


class Toolbar(QToolBar):
    """interface: where to listen. at_the_right: of the sessions, before the settings; the last is the filter."""

    def __init__(self, commands: Commands, interface: QWidget, at_the_right: list[QWidget]) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Main"))
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addActions([commands.home, commands.dashboard])
        self.addWidget(interface)
        self.addActions([commands.start, commands.pause, commands.clear])
        self.addSeparator()
        self.addAction(commands.open)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        self._of_sessions = [self.addWidget(widget) for widget in at_the_right]
        self.addAction(commands.settings)
        self.widgetForAction(commands.start).setProperty("primary", True)
        self._dashboard = self.widgetForAction(commands.dashboard)
        self._boxes = {box: box.minimumWidth() for box in (interface, at_the_right[-1])}
        self._fit()

    def show_filter(self, is_shown: bool) -> None:
        """Where a page has a filter of its own, that of the sessions would be a second one."""
        for action in self._of_sessions:
            action.setVisible(is_shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._fit)  # the buttons hear of it after their bar

    def _fit(self) -> None:
        """Where the words have no room, the icons stand alone: the filter is never pushed out of sight."""
        self.setIconSize(QSize(scaled(_ICON), scaled(_ICON)))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if isinstance(self._dashboard, QToolButton):
            self._dashboard.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)  # the bar is full
        for box, width in self._boxes.items():
            box.setMinimumWidth(width)
        if self.sizeHint().width() > self.width():
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        if self.sizeHint().width() > self.width():
            for box in self._boxes:
                box.setMinimumWidth(scaled(_TIGHT))
