"""Escape sequences and the text that they mean."""

import pytest

from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.split import USUAL
from hl7capture.hl7.tree import delimiters_of


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("plain", "plain"),
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"C:\dir\F\x", r"C:\dir|x"),
        ("ends with \\", "ends with \\"),
        (r"\E\F\E\ ", "\\F\\ "),
        (r"\XC3A4\ \XE4\ \X0D0A\.", "ä ä \r\n."),
        (r"\H\high\N\ 5.4", "high 5.4"),
        (r"one\.br\two\.sp\three\.sp2\four", "one\ntwo\nthree\n\nfour"),
        (r"a\.sk3\b\.in+2\c\.ti-2\d\.fi\e\.nf\f\.ce\g", "a   bcdef\ng"),
        (r"\M2442\;3ED\C2842\ Taro", "山田 Taro"),
        (r"\M242844\0!\C2842\.", "丂."),
        (r"\C2849\5\C284A\~", "ｵ‾"),
        (r"\M242843\1=GQ\C2842\!", "굵한!"),
    ],
)
def test_meanings(raw: str, read: str) -> None:
    assert unescape(raw) == read


@pytest.mark.parametrize(
    "raw",
    [
        r"\X1\ ", r"\Xzz\ ", r"\X\ ", r"\Z9\ ", r"\Q\ ", r"\.xx\ ", r"\.sp100\ ", r"\.br2\ ", r"\P\ ",
        r"\C2D41\Å", r"\M2442\odd", r"\M2442\ä\C9999\b", r"\C28\ ",
    ],
)  # fmt: skip
def test_what_is_not_known_stays(raw: str) -> None:
    assert unescape(raw) == raw


def test_escapes_follow_the_delimiters_of_the_message() -> None:
    delimiters = delimiters_of("MSH#*+?%#APP")
    assert unescape(r"?F??S??R??T??E?\F\ ", delimiters) == r"#*+%?\F\ "
    assert unescape(r"\T\ ", USUAL._replace(subcomponent="")) == r"\T\ "
    assert unescape(r"\F\ ", USUAL._replace(escape="")) == r"\F\ "
    assert unescape(r"\P\ ", delimiters_of("MSH|^~\\&#|APP")) == "# "
