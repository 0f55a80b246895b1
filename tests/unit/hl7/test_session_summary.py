"""The summary of a session: the same whether it is made at once or followed, and small whatever is sent."""

from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.session_summary import follow, kind_of, kinds_of, note_messages, opening_of, summary_of
from hl7capture.model.elements import Direction, Element, ElementType, Flag, Framing
from hl7capture.model.search import matches, terms_of
from hl7capture.model.session import EndReason, Session
from hl7capture.model.session_summary import SessionSummary
from tests.support.stored import message_of, session_of

KINDS = st.sampled_from(["ORU^R01", "ACK", "QRY^Q02", "", "X" * 90, *(f"K{n}" for n in range(20))])


def message(kind: str) -> str:
    return f"MSH|^~\\&|A|B|C|D|20261121||{kind}|1|P|2.5\r"


def values(summary: SessionSummary) -> dict[str, object]:
    return {name: getattr(summary, name) for name in SessionSummary.__struct_fields__}


@given(st.lists(st.tuples(KINDS, st.booleans(), st.booleans()), max_size=40), st.integers(1, 50))
def test_followed_a_little_at_a_time_is_as_made_at_once(steps: list[tuple[str, bool, bool]], most: int) -> None:
    session = session_of(1)
    session.elements, session.messages, session.end_reason = [], [], None
    followed = opening_of(session)
    for kind, is_odd, is_looked_at in steps:
        flags = (Flag.GAP.value,) if is_odd else ()
        number = len(session.elements)
        data = message(kind).encode()
        session.elements.append(Element(number, 1.0, Direction.DEVICE_TO_LIS, ElementType.MESSAGE, data, number, flags))
        session.messages.append(message(kind))
        if is_looked_at:
            follow(followed, session, most)
    session.end_reason = EndReason.CLOSED
    rounds = 1
    while not follow(followed, session, most):
        rounds += 1
    assert rounds <= len(steps) // most + 1
    assert values(followed) == values(summary_of(session))
    assert followed.message_count == len(steps) == sum(count for _, count in followed.kinds)
    assert followed.flag_count == sum(is_odd for _, is_odd, _ in steps)
    assert len(followed.kinds) <= 13
    assert all(len(kind) <= 40 for kind, _ in followed.kinds)


def test_flag_that_a_tail_takes_away_is_not_counted_in_the_end() -> None:
    session: Session = session_of(1, end_reason=None)
    session.elements[0] = session.elements[0]._replace(flags=(Flag.MISSING_CR,))
    summary = summary_of(session)
    assert summary.flag_count == 1
    session.elements[0] = session.elements[0].with_tail(b"\r")
    session.end_reason = EndReason.CLOSED
    follow(summary, session)
    assert summary.flag_count == 0
    assert summary.size == sum(len(element.data) for element in session.elements)


def test_framing_is_known_later_than_the_session() -> None:
    session = session_of(1, end_reason=None, framing=Framing.ASTM)
    summary = opening_of(session)
    session.framing = Framing.STX
    follow(summary, session)
    assert summary.framing is Framing.STX


def test_words_stand_beside_the_messages_in_them_or_were_found_on_disk() -> None:
    session = session_of(17, message_of("MRN-00^x"))
    summary = summary_of(session)
    everywhere = terms_of("mllp 10.0.0.5:40017 17 closed oru mrn-00^X TILDA")
    assert matches(summary, session.messages, everywhere)
    assert not matches(summary, (), everywhere)
    on_disk = {"mrn-00^x": {summary.session_id}, "tilda": {summary.session_id}}
    assert matches(summary, (), everywhere, on_disk)
    assert not matches(summary, (), everywhere, {**on_disk, "tilda": {"another"}})
    assert matches(summary, (), terms_of(""))


@given(st.lists(KINDS, max_size=12), st.data())
def test_kinds_are_the_same_whoever_asks_and_in_whatever_order(kinds: list[str], data: st.DataObject) -> None:
    session = session_of(1)
    session.messages = [message(kind) for kind in kinds]
    expected = [kind_of(text) for text in session.messages]
    for _ in range(data.draw(st.integers(0, 3))):
        start, stop = data.draw(st.integers(0, 13)), data.draw(st.integers(0, 13))
        assert kinds_of(session, start, stop) == expected[start:stop]
    session.messages.append(message("ADT^A01"))
    note_messages(session)
    assert session.kinds[: len(session.messages)][-1] == "ADT^A01"
    assert kinds_of(session, 0, len(session.messages)) == [*expected, "ADT^A01"]


def test_kinds_that_are_known_are_not_worked_out_again() -> None:
    session = session_of(1)
    note_messages(session)
    known = list(session.kinds)
    session.messages = [""] * len(known)
    note_messages(session)
    assert kinds_of(session, 0, len(known)) == known
    assert dict(summary_of(session).kinds).keys() == set(known)
