"""Messages decoded together have the text that each has by itself."""

from hypothesis import given
from hypothesis import strategies as st

from hl7capture.capture.text import decode, decode_together
from tests.support.speech import oru

BETWEEN = b"\x1c\r\x0b"
CHARSETS = (
    b"",
    b"UNICODE UTF-8",
    b"8859/1",
    b"GB 18030-2000",
    b"Big-5",
    b"KS X 1001",
    b"UNICODE UTF-16",
    b"ISO IR87",
    b"GBK",
    b"Shift_JIS",
    b"~ISO-IR 14",
)
messages = st.builds(
    lambda charset, text: oru().replace(b"|P|2.5.1\r", b"|P|2.5.1||||||" + charset + b"\r") + text,
    st.sampled_from(CHARSETS),
    (st.text(max_size=20).map(str.encode) | st.binary(max_size=20)).filter(lambda text: not {*text} & {*BETWEEN}),
)


@given(st.lists(messages, min_size=1, max_size=4))
def test_text_is_the_same_together(said: list[bytes]) -> None:
    together = decode_together(BETWEEN.join(said), said)
    if together is not None:
        assert together.split(BETWEEN.decode()) == list(map(decode, said))


def test_plain_utf8_goes_together() -> None:
    plain = oru() + "Bürger named Big-5".encode()
    assert decode_together(plain, [plain]) == plain.decode()
    assert decode_together(b"\xe4", [b"\xe4"]) is None
    named = oru().replace(b"|P|2.5.1\r", b"|P|2.5.1||||||Big-5\r")
    assert decode_together(plain + BETWEEN + named, [plain, named]) is None
