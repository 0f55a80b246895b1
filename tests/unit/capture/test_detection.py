"""What a connection speaks: nothing else than HL7 and ASTM becomes a session, from its start or from its middle."""

import random

import pytest

from hl7capture.capture.framing import tls
from tests.support.engine import events_of, sessions_of
from tests.support.speech import ACK, ENQ, RECORDS, answer, astm_transfer, frame, mllp, oru, stx
from tests.support.tls import client_hello
from tests.support.wire import Talk, conversation, pcap

HTTP = [
    (0, b"POST /hl7 HTTP/1.1\r\nHost: lis\r\n\r\n" + oru()),
    (1, b"HTTP/1.1 200 OK\r\nContent-Type: x-application/hl7-v2+er7\r\n\r\n" + answer()),
] * 5
SSH = [(1, b"SSH-2.0-OpenSSH_9.2\r\n"), (0, b"SSH-2.0-PuTTY\r\n"), (0, bytes(range(256)) * 3)]
SMTP = [(1, b"220 mail.example ESMTP\r\n"), (0, b"EHLO lab\r\n"), (1, b"250 OK\r\n"), (0, b"DATA\r\n"), (0, oru())]
SOCKS5 = [
    [(0, b"\x05" + bytes((len(methods),)) + methods), (1, b"\x05" + bytes((chosen,))), (0, b"\x01\x04user\x04pass")]
    for methods in (b"\x00", b"\x02", b"\x00\x02", b"\x00\x01\x02", b"\x00\x01\x02\x80", bytes(range(6)), bytes(21))
    for chosen in (0, 2, 255)
]
LPD = [(0, b"\x02queue\n"), (1, b"\x00"), (0, b"\x02100 cfA001lab\n"), (1, b"\x00")]
OTHERS = {
    "HTTP": HTTP,
    "SSH": SSH,
    "SMTP": SMTP,
    **{f"SOCKS5 {number}": talk for number, talk in enumerate(SOCKS5)},
    "LPD": LPD,
    "05, 00": [(0, b"\x05"), (1, b"\x00")],
    "06, 06": [(0, b"\x06"), (1, b"\x06")],
    "one 0B": [(0, b"\x0b"), (1, b"\x06")],
    "0B and text": [(0, b"\x0bHELLO\x1c\r"), (1, b"\x06")],
    "blanks": [(0, b"\r\n" * 3000), (0, mllp(oru()))],
    "5000 times ACK": [(0, b"\x06" * 5000), (1, b"\x05\x06")],
}


@pytest.mark.parametrize("cut", [1, 2, 7, 1460])
@pytest.mark.parametrize("name", OTHERS)
def test_other_protocols_are_no_session_however_they_are_cut(name: str, cut: int) -> None:
    assert sessions_of(pcap(conversation(*OTHERS[name], cut=cut).segments)) == []


@pytest.mark.parametrize("name", ["HTTP", "SSH", "SMTP", "LPD"])
def test_other_protocols_are_no_session_from_any_point_on(name: str) -> None:
    segments = conversation(*OTHERS[name], cut=50).segments
    for first in range(len(segments)):
        assert sessions_of(pcap(segments[first:])) == []


@pytest.mark.parametrize("is_opened", [True, False], ids=["from its start", "from its middle"])
def test_random_bytes_are_no_session(is_opened: bool) -> None:
    chance = random.Random(2575)
    for _ in range(300):
        talk = Talk().open() if is_opened else Talk()
        for _ in range(chance.randint(1, 8)):
            talk.say(chance.randint(0, 1), chance.randbytes(chance.choice((1, 3, 50, 2000))))
        assert sessions_of(pcap(talk.segments)) == []


def test_megabytes_of_random_bytes_from_their_middle_are_no_session() -> None:
    chance = random.Random(2575)
    talk = Talk()
    for _ in range(40):
        talk.say(0, b"\x17\x03\x03\x40\x00" + chance.randbytes(1 << 14)).say(1, chance.randbytes(1 << 14))
    assert sessions_of(pcap(talk.segments), step=50_000) == []


