"""What counts as odd."""

from hl7capture.ui.settings.editors import number, toggle
from hl7capture.ui.settings.page import SettingsPage


class FindingsPage(SettingsPage):
    def __init__(self) -> None:
        super().__init__(self.tr("Findings"))
        late = number("lateAnswerSeconds", self.tr(" s"))
        self.add("lateAnswerSeconds", self.tr("Late answers"), late)
        self.add("validateMessages", self.tr("Compare with the standard"), toggle())
