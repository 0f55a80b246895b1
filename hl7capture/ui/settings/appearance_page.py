"""How the window looks."""

from hl7capture.ui.settings.editors import choice, number
from hl7capture.ui.settings.page import SettingsPage


class AppearancePage(SettingsPage):
    def __init__(self) -> None:
        super().__init__(self.tr("Appearance"))
        themes = (("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark")))
        self.add("theme", self.tr("Theme"), choice(themes))
        self.add("fontSize", self.tr("Size of letters"), number("fontSize", " %"))
        # A language has its own name, whatever the window speaks.
        languages = (("system", self.tr("As the system")), ("en", "English"), ("de", "Deutsch"))
        self.add("language", self.tr("Language"), choice(languages))
