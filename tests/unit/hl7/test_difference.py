"""What differs between two messages: places, not characters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.difference.alignment import aligned
from hl7capture.hl7.difference.comparison import Difference, Kind, difference_of
from hl7capture.hl7.difference.ignored import Ignored
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.tree import parse
from tests.unit.hl7.test_any_text import texts

HEADER = "MSH|^~\\&|ANALYZER|LAB|LIS||20261121101530||ORU^R01|17|P|2.5.1\r"
RESULT = (
    HEADER + "PID|1||4711^^^LAB~0815^^^KH||Testmann^Tilda||19700101|F\r"
    "OBX|1|NM|GLU^Glucose||5.4|mmol/L\r"
    "NTE|1||clear\r"
    "OBX|2|NM|NA^Sodium||140|mmol/L\r"
    "NTE|1||clear\r"
    "OBX|3|NM|K^Potassium||4.1|mmol/L\r"
)
RECORDS = "H|\\^&|||SIM\rP|1||SIM-1\rR|1|^^^GLU|5.4|mmol/L\rR|2|^^^NA|140|mmol/L\rL|1|N\r"


def told(before: str, after: str, *ignored: str, has_rewritten: bool = False) -> list[tuple[str, str, str, str]]:
    return [
        (str(one.kind), one.path, one.before.text, one.after.text)
        for one in difference_of(before, after, Ignored(ignored), has_rewritten=has_rewritten)
    ]


def changed(old: str, new: str, text: str = RESULT) -> list[tuple[str, str, str, str]]:
    assert old in text
    return told(text, text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("|F\r", "|M\r", ("changed", "PID-8", "F", "M")),
        ("|F\r", "|\r", ("removed", "PID-8", "F", "")),
        ("Testmann^", "Probst^", ("changed", "PID-5.1", "Testmann", "Probst")),
        ("Testmann^Tilda", "Testmann", ("removed", "PID-5.2", "Tilda", "")),
        ("Testmann^Tilda", "", ("removed", "PID-5", "Testmann^Tilda", "")),
        ("^LAB~", "^LAB&1.2.3~", ("added", "PID-3.4.2", "", "1.2.3")),
        ("~0815^^^KH", "", ("removed", "PID-3[2]", "0815^^^KH", "")),
        ("4711^^^LAB~", "", ("removed", "PID-3", "4711^^^LAB", "")),
        ("OBX|2|NM|NA^Sodium||140|mmol/L\r", "", ("removed", "OBX[2]", "OBX|2|NM|NA^Sodium||140|mmol/L", "")),
        ("PID|", "ZPI|a\rPID|", ("added", "ZPI", "", "ZPI|a")),
        ("||140|", "||141|", ("changed", "OBX[2]-5", "140", "141")),
        ("NTE|1||clear\r", "", ("removed", "NTE", "NTE|1||clear", "")),
        ("|F\r", '|""\r', ("changed", "PID-8", "F", '""')),
    ],
)
def test_one_place_that_differs_is_one_difference(old: str, new: str, difference: tuple[str, str, str, str]) -> None:
    assert changed(old, new) == [difference]


def test_names_and_places_of_both_sides() -> None:
    after = RESULT.replace("OBX|1|", "OBX|0|NM|MG^Magnesium||0.8|mmol/L\rOBX|1|").replace("|140|", "|999|")
    added, one = difference_of(RESULT, after)
    assert (added.kind, added.path, added.name, added.before.node) == (Kind.ADDED, "OBX", "Observation/Result", None)
    assert (one.before.path, one.after.path, one.name) == ("OBX[2]-5", "OBX[3]-5", "Observation Value")
    assert one.before.node
    assert one.after.node
    assert RESULT[one.before.node.start : one.before.node.end] == "140"
    assert after[one.after.node.start : one.after.node.end] == "999"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (RESULT, RESULT.replace("\r", "\n")),
        (RESULT, RESULT.replace("|F\r", "|F||||\r")),
        (RESULT, RESULT.replace("Tilda|", "Tilda^^^|")),
        (HEADER + "NTE|1||a&b\r", HEADER + "NTE|1||a\\T\\b\r"),
        (HEADER + "PID|1||A^B~C\r", HEADER.replace("|", "#").replace("^~\\&", "*+!%").replace("ORU^R01", "ORU*R01")
         + "PID#1##A*B+C\r"),
        (RECORDS, RECORDS.replace("R|1|^^^GLU|", "R|1|^^^GLU^|")),
    ],
)  # fmt: skip
def test_what_means_the_same_is_no_difference(before: str, after: str) -> None:
    assert told(before, after) == []


def test_what_is_written_differently_is_told_where_it_is_asked_for() -> None:
    after = RESULT.replace("clear", "cl\\X65\\ar", 1).replace("^~\\&", "^~\\&#")
    assert told(RESULT, after, has_rewritten=True) == [
        ("rewritten", "MSH-2", "^~\\&", "^~\\&#"),
        ("rewritten", "NTE-3", "clear", "clear"),
    ]


@pytest.mark.parametrize(
    ("ignored", "paths"),
    [
        ([], ["MSH-7", "PID-3.1", "OBX-5", "OBX[2]-5", "OBX[4]"]),
        (["MSH-7", "OBX[2]-5"], ["PID-3.1", "OBX-5", "OBX[4]"]),
        (["MSH", "pid-3", "OBX-5"], ["OBX[4]-1", "OBX[4]-3"]),
        (["MSH-7", "PID-3[2].1", "OBX[4]"], ["PID-3.1", "OBX-5", "OBX[2]-5"]),
        (["MSH-7.1", "PID-3[*].1", "OBX"], []),
    ],
)
def test_places_are_ignored(ignored: list[str], paths: list[str]) -> None:
    after = RESULT.replace("20261121", "20261122").replace("4711", "4712").replace("|5.4|", "|5.5|")
    after = after.replace("|140|", "|141|") + "OBX|4||CL||9\r"
    assert [path for _, path, _, _ in told(RESULT, after, *ignored)] == paths


def test_a_wrong_place_to_ignore_is_said() -> None:
    with pytest.raises(FilterError, match="no path into a message"):
        Ignored(["PID.3"])


def test_astm_records() -> None:
    assert told(RECORDS, RECORDS.replace("R|1|^^^GLU|5.4|mmol/L\r", "").replace("|140|", "|139|")) == [
        ("removed", "R", "R|1|^^^GLU|5.4|mmol/L", ""),
        ("changed", "R[2]-4", "140", "139"),
    ]


def test_a_message_of_another_standard_has_nothing_in_common() -> None:
    assert {kind for kind, _, _, _ in told(RESULT, RECORDS)} == {"added", "removed"}


def undone(one: Difference) -> tuple[Kind, str, str]:
    kinds = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED}
    return kinds.get(one.kind, one.kind), one.after.text, one.before.text


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert difference_of(text, text, has_rewritten=True) == []


@given(texts, texts)
def test_what_is_the_same_can_be_told_as_well(before: str, after: str) -> None:
    whole = difference_of(before, after, Ignored(["MSH-7"]), has_same=True)
    differing = [one for one in whole if one.kind not in (Kind.SAME, Kind.IGNORED)]
    assert differing == difference_of(before, after, Ignored(["MSH-7"]))
    same = [one for one in whole if one.kind is Kind.SAME and not one.path.endswith(("-1", "-2"))]  # may be delimiters
    assert all(one.before.text == one.after.text for one in same)


def test_what_is_left_out_is_told_with_the_rest() -> None:
    before, after = "MSH|^~\\&|A||||1\rPID|1\r", "MSH|^~\\&|A||||2\rPID|1\r"
    told = difference_of(before, after, Ignored(["MSH-7"]), has_same=True)
    assert [(str(one.kind), one.path) for one in told] == [
        ("same", "MSH-1"),
        ("same", "MSH-2"),
        ("same", "MSH-3"),
        ("ignored", "MSH-7"),
        ("same", "PID-1"),
    ]


@given(texts, texts)
def test_every_place_that_is_told_differs(before: str, after: str) -> None:
    for one in difference_of(before, after):
        assert one.before.text != one.after.text
        assert (one.kind is Kind.ADDED) == (not one.before.text)
        assert (one.kind is Kind.REMOVED) == (not one.after.text)
        for side, text in ((one.before, before), (one.after, after)):
            assert side.node is None or text[side.node.start : side.node.end] == side.node.value


@given(st.lists(st.sampled_from(RESULT.split("\r")[1:-1]), max_size=12), st.integers(0, 11), st.sampled_from("AB"))
def test_a_segment_that_is_taken_out_is_all_that_differs(segments: list[str], at: int, kind: str) -> None:
    numbered = [f"{segment}|{number}" for number, segment in enumerate(segments)]  # no two are the same
    rest = numbered[:at] + numbered[at + 1 :]
    whole, part = HEADER + "\r".join(numbered), HEADER + "\r".join(rest)
    forth, back = difference_of(whole, part), difference_of(part, whole)
    assert [undone(one) for one in back] == [(one.kind, one.before.text, one.after.text) for one in forth]
    assert [one.before.text for one in forth] == numbered[at : at + 1]


@given(st.sampled_from([RESULT, RECORDS]), st.data())
def test_a_field_that_is_changed_is_all_that_differs(text: str, data: st.DataObject) -> None:
    segment = data.draw(st.sampled_from(parse(text)))
    fields = [field for field in segment.children[1:] if field.path not in ("MSH-2", "H-2")]
    field = data.draw(st.sampled_from(fields))
    value = data.draw(st.text("ab^~&\\", max_size=8))
    found = difference_of(text, text[: field.start] + value + text[field.end :])
    assert all(re.fullmatch(re.escape(field.path) + r"(\[\d+\])?(\.\d+)*", one.path) for one in found)
    assert found or value.strip("^~&\\") == field.value.strip("^~&\\")


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_every_index_is_there_once_and_in_order(before: list[int], after: list[int]) -> None:
    pairs = aligned([(before, after)] * 3)
    assert [i for i, _ in pairs if i is not None] == list(range(len(before)))
    assert [j for _, j in pairs if j is not None] == list(range(len(after)))
    assert all(before[i] == after[j] for i, j in pairs if i is not None and j is not None)
    assert before != after or all(i == j for i, j in pairs)
