"""Messages decoded together have the text that each has by itself."""

from hypothesis import given
from hypothesis import strategies as st

from hl7capture.capture.text import decode, decode_together
from tests.support.speech import oru

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
    st.text(max_size=20).map(str.encode) | st.binary(max_size=20),
)


@given(st.lists(messages, min_size=1, max_size=4))
def test_text_is_the_same_together(said: list[bytes]) -> None:
    together = decode_together(b"\x00".join(said))
    if together is not None:
        assert together == "\x00".join(map(decode, said))


def test_plain_utf8_goes_together() -> None:
    assert decode_together(oru() + "Bürger".encode()) is not None
    assert decode_together(b"\xe4") is None
    assert decode_together(oru() + b"Big-5" + "Bürger".encode()) is None
