"""Each rule by what it must find, and by what it must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.findings.content import clock_off
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.history import History
from hl7capture.hl7.findings.report import findings_of, report_of, reports_of
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.model.elements import Framing
from hl7capture.model.session import EndReason, Session
from hl7capture.model.settings import Settings
from tests.support.engine import sessions_of
from tests.support.sessions import open_session
from tests.support.speech import (
    ACK,
    ENQ,
    EOT,
    NAK,
    RECORDS,
    START,
    answer,
    astm_transfer,
    frame,
    mllp,
    oru,
    retry_storm,
    stx,
    stx_transfer,
    timely,
)
from tests.support.wire import MILLISECOND, Segment, Talk, conversation, packet, pcap_header, record

Turns = list[tuple[int, bytes]]


def reason(control_id: str, code: str, said: str) -> bytes:
    return mllp(answer(control_id, code).rstrip(b"\r") + b"|" + said.encode() + b"\r")


def session_of(*turns: tuple[int, bytes]) -> Session:
    (session,) = sessions_of(timely(conversation(*turns).segments))
    return session


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def found(*turns: tuple[int, bytes]) -> list[str]:
    """The codes of a conversation's findings."""
    return codes(findings_of(session_of(*turns)))


def exchange(control_id: str = "1") -> Turns:
    return [(0, mllp(oru(control_id))), (1, mllp(answer(control_id)))]


def enq(*turns: tuple[int, bytes]) -> Turns:
    return [(0, ENQ), (1, ACK), *turns]


ONE, BAD = frame(1, RECORDS[0]), frame(1, RECORDS[0])[:-4] + b"00\r\n"
HEADER = oru("1").split(b"\r")[0]


