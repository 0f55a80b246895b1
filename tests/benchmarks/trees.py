"""One message of 200 segments taken apart: beside python-hl7's and hl7apy's parsers, in one process, in turn."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import hl7
from hl7apy.parser import parse_message

from hl7capture.hl7.node import Node
from hl7capture.hl7.tree import parse
from tests.benchmarks.figures import Findings, Setup

SEGMENTS = 200
_RESULT = (
    "OBX|{0}|NM|2345-7^Glucose^LN^GLU^Glucose, local^L||5.4|mmol/L^millimole per liter^UCUM|3.9-5.6|N|||F|||"
    "20261121101530||4711^Testmann^Tilda|||{0}\r"
)


def trees(setup: Setup) -> Findings:
    """Names, types, tables and places of every part on our side; parts alone on python-hl7's."""
    text = message(max(int(SEGMENTS * setup.size), 4))
    parsers: dict[str, Callable[[str], Any]] = {"ours": parse, "python-hl7": hl7.parse, "hl7apy": parse_message}
    assert _count(parse(text)) > len(hl7.parse(text)) == text.count("\r")
    spent: dict[str, list[float]] = {name: [] for name in parsers}
    for number in range(setup.times + 1):
        for name, parser in parsers.items():
            setup.say(f"{name}, {number} of {setup.times}" if number else f"{name}, warming up")
            begin = time.perf_counter()
            parser(text)
            if number:
                spent[name].append(time.perf_counter() - begin)
    ours = median(spent["ours"])
    found = Findings()
    found.add(f"a message of {SEGMENTS} segments as a tree", 1000 * ours, unit="ms", high=20)
    found.add("faster than python-hl7's parser", median(spent["python-hl7"]) / ours, low=1.5)
    found.add("faster than hl7apy's parser", median(spent["hl7apy"]) / ours, low=20)
    return found


def message(segments: int) -> str:
    """A result with so many segments; the patient is invented."""
    head = (
        "MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|20261121101530||ORU^R01^ORU_R01|MSG1|P|2.5.1\r"
        "PID|1||4711^^^LAB&1.2.3&ISO^MR~0815^^^KH||Testmann^Tilda||19700101|F\r"
        "OBR|1|A17|B17|24331-1^Lipid panel^LN|||20261121101530\r"
    )
    return head + "".join(_RESULT.format(number) for number in range(1, segments - 2))


def _count(nodes: tuple[Node, ...]) -> int:
    return sum(1 + _count(node.children) for node in nodes)
