"""Where the keys lead: as in Wireshark's list, and Left and Right as in a tree."""

from PySide6.QtCore import Qt

from hl7capture.ui.ladder.layout import Layout, Place


def target_of(key: int, layout: Layout, place: Place, page: int) -> Place | None:
    """Where a key leads from a place; None where it leads nowhere. page: the pixels in sight."""
    match key:
        case Qt.Key.Key_Down:
            return layout.after(place)
        case Qt.Key.Key_Up:
            return layout.before(place)
        case Qt.Key.Key_PageDown:
            return _beside(layout, place, page)
        case Qt.Key.Key_PageUp:
            return _beside(layout, place, -page)
        case Qt.Key.Key_Home:
            return layout.first()
        case Qt.Key.Key_End:
            return layout.last()
        case Qt.Key.Key_Left if place.inner is not None:
            return Place(place.step)
        case Qt.Key.Key_Right if place.inner is None and layout.is_open(place.step):
            return layout.after(place)
    return None


def _beside(layout: Layout, place: Place, page: int) -> Place:
    """A page below, or above where `page` is negative; one row stays in sight."""
    row = layout.row(place)
    way = max(abs(page) - row.height, row.height)
    return layout.place_at(row.top + way if page > 0 else row.bottom - 1 - way)
