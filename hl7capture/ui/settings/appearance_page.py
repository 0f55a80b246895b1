"""How the window looks."""

from hl7capture.ui.settings.editors import choice
from hl7capture.ui.settings.page import SettingsPage


class AppearancePage(SettingsPage):
    def __init__(self) -> None:
        super().__init__(self.tr("Appearance"))
        themes = (("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark")))
        self.add("theme", self.tr("Theme"), choice(themes))
