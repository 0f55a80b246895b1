"""Conditions for the filter box that say what chosen sessions have in common, and more of the same shall be shown."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.parser import parse
from hl7capture.hl7.filter.tree import And, Comparison, Node, Or, Text, text_of
from hl7capture.hl7.session_summary import LONGEST_KIND, REST
from hl7capture.model.session_summary import SessionSummary

translate = QCoreApplication.translate

_MOST = 10  # of a kind: a menu is read, not searched


class Condition(NamedTuple):
    """title: for a menu; text: in the language of the filter."""

    title: str
    text: str


def conditions_of(chosen: Sequence[SessionSummary]) -> list[Condition]:
    """What could be asked for by what these sessions are; none that the filter would not understand."""
    conditions = [
        *_one_of("device", (session.device_ip for session in chosen), translate("FilterBy", "Device {0}")),
        *_one_of("lis", (session.lis_ip for session in chosen), translate("FilterBy", "LIS {0}")),
        *_link(chosen),
        *_one_of("framing", (session.framing for session in chosen), translate("FilterBy", "Framing {0}")),
    ]
    for kind in _distinct(kind for session in chosen for kind, _ in session.kinds):
        if kind != REST and len(kind) < LONGEST_KIND:  # else it stands for several, or is cut
            conditions += _one_of("type", [kind], translate("FilterBy", "Message type {0}"))
    for code in _distinct(code for session in chosen for code, _ in session.findings or ()):
        conditions += _one_of("finding", [code], translate("FilterBy", "Finding {0}"))
    return conditions


def with_condition(text: str, condition: str) -> str:
    """A filter that asks for this as well. What is no filter gives way."""
    try:
        node = parse(text)
    except FilterError:
        node = None
    if node is None:
        return condition
    return f"({text.strip()}) and {condition}" if isinstance(node, Or) else f"{text.strip()} and {condition}"


def _one_of(name: str, values: Iterable[str], title: str) -> list[Condition]:
    """One value, or several as a list; nothing where there are too many of them."""
    distinct = _distinct(values)
    if not distinct or len(distinct) > _MOST:
        return []
    texts = tuple(map(Text, distinct))
    comparison = Comparison(name, "=" if len(texts) == 1 else "in", texts)
    return _understood(title.format(", ".join(distinct)), comparison)


def _link(chosen: Sequence[SessionSummary]) -> list[Condition]:
    links = {(session.device_ip, session.lis_ip, session.lis_port) for session in chosen}
    if len(links) != 1:
        return []
    device, lis, port = links.pop()
    parts = (("device", device), ("lis", lis), ("port", str(port)))
    node = And(tuple(Comparison(name, "=", (Text(value),)) for name, value in parts))
    return _understood(translate("FilterBy", "Link {0} → {1}").format(device, f"{lis}:{port}"), node)


def _understood(title: str, node: Node) -> list[Condition]:
    """A stored document may say anything, also an address that is none."""
    text = text_of(node)
    try:
        return [Condition(title, text)] if parse(text) == node else []
    except FilterError:
        return []


def _distinct(values: Iterable[str]) -> list[str]:
    """In the order of their first appearance; not many more than a menu takes."""
    found: dict[str, None] = {}
    for value in values:
        if value:
            found[value] = None
            if len(found) > _MOST:
                break
    return list(found)
