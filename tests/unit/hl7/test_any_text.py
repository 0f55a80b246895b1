"""What holds for every text: damaged, hostile or meaningless."""

import gc
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hl7capture.capture.text import read
from hl7capture.hl7 import split
from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.node import Node
from hl7capture.hl7.places import Places
from hl7capture.hl7.split import BLANK
from hl7capture.hl7.summary import summarise
from hl7capture.hl7.tree import delimiters_of, nodes_at, parse
from tests.support.written import written

HL7_LINES = ("MSH|^~\\&|", "MSH#*+?%#", "FHS|^~\\&|", "PID|", "OBX|1|CE|", "ZZZ|")
ASTM_LINES = ("H|\\^&|", "H!~*%!", "P|", "R|1|", "L|1|N")
DELIMITERS = "|^~\\&#*+?%!\r\n"

# Lines that begin like those of a message and go on with delimiters more often than chance would have it.
likely_lines = st.builds(
    "{}{}".format,
    st.sampled_from(HL7_LINES + ASTM_LINES),
    st.text(st.one_of(st.sampled_from(DELIMITERS), st.characters()), max_size=40),
)
messages = st.builds(
    "{}{}".format, st.sampled_from(["", "\ufeff", " \r\n"]), st.lists(likely_lines, max_size=8).map("\r".join)
)
texts = st.one_of(st.text(), messages)


def check(text: str, nodes: tuple[Node, ...], start: int, end: int, depth: int) -> None:
    """All nodes show their own text, lie between `start` and `end`, one after the other, and not too deep."""
    for node in nodes:
        assert depth <= 5  # segment, field, repetition, component, subcomponent
        assert text[node.start : node.end] == node.value
        assert start <= node.start <= node.end <= end
        check(text, node.children, node.start, node.end, depth + 1)
        start = node.end


@given(texts)
@example("MSH")
@example("MSH|")
@example("MSH|^")
@example("FHS||")
@example("H|\\^|")
@example("H|\\^&\rH")
@example("PID|&^~")
@example("MSH||\rMSH^\r\x00\ud800")
def test_every_node_shows_its_place_in_the_text(text: str) -> None:
    check(text, parse(text), 0, len(text), 1)


@given(texts)
def test_only_line_ends_and_blanks_are_left_out(text: str) -> None:
    end = 0
    for node in parse(text):
        assert not text[end : node.start].strip("\r\n" + BLANK)
        assert node.value
        end = node.end
    assert not text[end:].strip("\r\n" + BLANK)


@given(messages)
def test_the_children_hold_all_text_but_the_separators(text: str) -> None:
    def gaps(node: Node) -> list[str]:
        ends = [child.end for child in node.children]
        return [text[end : child.start] for end, child in zip(ends, node.children[1:], strict=False)]

    todo = list(parse(text))
    while todo:
        node = todo.pop()
        todo.extend(node.children)
        if "-" in node.path and node.children:
            assert (node.children[0].start, node.children[-1].end) == (node.start, node.end)
            assert len({*gaps(node)}) <= 1  # one separator cuts a place
            assert all(len(gap) == 1 for gap in gaps(node))


