"""Who is who, and which bytes the ENQ protocols are made of."""

from hl7capture.ui.settings.editors import byte, line
from hl7capture.ui.settings.page import SettingsPage


class ProtocolPage(SettingsPage):
    def __init__(self) -> None:
        super().__init__(self.tr("Protocol"))
        automatic = self.tr("who connects is the device")
        self.section(self.tr("Who is who"))
        self.add("deviceIP", self.tr("Device IP"), line(automatic))
        self.add("lisIP", self.tr("LIS IP"), line(automatic))
        self.add("lisPort", self.tr("LIS port"), line(automatic))
        self.section(self.tr("Control bytes"))
        self.add("startMarker", self.tr("Start (ENQ)"), byte("startMarker"))
        self.add("ackMarker", self.tr("ACK"), byte("ackMarker"))
        self.add("nakMarker", self.tr("NAK"), byte("nakMarker"))
        self.add("endMarker", self.tr("End (EOT)"), byte("endMarker"))