@pytest.mark.parametrize("cut", [1, 1460])
@pytest.mark.parametrize(
    "begin",
    [
        (frame(2, RECORDS[1]), 0),  # the tail of a message
        (frame(1, RECORDS[0]), 1),
        (mllp(oru()), 1),
        (stx(oru()), 1),
        (b"\x0b\x0b" + mllp(oru()), 1),
    ],
    ids=["frame", "first frame", "block", "STX", "0B 0B"],
)
def test_conversation_is_found_in_its_middle(begin: tuple[bytes, int], cut: int) -> None:
    data, messages = begin
    talk = Talk().say(1, b"\x06").say(0, b"garbage \x05\x15 and more\r" * 300 + data, cut).say(1, b"\x06")
    (session,) = sessions_of(pcap(talk.segments))
    assert len(session.messages) == messages
    assert session.elements[0].data == data  # nothing of the garbage before it


@pytest.mark.parametrize("reply", [ACK, b"\x15", ENQ])
def test_enq_is_known_in_the_middle_by_its_answer_and_what_follows(reply: bytes) -> None:
    talk = Talk().say(0, ENQ).say(1, reply)
    assert sessions_of(pcap(talk.segments)) == []
    talk.say(0, ENQ).say(1, ACK)
    for number, record in enumerate(RECORDS, 1):
        talk.say(0, frame(number, record)).say(1, ACK)
    (session,) = sessions_of(pcap(talk.say(0, b"\x04").segments))
    assert [element.data for element in session.elements[:2]] == [ENQ, reply]
    assert session.messages == [b"".join(RECORDS).decode()]


def test_enq_and_ack_prove_nothing_in_the_middle() -> None:
    for following in (b"\x00\x01", b"hello", b"\x17\x03\x03"):
        talk = Talk().say(0, ENQ).say(1, ACK).say(0, following).say(1, ACK).say(0, ENQ)
        assert sessions_of(pcap(talk.segments)) == []


def test_frame_of_two_turns_is_no_beginning() -> None:
    whole = frame(2, RECORDS[1])
    talk = Talk().say(0, b"x" + whole[:9]).say(1, b"hello").say(0, whole[9:])
    assert sessions_of(pcap(talk.segments)) == []


