"""Values that a person may want in a filter, out of what is in the list."""

from collections.abc import Sequence

from hl7capture.ui.session_row import SessionRow

_LOOKED_AT = 2000  # of the newest rows: this runs with every letter


def known_values(rows: Sequence[SessionRow]) -> dict[str, list[str]]:
    """By the names of the language, in the order of their first appearance."""
    found: dict[str, dict[str, None]] = {name: {} for name in ("device", "lis", "ip", "source", "probe", "type")}
    for row in rows[-_LOOKED_AT:]:
        summary = row.summary
        found["device"][summary.device_ip] = found["ip"][summary.device_ip] = None
        found["lis"][summary.lis_ip] = found["ip"][summary.lis_ip] = None
        found["source"][summary.source] = found["probe"][summary.probe] = None
        for kind, _ in summary.kinds:
            found["type"][kind] = None
    return {name: list(values) for name, values in found.items()}
