"""The bar at the top: where one is, what is listened to, what can be done, what is looked for."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from hl7capture.ui.commands import Commands

_ICON = QSize(18, 18)


class Toolbar(QToolBar):
    """interface: chooses what is listened to. at_the_right: stand before the settings."""

    def __init__(self, commands: Commands, interface: QWidget, at_the_right: list[QWidget]) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Main"))
        self.setMovable(False)
        self.setIconSize(_ICON)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addActions([commands.home, commands.dashboard])
        self.addWidget(interface)
        self.addActions([commands.start, commands.pause, commands.clear])
        self.addSeparator()
        self.addAction(commands.open)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)
        for widget in at_the_right:
            self.addWidget(widget)
        self.addAction(commands.settings)
        self.widgetForAction(commands.start).setProperty("primary", True)
        button = self.widgetForAction(commands.dashboard)
        if isinstance(button, QToolButton):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)  # the bar is full
