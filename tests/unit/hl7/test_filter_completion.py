"""What is offered while a filter is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.filter.completion import suggestions
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.parser import parse

KNOWN = {"device": ["10.0.0.5", "10.0.0.6"], "source": ["eth0", "a b"], "finding": ["ack-missing"]}


def offered(text: str) -> list[str]:
    """The text is typed up to `|`."""
    cursor = text.index("|")
    return [option.text for option in suggestions(text.replace("|", ""), cursor, KNOWN).options]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("fra|", ["framing"]),
        ("glucose and la|", ["latency"]),
        ("not (dev|", ["device"]),
        ("framing |", ["=", "!=", "~", "in", "exists"]),
        ("complete |", ["=", "!="]),
        ("PID-3 e|", ["exists"]),
        ("framing = |", ["mllp", "stx", "astm", "none"]),
        ("framing =m|", ["mllp"]),
        ("framing in (mllp, s|", ["stx"]),
        ("device = |", ["10.0.0.5", "10.0.0.6"]),
        ("source = |", ["eth0", '"a b"']),
        ("finding = a|", ["ack-missing"]),
        ("framing = mllp |", ["and", "or"]),
        ("framing = mllp a|nd", ["and", "ack"]),
        ("glucose fra|", ["framing"]),
        ("PID-3 = |", []),
        ('"not clo|', []),
    ],
)
def test_offers(text: str, options: list[str]) -> None:
    assert offered(text) == options


def test_names_are_explained() -> None:
    assert all(option.help for option in suggestions("", 0).options if option.text != "not")


def test_what_was_typed_of_a_word_is_replaced() -> None:
    found = suggestions("a and fram = x", 10)
    assert (found.start, found.end) == (6, 10)


@given(
    st.text() | st.lists(st.sampled_from(["device", "=", "in", "(", ",", "and", '"', "x"])).map(" ".join),
    st.integers(0, 30),
)
def test_any_text(text: str, cursor: int) -> None:
    found = suggestions(text, min(cursor, len(text)), KNOWN)
    assert 0 <= found.start <= found.end <= len(text)


def test_what_is_offered_can_stand_there() -> None:
    for before in ("framing = ", "ack = ", "end = ", "flag = ", "complete = ", "type = ", "time ", "latency "):
        for option in offered(before + "|"):
            if before.endswith("= ") or option == "exists":
                parse(before + option)
            else:
                with pytest.raises(FilterError, match="expected"):
                    parse(before + option)