@given(texts)
@example("MSH\x00^~\\&\x00a^b\x00\rPID\x00\ud800^\x00")
@example("MSH|^~\\&#|a\rMSH^|~\\&^a|b~c^")
def test_the_tree_written_again_is_the_text(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize("text", ["MSH|^~\\&|" + "A^B&C~D|" * 125_000, "PID|" + "\0" * 1_000_000], ids=["cut", "NUL"])
def test_a_line_of_a_megabyte_written_again(text: str) -> None:
    is_same = written(text) == text  # no assert that would show it
    assert is_same


@given(st.binary() | texts.map(lambda text: text.encode("utf-8", "replace")))
def test_the_tree_of_any_bytes_written_again_is_the_bytes(data: bytes) -> None:
    decoded = read(data)
    places = Places(decoded, data, ())
    again = written(decoded.text)
    assert again == decoded.text
    spans = [places.in_message(at, at + 1) for at in range(len(again))]
    assert b"".join(data[start:end] for start, end in spans) == data.removeprefix(b"\xef\xbb\xbf") or (
        decoded.charset == "iso8859-1" and again.encode("iso8859-1") == data
    )


@given(texts, st.integers(0, 400))
def test_a_character_is_in_the_nodes_that_hold_it(text: str, at: int) -> None:
    chain = nodes_at(parse(text), at)
    for node in chain:
        assert node.start <= at < node.end
    if chain:
        assert not any(child.start <= at < child.end for child in chain[-1].children)
    else:
        assert not any(node.start <= at < node.end for node in parse(text))


@given(texts)
def test_fields_count_from_one_without_a_hole(text: str) -> None:
    for node in parse(text):
        assert [child.path for child in node.children] == [
            f"{node.path}-{number}" for number in range(1, len(node.children) + 1)
        ]


@given(texts)
def test_a_summary_counts_what_the_tree_shows(text: str) -> None:
    assert summarise(text).segments == len(parse(text))


@given(messages)
def test_the_first_patient_of_the_summary_is_that_of_the_tree(text: str) -> None:
    shown = summarise(text).patient_id
    assert not shown or any(shown in node.value for node in parse(text) if node.value[:1] == "P")


@given(texts, st.text(st.sampled_from("\\FSTREPHNCMX0249a.brspkZ|"), max_size=60))
def test_unescaping_adds_little_and_needs_the_escape_character(text: str, value: str) -> None:
    delimiters = delimiters_of(text)
    shown = unescape(value, delimiters)
    if not delimiters.escape or delimiters.escape not in value:
        assert shown == value
    else:
        assert len(shown) <= 15 * len(value)  # seven characters may say that 99 lines are skipped


HOSTILE: dict[str, Callable[[int], str]] = {
    "no separator": lambda size: "MSH|^~\\&|" + "A" * size,
    "fields": lambda size: "MSH|^~\\&" + "|" * size,
    "all separators": lambda size: "MSH|^~\\&|" + "&^~|" * (size // 4),
    "unknown text": lambda size: "A" * size,
    "empty lines": lambda size: "MSH|^~\\&|\r" + "\r\n" * size,
    "headers": lambda size: "MSH|^~\\&|\r" * (size // 8),
    "segments": lambda size: "MSH|^~\\&|\r" + "OBX|1|CE\r" * (size // 8),
    "long line, then bars": lambda size: "MSH|^~\\&|\r" + "A" * size + "|" * size,
    "NUL": lambda size: "H|\\^&\r" + "\0" * size,
    "records": lambda size: "H|\\^&\r" + "R|1|^\\^\r" * (size // 8),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_text_alone(kind: str) -> None:
    def seconds(size: int) -> float:
        text = HOSTILE[kind](size)
        gc.collect()
        gc.disable()  # as the window does for large messages: a search costs what else lives in the process
        try:
            started = time.process_time()
            parse(text)
            summarise(text)
            return time.process_time() - started
        finally:
            gc.enable()

    seconds(1000)  # names are read once
    # Quadratic time would be 64 times as long for 8 times the text; 100 ms are for the noise of a busy computer.
    assert seconds(160_000) < 24 * seconds(20_000) + 0.1


def test_escapes_without_an_end_take_no_longer() -> None:
    started = time.process_time()
    for value in ("\\X" + "0" * 500_001 + "\\X0" * 100_000, "\\.sp999" * 300_000, "\\M244" * 300_000):
        assert unescape(value) == value
    assert time.process_time() - started < 2


@given(texts, st.integers(0, 20))
def test_lines_are_the_same_however_much_is_cut_at_once(text: str, piece: int) -> None:
    whole = list(split.lines(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split, "_PIECE", piece)
        assert list(split.lines(text)) == whole
    assert all(text[start : start + len(line)] == line for start, line in whole)
