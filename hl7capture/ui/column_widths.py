"""How wide columns are: they grow with their letters, and give way where there is too little room for all of them."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView

from hl7capture.ui.font_size import scaled

_UNIT = 100  # pixels


class GrowingColumns(QObject):
    """Columns of these widths in pixels, to begin with, at the system's size of letters; 0: another decides.

    With larger letters they grow, also those whose width a person has changed.
    """

    def __init__(self, header: QHeaderView, widths: Sequence[int]) -> None:
        super().__init__(header)
        self._header = header
        self._columns = [column for column, width in enumerate(widths) if width]
        self._unit = scaled(_UNIT)
        for column in self._columns:
            header.resizeSection(column, scaled(widths[column]))
        header.installEventFilter(self)

    def eventFilter(self, _header: QObject, event: QEvent) -> bool:
        """The size of letters has changed, perhaps."""
        if event.type() == QEvent.Type.FontChange:
            before, self._unit = self._unit, scaled(_UNIT)
            for column in self._columns if self._unit != before else ():
                if self._header.sectionResizeMode(column) == QHeaderView.ResizeMode.Interactive:
                    self._header.resizeSection(column, round(self._header.sectionSize(column) * self._unit / before))
        return False


def fitted(wanted: Mapping[int, int], room: int, least: int) -> dict[int, int]:
    """Widths in pixels that fit into `room`: the widest give way, down to `least`; narrow ones stay readable."""
    cap = room
    left, columns = room, sorted(wanted, key=lambda column: wanted[column])
    for place, column in enumerate(columns):
        cap = left // (len(columns) - place)  # what each of those that are at least so wide could have
        if wanted[column] > cap:
            break
        left -= wanted[column]
    else:
        return dict(wanted)
    return {column: min(width, max(cap, least)) for column, width in wanted.items()}
