"""View → Larger, Smaller, Normal size."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from hl7capture.app.controller import CaptureController
from hl7capture.model.settings import Settings
from hl7capture.ui import font_size, theme
from hl7capture.ui.commands import Commands


class FontSizeCommands(QObject):
    """Changes the setting; the letters follow the setting, whoever changes it."""

    def __init__(self, controller: CaptureController, commands: Commands, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._shown = 0  # percent
        commands.larger.triggered.connect(lambda: self._set(font_size.larger(self._shown)))
        commands.smaller.triggered.connect(lambda: self._set(font_size.smaller(self._shown)))
        commands.normal_size.triggered.connect(lambda: self._set(Settings().font_size))
        controller.settings_changed.connect(self._follow)
        self._follow(controller.settings)

    def _set(self, percent: int) -> None:
        self._controller.change_settings(fontSize=percent)

    def _follow(self, settings: Settings) -> None:
        application = QApplication.instance()
        if settings.font_size == self._shown or not isinstance(application, QApplication):
            return
        self._shown = settings.font_size
        font_size.apply(application, self._shown)
        theme.paint(application)  # headings have a size of their own
