"""What a coded value means: "F" of HL7's table 0001 is "Female", "N" in field R-7 of E1394 is "Normal".

hl7apy's tables hold values without their meanings. Those are FHIR's, which HL7 publishes under CC0 for all versions of
v2 together; `packaging/table_values.py` made `table_values.json` of them (docs/hl7.md).
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from hl7capture.hl7.astm_values import VALUES
from hl7capture.hl7.node import Node


def meaning(node: Node) -> str:
    """What a place's value means, empty where no table explains it: values of a site's own are no fault.

    A place with parts that has a table has it for its first part: a coded entry's code. A repeated field has a meaning
    for each of its repetitions, none of its own.
    """
    if not node.table or (node.children and node.children[0].path == node.path):
        return ""
    code = node
    while code.children:
        code = code.children[0]
    return _values().get(node.table, {}).get(code.value, "")


def values_of(table: str) -> Mapping[str, str]:
    """The values of a table with their meanings, as far as they are known."""
    return _values().get(table, {})


def preload() -> None:
    """Reads the values, so that the first meaning is not the one that waits for the disk."""
    _values()


@cache
def _values() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("hl7capture.hl7").joinpath("table_values.json").read_text(encoding="utf-8")
    tables: dict[str, dict[str, str]] = json.loads(text)
    return {**tables, **VALUES}
