"""Which values stand at a place, and how often."""

import re
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7 import distribution
from hl7capture.hl7.distribution import Distribution, Values
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.paths import path_of
from hl7capture.hl7.tree import parse
from tests.unit.hl7.test_any_text import texts

HEADER = "MSH|^~\\&|A||||||ORU^R01|1|P|2.5\r"
TWO_ORDERS = HEADER + (
    "OBR|1|||CHEM\rOBX|1|NM|GLU^Glucose||5.4\rOBX|2|NM|NA^Sodium||140\r"
    "OBR|2|||URINE\rOBX|1|NM|GLU^Glucose||\rOBX|2|ST|COL^Colour||a\\F\\b\rOBX|3|ST|X\r"
)
RECORDS = "H|\\^&\rP|1\rO|1|S1\rR|1|^^^GLU|5.4\rR|2|^^^NA|140\rO|2|S2\rR|1|^^^GLU|6\\7\rL|1\r"


def of(field: str, *messages: str, by: str | None = None) -> Distribution:
    made = Distribution(path_of(field), path_of(by) if by else None)
    for message in messages:
        made.take(message)
    return made


def counts(made: Distribution) -> dict[str, dict[str, int]]:
    return {name: dict(values.counts) for name, values in made.groups.items()}


@pytest.mark.parametrize(
    ("field", "values", "empty", "without"),
    [
        ("OBX-5", {"5.4": 1}, 0, 1),
        ("OBX[*]-5", {"5.4": 1, "140": 1, "a|b": 1}, 2, 1),
        ("obx[*]-3.1", {"GLU": 2, "NA": 1, "COL": 1, "X": 1}, 0, 1),
        ("MSH-9", {"ORU^R01": 2}, 0, 0),
        ("R[*]-4", {"5.4": 1, "140": 1, "6": 1}, 0, 0),
        ("R[*]-4[*]", {"5.4": 1, "140": 1, "6": 1, "7": 1}, 0, 0),
        ("NTE[*]-3", {}, 0, 2),
    ],
)
def test_values_are_counted(field: str, values: dict[str, int], empty: int, without: int) -> None:
    made = of(field, TWO_ORDERS, HEADER, RECORDS, "neither of them")
    assert made.messages == (1 if field[0] == "R" else 2)
    assert counts(made).get("", {}) == values
    assert sum(group.empty for group in made.groups.values()) == empty
    assert made.without == without


@pytest.mark.parametrize(
    ("field", "by", "groups"),
    [
        ("OBX[*]-5", "OBX-3.1", {"GLU": {"5.4": 1}, "NA": {"140": 1}, "COL": {"a|b": 1}, "X": {}}),
        ("OBX[*]-5", "OBR[*]-4", {"CHEM": {"5.4": 1, "140": 1}, "URINE": {"a|b": 1}}),
        ("OBX[*]-5", "OBR-4", {"CHEM": {"5.4": 1, "140": 1, "a|b": 1}}),
        ("OBX[*]-5", "PID-8", {"": {"5.4": 1, "140": 1, "a|b": 1}}),
        ("OBR[*]-4", "OBX-3.1", {"GLU": {"CHEM": 1, "URINE": 1}}),
        ("R[*]-4", "O[*]-3", {"S1": {"5.4": 1, "140": 1}, "S2": {"6": 1}}),
    ],
)
def test_values_are_counted_for_each_value_of_another_place(
    field: str, by: str, groups: dict[str, dict[str, int]]
) -> None:
    assert counts(of(field, TWO_ORDERS, RECORDS, by=by)) == groups


def test_what_is_no_path_is_said() -> None:
    for name in ("device", "PID.3", "PID-0", ""):
        with pytest.raises(FilterError, match="no path into a message"):
            path_of(name)


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=1, max_size=60))
def test_numbers(numbers: list[object]) -> None:
    values = Values()
    for number in ["<5", "neg", *map(str, numbers)]:
        values.add(number, has_room=True)
    found = values.numbers()
    assert found is not None
    known = sorted(float(str(number)) for number in numbers)
    assert (found.count, found.least, found.most) == (len(known), known[0], known[-1])
    assert found.median == median(known)
    assert sum(number <= found.p95 for number in known) >= 0.95 * len(known)
    assert sum(number < found.p95 for number in known) < 0.95 * len(known)
    assert not found.is_sampled


def test_no_number_is_no_range() -> None:
    values = Values()
    values.add("neg", has_room=True)
    assert values.numbers() is None


def test_what_is_kept_is_bounded_and_what_is_not_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribution, "_MOST_DISTINCT", 50)
    monkeypatch.setattr(distribution, "_MOST_GROUPS", 3)
    monkeypatch.setattr(distribution, "_MOST_NUMBERS", 10)
    lines = "".join(f"OBX|{n}||G{n % 5}||{n}\r" for n in range(1000)) + "OBX|1||G0||0\r"
    made = of("OBX[*]-5", HEADER + lines, by="OBX-3")
    assert set(made.groups) == {"G0", "G1", "G2"}
    assert sum(len(values.counts) for values in made.groups.values()) == 50
    assert sum(values.count for values in made.groups.values()) + made.other_groups == 1001
    first = made.groups["G0"].numbers()
    assert first is not None
    assert (first.count, first.least, first.most, first.is_sampled) == (201, 0, 995, True)
    assert made.groups["G0"].top(1) == [("0", 2)]


def test_long_values_are_told_apart_by_their_beginning_and_length() -> None:
    values = Values()
    for text in ("x" * 1_000_000, "x" * 1_000_000, "x" * 999_999):
        values.add(text, has_room=True)
    assert [n for _, n in values.top(9)] == [2, 1]
    assert all(len(value) < 300 for value in values.counts)


@given(texts, st.sampled_from(["MSH-9", "OBX[*]-5", "R[*]-4.1", "PID[*]-3[*].1"]), st.sampled_from(["OBX-3", "H-3"]))
def test_every_segment_is_counted_once_whatever_the_text_is(text: str, field: str, by: str) -> None:
    made = of(field, text, by=by)
    name = re.split(r"[\[-]", field)[0]
    segments = [node for node in parse(text) if re.fullmatch(rf"{name}(\[\d+\])?", node.path)]
    counted = sum(values.count + values.empty for values in made.groups.values())
    assert (counted >= len(segments)) if "[*]" in field else (counted == bool(segments))
    assert made.without == (made.messages if not segments else 0)
