"""What is shown of patients."""

from hl7capture.ui.settings.editors import toggle
from hl7capture.ui.settings.page import SettingsPage


class PrivacyPage(SettingsPage):
    def __init__(self) -> None:
        super().__init__(self.tr("Privacy"))
        self.add("maskPatientData", self.tr("Hide patients' data"), toggle())
