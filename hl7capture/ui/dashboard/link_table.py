"""The link overview: for each device how it stands now."""

from ipaddress import ip_address

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from hl7capture.hl7.filter.tree import quoted
from hl7capture.hl7.statistics.links import LinkState
from hl7capture.hl7.statistics.series import Link
from hl7capture.ui.column_widths import GrowingColumns
from hl7capture.ui.dashboard.link_model import STATE, LinkModel
from hl7capture.ui.list_table import ListTable

_WIDTHS = (140, 160, 0, 210, 220, 220)


class LinkTable(ListTable):
    """Enter, or a double click: the sessions of a link are wanted."""

    filter_wanted = Signal(str)  # an expression of the filter language

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.links = LinkModel(self)
        self.setAccessibleName(self.tr("Links"))
        self.setModel(self.links)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setToolTip(self.tr("Enter, or a double click: its sessions"))
        GrowingColumns(self.horizontalHeader(), _WIDTHS)
        self.horizontalHeader().setSectionResizeMode(STATE, QHeaderView.ResizeMode.Stretch)
        self.activated.connect(lambda _index: self.show_sessions())

    @property
    def chosen(self) -> Link | None:
        rows = self.selectionModel().selectedRows()
        return self.links.link(rows[0].row()) if rows else None

    def choose(self, link: Link) -> None:
        """Where there is such a link."""
        row = self.links.row_of(link)
        if row is not None:
            self.selectRow(row)

    def show_states(self, states: list[LinkState], now: float) -> None:
        """The chosen link stays chosen wherever it goes."""
        chosen = self.chosen
        self.links.show_states(states, now)
        if chosen is not None and chosen != self.chosen:
            self.choose(chosen)

    def show_sessions(self) -> None:
        """Those of the chosen link."""
        if self.chosen is not None:
            self.filter_wanted.emit(filter_for(self.chosen))


def filter_for(link: Link) -> str:
    """What lets the sessions of a link through."""
    return f"device {_is(link.device_ip)} and lis {_is(link.lis_ip)} and port = {link.lis_port}"


def _is(address: str) -> str:
    """A document may hold a name, which is no address, and can only be searched for."""
    try:
        ip_address(address)
    except ValueError:
        return f"~ {quoted(address)}"
    return f"= {quoted(address)}"
