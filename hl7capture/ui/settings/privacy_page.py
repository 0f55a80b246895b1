"""What is shown of patients."""

from hl7capture.ui.settings.editors import line, toggle
from hl7capture.ui.settings.page import SettingsPage


class PrivacyPage(SettingsPage):
    def __init__(self) -> None:
        super().__init__(self.tr("Privacy"))
        self.add("maskPatientData", self.tr("Hide patients' data"), toggle())
        self.add("deidentifyZSegments", self.tr("Z-segments are private"), toggle())
        self.add("patientFields", self.tr("More private fields"), line("OBX-18, ZPI-3"))
