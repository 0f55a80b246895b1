"""Where characters stand in the bytes of a message and of its elements, and how its character set was chosen."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hl7capture.capture.text import read
from hl7capture.hl7.charset import Doubt, doubt_of, spoken
from hl7capture.hl7.places import Places, places_of
from hl7capture.model.elements import Element, ElementType
from hl7capture.model.session import Session
from tests.support.engine import sessions_of
from tests.support.speech import oru
from tests.support.wire import conversation, pcap

NAMES = {
    "8859/1": "Müller",
    "UNICODE UTF-8": "Müller 山田 𝄞",
    "GB 18030-2000": "张伟",
    "KS X 1001": "김철수",
    "BIG-5": "陳",
}
CODECS = dict(zip(NAMES, ("iso8859-1", "utf-8", "gb18030", "euc_kr", "big5"), strict=True))
DEPENDENT = ("iso2022_jp_ext", "iso2022_kr", "utf-16")  # what a character is depends on what stands before it


def message(charset: str, name: str) -> str:
    return f"MSH|^~\\&|A||||||ORU^R01|1|P|2.5.1||||||{charset}\rPID|1||4711||{name}^Tilda||19700101\r"


def check(text: str, places: Places) -> None:
    """Each character is where it is said to be, and nothing lies between them."""
    codec = places.decoded.charset.removesuffix("-sig")
    assert places.in_message(0, len(text))[1] == len(places.data)
    for at, character in enumerate(text):
        start, end = places.in_message(at, at + 1)
        if codec not in DEPENDENT:
            assert places.data[start:end].decode(codec) == character
        assert places.in_message(at + 1, len(text))[0] == end


@pytest.mark.parametrize("charset", NAMES)
def test_characters_of_every_set_are_found(charset: str) -> None:
    text = message(charset, NAMES[charset])
    data = b"\x0b" + text.encode(CODECS[charset]) + b"\x1c\r"
    places = places_of(text, [Element(3, 0.0, "device-to-lis", ElementType.MESSAGE, data)])  # type: ignore[arg-type]
    assert places is not None
    check(text, places)
    start = text.index(NAMES[charset])
    first, last = places.in_element(3, start, start + len(NAMES[charset])) or (0, 0)
    assert data[first:last].decode(CODECS[charset]) == NAMES[charset]
    assert [places.character_at(3, byte) for byte in (first, last - 1)] == [start, start + len(NAMES[charset]) - 1]
    assert places.character_at(3, 0) is None
    assert places.character_at(3, len(data) - 1) is None
    assert places.in_element(4, 0, 1) is None
    assert doubt_of(places.decoded) is None


@given(st.binary(max_size=60))
@example("MSH|^~\\&|ä".encode())
@example(b"\0\xef\xbb\xbf")
@example(b"\xef\xbb\xbfMSH|^~\\&|\xc3\xa4")
@example("MSH|^~\\&|ä".encode("utf-16-le"))
@example("\ufeffMSH|^~\\&|ä".encode("utf-16-be"))
@example(b"MSH|^~\\&|||||||||||||||||~ISO IR87\rPID|||||\x1b$B;3ED\x1b(B^A")
def test_any_bytes_have_their_places(data: bytes) -> None:
    decoded = read(data)
    check(decoded.text, Places(decoded, data, ()))


@pytest.mark.parametrize(
    ("charset", "codec", "name", "doubt"),
    [
        ("", "utf-8", "Müller", Doubt.UNDECLARED),
        ("", "iso8859-1", "Müller", Doubt.UNDECLARED),
        ("ASCII", "iso8859-1", "Müller", Doubt.UNFIT),
        ("8859/1", "utf-8", "Müller", Doubt.UNFIT),
        ("UNICODE UTF-8", "iso8859-1", "Müller", Doubt.UNFIT),
        ("UNICODE UTF-16", "utf-8", "Müller", Doubt.UNFIT),
        ("CNS 11643-1992", "utf-8", "陳", Doubt.UNKNOWN),
        ("8859/2", "iso8859-2", "Łukasz", None),
        ("ISO-8859-15", "iso8859-15", "œuvre", None),
        ("WINDOWS-1252", "cp1252", "„Müller“", None),
        ("ISO IR14", "shift_jis", "ﾔﾏﾀﾞ", None),
        ("~ISO IR87", "iso2022_jp", "山田", None),
        ("ISO IR6~ISO IR159", "iso2022_jp_1", "丂", None),
        ("ASCII", "iso2022_jp", "山田", Doubt.UNFIT),
        ("KS X 1001", "iso2022_kr", "김철수", None),
        ("UNICODE UTF-8", "ascii", "Mueller", None),
        ("nonsense", "ascii", "Mueller", None),
    ],
)
def test_what_is_guessed_is_said(charset: str, codec: str, name: str, doubt: Doubt | None) -> None:
    text = message(charset, name)
    decoded = read(text.encode(codec))
    assert decoded.text == text
    assert doubt_of(decoded) is doubt


def test_utf16_is_known_by_its_header() -> None:
    for codec in ("utf-16-le", "utf-16-be", "utf-16"):
        decoded = read(message("UNICODE UTF-16", "Müller").encode(codec))
        assert decoded.text == message("UNICODE UTF-16", "Müller")
        assert spoken(decoded.charset) == "UTF-16"


def test_a_character_set_has_the_name_that_people_use() -> None:
    assert [spoken(name) for name in ("iso8859-15", "cp1252", "utf-8-sig")] == ["ISO 8859-15", "Windows-1252", "UTF-8"]


# -- through the frames ------------------------------------------------------------------------------------------


def places_in(session: Session, number: int) -> Places | None:
    carried = [element for element in session.elements if element.message == number]
    return places_of(session.messages[number], carried)


def session_of(*said: tuple[int, bytes]) -> Session:
    (session,) = sessions_of(pcap(conversation(*said).segments))
    return session


@pytest.mark.parametrize(
    "block",
    [
        b"\x0b%b\x1c\r", b"\x0b\x0b%b\x1c\r", b"\x0b%b\x1c\x1c\r", b"\x0b%b\x1c\r\x1c\r", b"\x0b%b\x1c\r\n",
        b"\x0b%b\x1c", b"\x02%b\r\n", b"%b",
    ],
)  # fmt: skip
def test_blocks_of_every_dialect(block: bytes) -> None:
    said = [(0, b"\x05"), (1, b"\x06")] if block[:1] == b"\x02" else []
    session = session_of(*said, (0, block % oru()), (1, b"\x06") if said else (1, b"\x0b" + oru("A") + b"\x1c\r"))
    places = places_in(session, 0)
    assert places is not None
    (element,) = (element for element in session.elements if element.message == 0)
    start = session.messages[0].index("PID")
    first, last = places.in_element(element.id, start, start + 3) or (0, 0)
    assert element.data[first:last] == b"PID"


def frame(number: int, text: bytes, end: bytes = b"\x03") -> bytes:
    body = b"%d" % number + text + end
    return b"\x02" + body + b"%02X\r\n" % (sum(body) & 0xFF)


def test_records_in_frames_one_of_them_cut_and_one_sent_again() -> None:
    result = "R|1|^^^GLU|5.4|µmol/L\r".encode()
    session = session_of(
        (0, b"\x05"), (1, b"\x06"), (0, frame(1, b"H|\\^&|||A\r")), (1, b"\x06"),
        (0, frame(2, result[:11], b"\x17")), (1, b"\x15"), (0, frame(2, result[:11], b"\x17")), (1, b"\x06"),
        (0, frame(3, result[11:])), (1, b"\x06"), (0, frame(4, b"L|1|N")), (1, b"\x06"), (0, b"\x04"),
    )  # fmt: skip
    text = session.messages[0]
    places = places_in(session, 0)
    assert places is not None
    check(text, places)
    carried = [element.id for element in session.elements if element.message == 0]
    assert len(carried) == 5
    start = text.index("5.4")
    assert [places.in_element(number, start, start + 3) is not None for number in carried] == [
        False,
        False,
        False,
        True,
        False,
    ]
    whole = [places.in_element(number, text.index("R|"), text.index("L|1")) for number in carried]
    assert [span is not None for span in whole] == [
        False,
        False,
        True,
        True,
        False,
    ]  # what was refused is no part of it


def test_very_large_messages_have_places_where_a_character_is_a_byte() -> None:
    for name, is_known in (("Mueller", True), ("Müller", False)):
        data = b"\x0b" + (message("UNICODE UTF-8", name) + "x" * (16 << 20)).encode() + b"\x1c\r"
        element = Element(0, 0.0, "device-to-lis", ElementType.MESSAGE, data)  # type: ignore[arg-type]
        is_found = places_of(data[1:-2].decode(), [element]) is not None
        assert is_found is is_known


def test_a_text_from_elsewhere_has_no_places() -> None:
    element = Element(0, 0.0, "device-to-lis", ElementType.MESSAGE, b"\x0b" + oru() + b"\x1c\r")  # type: ignore[arg-type]
    assert places_of("MSH|^~\\&|other\r", [element]) is None
    assert places_of("MSH", []) is None
