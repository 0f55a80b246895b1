"""What an arrow and a list say of a message: the same as its summary."""

from hypothesis import example, given
from hypothesis import strategies as st

from hl7capture.hl7.brief import LOOKED_AT, Brief, brief_of
from hl7capture.hl7.header import header_of
from hl7capture.hl7.summary import summarise
from tests.support.speech import answer, oru
from tests.unit.hl7.test_any_text import texts

ANSWERS = ("MSA|AA|1", " MSA|AE~AR|1", "MSA#AA^B#1", "xMSA|AA|1", "MSA|", "MSA")


@given(st.lists(st.one_of(texts, st.sampled_from(ANSWERS)), max_size=4).map("\r".join))
@example("MSH|^~\\&|A|B|C|D|1||ACK^R01^ACK|7|P|2.5.1\rMSA|AE|1")
@example("MSH|^~\\&|||||||^R01|")
@example("MSH#*+?%#||||||ORU*R01")
@example("FHS|^~\\&||||||||||B1\rMSA|AA|1")
@example("\x0b MSH|^~\\&|\n\rMSA|CE|2")
@example("M\nMSH|^~\\&|||||||ORU^R01|1")
@example("MSH|\\|||||||A^B|C^D")
def test_it_says_what_the_summary_says(text: str) -> None:
    told = summarise(text)
    assert brief_of(text) == Brief(told.kind, told.control_id, told.ack_code)


@given(st.lists(st.one_of(texts, st.sampled_from(ANSWERS)), max_size=4).map("\r".join))
@example("MSH#*+?%#||||||ORU*R01")
@example("MSH|^~\\&|||||||^R01~A^B|")
@example("FHS|^~\\&||||||||||B1\rMSA|AA|1")
def test_a_header_tells_the_same_kind(text: str) -> None:
    header = header_of(text)
    assert header is None or header.kind == brief_of(text).kind


def test_of_a_large_message_the_beginning_tells() -> None:
    large = oru("1").decode() + "NTE|1||" + "x" * LOOKED_AT + "\r"
    assert brief_of(large) == brief_of(oru("1").decode())
    assert brief_of(answer().decode() + "Z" * LOOKED_AT + "\rMSA|AR|1").ack_code == "AA"