def test_both_sides_of_a_beginning_are_kept() -> None:
    turns = astm_transfer()
    for first in range(2, len(turns) - 2):
        talk = Talk()
        for side, data in turns[first:]:
            talk.say(side, data)
        (session,) = sessions_of(pcap(talk.segments), step=1)
        kinds = [element.type.value for element in session.elements]
        begins = first + first % 2  # with a frame
        assert kinds == ["frame", "ack"] * ((len(turns) - 1 - begins) // 2) + ["end"]


# -- what may stand before a conversation --------------------------------------------------------------------------

EMPTY_BLOCK = b"\x0b\x1c\r"


@pytest.mark.parametrize("cut", [1, 1460])
@pytest.mark.parametrize(
    "before",
    [[(0, b"\x04")], [(0, b"\x15")], [(1, b"\x04")], [(1, b"\x04"), (0, b"\x04")], [(0, ACK), (1, b"\x04")]],
    ids=["EOT", "NAK", "EOT of the LIS", "EOT of both", "ACK and EOT"],
)
def test_control_bytes_before_a_transfer_hide_nothing(before: list[tuple[int, bytes]], cut: int) -> None:
    for transfers in (1, 40):
        turns = [*before, *(astm_transfer() * transfers)]
        found = sessions_of(pcap(conversation(*turns, cut=cut).segments))
        assert [session.messages for session in found] == [[b"".join(RECORDS).decode()]] * transfers


def test_eot_and_enq_in_one_segment_begin_a_transfer() -> None:
    (session,) = sessions_of(pcap(conversation((0, b"\x04" + ENQ), *astm_transfer()[1:]).segments))
    assert session.messages == [b"".join(RECORDS).decode()]


@pytest.mark.parametrize("cut", [1, 2, 1460])
@pytest.mark.parametrize(
    ("before", "empty"),
    [
        ([(0, EMPTY_BLOCK)], 1),
        ([(0, EMPTY_BLOCK), (1, EMPTY_BLOCK), (0, EMPTY_BLOCK)], 3),
        ([(0, b"\x1c\r")], 0),
        ([(0, b"\x1c\r\n")], 0),
    ],
    ids=["one block", "answered blocks", "the end of a block", "and LF"],
)
def test_blocks_with_nothing_in_them_hide_nothing(before: list[tuple[int, bytes]], empty: int, cut: int) -> None:
    turns = [*before, (0, mllp(oru())), (1, mllp(answer()))]
    (session,) = sessions_of(pcap(conversation(*turns, cut=cut).segments))
    assert session.messages == [""] * empty + [oru().decode(), answer().decode()]


@pytest.mark.parametrize("cut", [1, 2, 1460])
@pytest.mark.parametrize("turns", [[], [(1, b"\x00")], [(0, b"\x00\x01" * 50)]], ids=["alone", "answered", "followed"])
def test_blocks_with_nothing_in_them_prove_nothing(turns: list[tuple[int, bytes]], cut: int) -> None:
    for begin in (EMPTY_BLOCK, b"\x0b" * 20 + b"\x1c\r", b"\x1c\r" * 2500):
        assert sessions_of(pcap(conversation((0, begin), *turns, cut=cut).segments)) == []


@pytest.mark.parametrize("cut", [1, 5, 1460])
@pytest.mark.parametrize("data", [stx(oru()), frame(1, oru()), frame(1, RECORDS[0])], ids=["STX", "frame", "record"])
def test_device_that_sends_without_asking(data: bytes, cut: int) -> None:
    (session,) = sessions_of(pcap(conversation((0, data), (1, ACK), cut=cut).segments))
    assert [element.data for element in session.elements] == [data, ACK]


@pytest.mark.parametrize(
    "turns",
    [
        [(1, b"\x02\x15\x01"), (0, mllp(oru()))],
        [(0, b"\x02\x04"), (1, b"\r" + oru())],
        [(1, b"\x02"), (0, b"\n" + oru())],
        [(0, b"\x02H|\\"), (1, ACK), (0, b"^&\r\x03")],
    ],
)
def test_little_that_begins_with_stx_is_the_same_however_it_is_cut(turns: list[tuple[int, bytes]]) -> None:
    whole, *pieces = (
        [session.messages for session in sessions_of(pcap(conversation(*turns, cut=cut).segments))]
        for cut in (1460, 1, 2, 3)
    )
    assert pieces == [whole] * 3


# -- TLS ---------------------------------------------------------------------------------------------------------


def test_server_name_of_a_client_hello() -> None:
    assert tls.server_name(client_hello()) == "lis.example.org"
    assert tls.server_name(client_hello(padding=1500)) == "lis.example.org"
    assert tls.server_name(client_hello(None)) is None


@pytest.mark.parametrize(
    "name", [b"", b"a\x1b[31m", b"a b", b"<b>x</b>", b"\xc3\xbc.example", b"x" * 300, b"-x", b"a\r"]
)
def test_server_name_that_is_none_is_not_shown(name: bytes) -> None:
    assert tls.server_name(client_hello(name)) is None


def test_damaged_client_hello_names_nobody_and_fails_nowhere() -> None:
    hello = client_hello()
    for size in range(len(hello)):
        assert tls.server_name(hello[:size]) is None
    chance = random.Random(2575)
    for _ in range(2000):
        damaged = bytearray(hello)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        name = tls.server_name(bytes(damaged))
        assert name is None or (name.isascii() and name.isprintable() and len(name) <= 253)


@pytest.mark.parametrize("cut", [1, 100, 1460])
def test_tls_is_no_session_and_says_nothing_of_no_interest(cut: int) -> None:
    turns = [(0, client_hello(padding=2000)), (1, b"\x16\x03\x03\x00\x10" + mllp(answer()))]
    assert events_of(pcap(conversation(*turns, cut=cut).segments)) == []
