"""Files of messages, cut at their headers."""

import pytest
from hypothesis import given

from hl7capture.hl7.texts import messages_in
from tests.unit.hl7.test_any_text import texts

ONE, TWO = "MSH|^~\\&|A\rPID|1\r", "MSH#*#B\rPID#2\r"
RECORDS = "H|\\^&\rP|1\rL|1\r"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (ONE, [ONE]),
        (ONE + TWO, [ONE, TWO]),
        (ONE.replace("\r", "\r\n") + "\n\n" + TWO, [ONE.replace("\r", "\r\n") + "\n\n", TWO]),
        (f"\x0b{ONE}\x1c\r\x0b{TWO}\x1c\r", [ONE + "\r", TWO + "\r"]),
        ("FHS|^~\\&\r" + ONE + TWO, ["FHS|^~\\&\r" + ONE + TWO]),
        ("PID|1\r" + ONE, ["PID|1\r" + ONE]),
        ("PID|1\r", ["PID|1\r"]),
        (RECORDS + RECORDS, [RECORDS, RECORDS]),
        ("hello", []),
        ("", []),
    ],
)
def test_each_header_begins_a_message(text: str, messages: list[str]) -> None:
    assert messages_in(text) == messages


@given(texts)
def test_nothing_is_lost(text: str) -> None:
    found = messages_in(text)
    assert not found or "".join(found) == text.replace("\x0b", "").replace("\x1c", "")
