"""How wide columns are where there is too little room for all of them."""

from collections.abc import Mapping


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
