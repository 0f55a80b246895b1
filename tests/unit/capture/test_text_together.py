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
    assert decode_together(BETWEEN.join(said), said) == list(map(decode, said))


def test_one_message_in_another_character_set_leaves_the_others_alone() -> None:
    plain = oru() + "Bürger named Big-5".encode()
    named = oru().replace(b"|P|2.5.1\r", b"|P|2.5.1||||||Big-5\r") + "漢字".encode("big5")
    said = [plain, named, b"B\xfcrger", plain]
    expected = [plain.decode(), named.decode("big5"), "Bürger", plain.decode()]
    assert decode_together(BETWEEN.join(said), said) == expected
