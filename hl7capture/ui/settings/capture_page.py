"""What is listened to, and what is kept of it in the raw."""

from hl7capture.ui.filter_check import FilterCheck
from hl7capture.ui.settings.editors import line, number, toggle
from hl7capture.ui.settings.page import SettingsPage
from hl7capture.ui.settings.row import SettingRow


class CapturePage(SettingsPage):
    """filter_check: knows whether the capture filter is one."""

    def __init__(self) -> None:
        super().__init__(self.tr("Capture"))
        self.section(self.tr("Where to listen"))
        self.add("interface", self.tr("Interface"), line(self.tr("chosen on the first page")))
        capture_filter = line("tcp port 2575")
        self.add("captureFilter", self.tr("Capture filter"), capture_filter)
        self.add("autoStartCapture", self.tr("Listen at start"), toggle())
        self.add("watchInterfaces", self.tr("Show live traffic"), toggle())
        self.section(self.tr("Raw packets"))
        self.add("keepRawPackets", self.tr("Keep raw packets"), toggle())
        self.add("rawPacketsMegabytes", self.tr("Raw packets, at most"), number("rawPacketsMegabytes", " MB"))
        self.filter_check = FilterCheck(capture_filter, self)
        self.filter_check.checked.connect(self.check)

    def check_row(self, row: SettingRow) -> None:
        """What libpcap says of the filter stands at the filter."""
        if row.key == "captureFilter":
            row.show_problem(self.filter_check.problem)
        else:
            super().check_row(row)