@pytest.mark.parametrize(
    "turns",
    [
        [*exchange("1"), *exchange("2")],
        astm_transfer(),
        stx_transfer(oru()),
        [(0, mllp(oru()[:-1])), (1, mllp(answer()))],
        [(0, mllp(oru())), (1, mllp(ACK)), (1, mllp(answer())), (0, mllp(ACK))],  # release 2 confirms answers, too
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(turns: Turns) -> None:
    assert found(*turns) == []


@pytest.mark.parametrize(
    ("turns", "code"),
    [
        ([(0, mllp(oru("1")))], "ack-missing"),
        ([(0, mllp(oru("1"))), (1, reason("1", "AE", "Unknown patient"))], "ack-negative"),
        ([(0, mllp(oru("1"))), (1, mllp(answer("2")))], "ack-mismatched"),
        ([*exchange("1"), (1, mllp(answer("9")))], "ack-unmatched"),
        ([*exchange("1"), (1, mllp(answer("1")))], "answered-twice"),
        ([*exchange("1"), *exchange("1")], "message-repeated"),
        ([*exchange("1"), (0, mllp(oru("1") + b"NTE|1\r")), (1, mllp(answer("1")))], "control-id-reused"),
        ([(0, mllp(oru(""))), (1, mllp(answer("")))], "control-id-missing"),
        ([(0, mllp(oru("1")))] * 5, "retry-storm"),
        (
            [(0, mllp(oru("1"))), (1, mllp(answer("1"))[:-1]), (0, mllp(oru("2"))), (1, mllp(answer("2")))],
            "framing-fault",
        ),
        ([*exchange("1"), (0, mllp(oru("2"))), (1, answer("2"))], "framing-fault"),
        ([*exchange(), (0, b"hello"), *exchange("2")], "stray-bytes"),
        ([*exchange(), (0, mllp(oru("2"))[:40])], "message-cut"),
        ([(0, mllp(oru())), (1, b"HTTP/1.1 400 Bad Request\r\n\r\n")], "wrong-server"),
        ([(0, ENQ), (0, ENQ)], "enq-unanswered"),
        ([(0, ENQ), (1, NAK), *astm_transfer()], "enq-refused"),
        ([(0, ENQ), (1, ENQ), *astm_transfer()], "enq-contention"),
        (enq((0, BAD), (1, NAK), (0, ONE), (1, ACK), (0, EOT)), "bad-checksum"),
        (enq((0, ONE), (1, NAK), (0, ONE), (1, ACK), (0, EOT)), "frame-nak"),
        (enq((0, frame(3, RECORDS[0])), (1, ACK), (0, EOT)), "frame-number"),
        (enq((0, ONE), (1, ACK), (0, ONE), (1, ACK), (0, EOT)), "frame-repeated"),
        (enq((0, ONE), (0, ONE), (1, ACK), (0, EOT)), "frame-repeated"),
        (enq((0, ONE), (1, ACK)), "transfer-abandoned"),
        (enq((0, ONE)), "ack-missing"),
        (enq((0, stx(oru())), (1, NAK), (0, EOT)), "message-nak"),
        ([(0, mllp(oru().replace(b"2.5.1", b"9.9"))), (1, mllp(answer()))], "version-unknown"),
        ([(0, mllp(oru().replace(b"^~\\&|", b"^~^&|", 1))), (1, mllp(answer()))], "encoding-characters"),
        ([(0, mllp(oru().replace(b"Tilda", "Käthe".encode()))), (1, mllp(answer()))], "charset"),
        ([(0, mllp(oru().replace(b"20261121", b"20161121"))), (1, mllp(answer()))], "clock"),
    ],
)
def test_one_cause_gives_one_finding(turns: Turns, code: str) -> None:
    assert found(*turns) == [code]


def test_a_refusal_is_quoted_and_counted() -> None:
    turns = [*exchange("1"), (0, mllp(oru("2"))), (1, reason("2", "AE", "Unknown patient")), *exchange("3")]
    report = report_of(session_of(*turns))
    (finding,) = report.findings
    assert finding.text == "The LIS refused 1 of 3 messages of the device (AE, “Unknown patient”)."
    assert finding.severity is Severity.ERROR
    assert verdict_of([report]) == f"{finding.text} Everything else was answered, in 1 ms (median)."


def test_the_reason_may_stand_in_err() -> None:
    said = mllp(answer("1", "AR") + b"ERR||PID^1^3|204^Unknown key^HL70357|E\r")
    (finding,) = findings_of(session_of((0, mllp(oru("1"))), (1, said)))
    assert "(AR, “Unknown key”)" in finding.text


def test_what_was_never_answered_names_no_side_and_tells_what_tcp_knows() -> None:
    talk = Talk().open().say(0, mllp(oru("1"))).acknowledge(1).close()
    (session,) = sessions_of(timely(talk.segments))
    (finding,) = findings_of(session)
    assert finding.text == "The only message of the device got no answer."
    assert any("TCP acknowledged all of it" in sentence for sentence in finding.evidence)
    assert any(sentence.startswith("The device closed first") for sentence in finding.evidence)


def test_late_is_what_the_setting_says() -> None:
    turns = [*exchange()]
    segments = conversation(*turns).segments
    data = pcap_header() + b"".join(
        record(packet(segment, number=number), START + number * 400 * MILLISECOND)
        for number, segment in enumerate(segments, 1)
    )
    (session,) = sessions_of(data)
    assert findings_of(session) == []
    session.elements[1] = session.elements[1]._replace(timestamp=session.elements[0].timestamp + 1500)
    assert codes(findings_of(session, settings=Settings(late_answer_seconds=1))) == ["ack-late"]


@pytest.mark.parametrize("side", [0, 1])
def test_a_reset_is_an_error_only_where_something_was_under_way(side: int) -> None:
    talk = Talk().open()
    for speaker, data in exchange():
        talk.say(speaker, data)
    (session,) = sessions_of(timely(talk.reset(side).segments))
    (finding,) = findings_of(session)
    assert (finding.code, finding.severity) == ("connection-reset", Severity.NOTE)
    (session,) = sessions_of(timely(Talk().open().say(0, mllp(oru("1"))).reset(1).segments))
    (finding,) = findings_of(session)
    assert (finding.code, finding.severity) == ("connection-reset", Severity.ERROR)
    assert "from the address of the LIS" in finding.text


def test_who_waited_in_vain_and_then_reset_is_not_accused() -> None:
    (session,) = sessions_of(timely(Talk().open().say(0, mllp(oru("1"))).acknowledge(1).reset(0).segments))
    (finding,) = findings_of(session)
    assert finding.code == "ack-missing"
    assert "Then the device reset the connection." in finding.evidence


def test_a_link_is_summed_up_over_its_sessions() -> None:
    segments: list[Segment] = []
    for n in range(4):
        talk = Talk((1000 + n * 50_000, 9000 + n * 50_000)).open().say(0, mllp(oru(str(n))))
        segments += talk.say(1, reason(str(n), "AE" if n < 2 else "AA", "Full" if n < 2 else "")).close().segments
    reports = [report_of(session) for session in sessions_of(timely(segments))]
    assert verdict_of(reports) == (
        "The LIS refused 2 of 4 messages of the device (AE, “Full”). Everything else was answered, in 1 ms (median)."
    )
    assert verdict_of([]) == "No message was sent."


def test_one_direction_accuses_nobody() -> None:
    segments = [s for s in conversation(*exchange("1"), *exchange("2")).segments if s.side == 0]
    (session,) = sessions_of(timely(segments))
    findings = findings_of(session)
    assert codes(findings) == ["one-direction"]
    assert findings[0].severity is Severity.WARNING
    assert verdict_of([report_of(session)]) == (
        "Whether all 2 messages of the device got an answer the capture does not tell."
    )


def test_a_hole_in_the_capture_is_no_missing_answer() -> None:
    talk = Talk().open().say(0, mllp(oru("1")))
    talk.say(1, mllp(answer("1")))
    del talk.segments[-1]
    for n in range(2, 12):
        talk.say(0, mllp(oru(str(n)))).say(1, mllp(answer(str(n))))
    (session,) = sessions_of(timely(talk.close().segments))
    assert codes(findings_of(session)) == ["capture-loss"]


def test_a_repeat_on_a_new_connection_is_known_by_the_device() -> None:
    segments = retry_storm(5)
    history = History()
    found = [codes(findings_of(session, history.take(session))) for session in sessions_of(timely(segments))]
    assert found == [["ack-missing"]] * 4 + [["retry-storm"]]  # as one sees them coming
    reports = reports_of(sessions_of(timely(segments)))
    assert [code for report in reports for code in codes(report.findings)] == ["retry-storm"]


def test_closing_after_each_message_is_noted_once_a_link() -> None:
    history = History()
    found = []
    segments: list[Segment] = []
    for n in range(5):
        talk = Talk((1000 + n * 50_000, 9000 + n * 50_000)).open()
        for side, data in exchange(str(n)):
            talk.say(side, data)
        talk._add(1, 1, after=1)
        talk._add(0, 1, after=1)
        segments += talk.acknowledge(1).segments
    for session in sessions_of(timely(segments)):
        found += codes(findings_of(session, history.take(session)))
    assert found == ["closes-each"]


def test_what_rolls_over_may_be_answered_in_the_next_session() -> None:
    turns = [(0, mllp(oru("1")) + mllp(oru("2"))), (1, mllp(answer("1")) + mllp(answer("2")))]
    sessions = sessions_of(timely(conversation(*turns).segments), settings=Settings(session_max_messages=2))
    assert sessions[0].end_reason is EndReason.ROLLED
    assert [finding for report in reports_of(sessions) for finding in report.findings] == []
    assert findings_of(sessions[0]) == []


def test_an_open_session_has_no_missing_answers() -> None:
    assert "ack-missing" not in codes(findings_of(open_session(elements=3)))


@pytest.mark.parametrize(
    ("time", "off"),
    [
        ("20261121101530", 0.0),
        ("20261121111530", 0.0),  # a zone to the east, perhaps
        ("20261121111530+0100", 0.0),
        ("20261121111530+0000", 3_600_000.0),
        ("20261121102530", 600_000.0),
        ("2026", None),
        ("20261399999999", None),
    ],
)
def test_a_clock_without_a_zone_is_compared_with_every_zone(time: str, off: float | None) -> None:
    assert clock_off(time, START / 1_000_000) == off


def test_both_clocks_against_the_capture_are_one_finding() -> None:
    turns = [(side, data.replace(b"20261121", b"20261111")) for side, data in exchange()]
    (finding,) = findings_of(session_of(*turns))
    assert finding.code == "clock"
    assert "both ends (MSH-7) agree" in finding.text


PIECES = st.sampled_from(
    [
        *(ENQ, ACK, NAK, EOT, ONE, BAD, frame(2, b"\xff\r"), stx(oru("3"))),
        *(mllp(oru("1")), mllp(oru("")), oru("2"), mllp(HEADER), mllp(b"MSH|||"), mllp(b"MSH|^~\\&|")),
        *(mllp(answer("1")), mllp(answer("", "AE")), mllp(b"MSA|AE"), mllp(b"FHS|^~\\&|\rMSH|")),
        *(b"HTTP/1.1 400\r\n", b"\x0b", b"x"),
    ]
)


@given(st.lists(st.tuples(st.integers(0, 1), PIECES), max_size=12), st.booleans())
def test_whatever_is_said_gives_sentences_and_never_an_error(turns: Turns, is_reset: bool) -> None:
    talk = Talk().open()
    for side, data in [(0, mllp(oru("0"))), *turns]:
        talk.say(side, data)
    history = History()
    for session in sessions_of(timely((talk.reset(1) if is_reset else talk.close()).segments)):
        report = report_of(session, history.take(session))
        assert verdict_of([report])
        for finding in report.findings:
            assert finding.text.endswith(".")
            assert finding.text[0].isupper() or finding.text[0].isdigit()
            assert set(finding.elements) <= {element.id for element in session.elements}


def test_framings_are_named_in_the_verdict() -> None:
    report = report_of(session_of(*astm_transfer()))
    assert report.session.framing is Framing.ASTM
    assert verdict_of([report]) == "All 4 frames of the device were answered, in 1 ms (median)."
