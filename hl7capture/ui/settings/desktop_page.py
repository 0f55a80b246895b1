"""How the program lives on the desktop, with its window and without."""

from hl7capture.ui.settings.editors import choice, toggle
from hl7capture.ui.settings.page import SettingsPage


class DesktopPage(SettingsPage):
    def __init__(self) -> None:
        super().__init__(self.tr("Desktop"))
        self.section(self.tr("While it runs"))
        kinds = (
            ("none", self.tr("None")),
            ("error", self.tr("Errors")),
            ("warning", self.tr("Errors and warnings")),
        )
        self.add("notifyFindings", self.tr("Notify findings"), choice(kinds))
        self.add("closeToTray", self.tr("Close to the tray"), toggle())
        self.section(self.tr("Start"))
        self.add("autostart", self.tr("Start with the login"), toggle())
        self.add("startMinimised", self.tr("Start minimised"), toggle())
