"""A character in another's place: of the same case and script, and as many bytes in the message's character set."""

import re
from functools import lru_cache

_POOLS = (
    "àáâãäåæçèéêëìíîïñòóôõöøùúûüý",
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ",
    "āăąćĉčďđēĕėęěĝğģĥĩīįĵķĺļľłńņňōőŕŗřśŝşšţťŧũūŭůűųźżž",
    "ĀĂĄĆĈČĎĐĒĔĖĘĚĜĞĢĤĨĪĮĴĶĹĻĽŁŃŅŇŌŐŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŹŻŽ",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "กขคงจฉชซญดตถทนบปผพฟมยรลวสหอ",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ",
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜ",
    "一七三上下中主人今他代以休何作光入公共分切初前力北十半南原友口古右同名向君吉和商土地夏外多大天夫女子安",
    "가나다라마바사아자차카타파하거너더러머버서어저처",
    "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c",
    "𠀀𠀁𠀂𠀃𠀄𠀅𠀆𠀇𠀈𠀉",
)
_RANGES = (("\u4e00", "\u9fff", 14), ("\uac00", "\ud7a3", 15), ("\u0300", "\u036f", 16))
# Typographic marks of names and texts, which say nothing; only where no other character can be meant.
_MARKS = frozenset("\u00a0\u2010\u2011\u2012\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u3000\u3001\u3002")
_UNMISTAKABLE = ("utf-8", "utf-16-le", "utf-16-be")
_SHIFTS = re.compile(rb"\x1b(?:\$?[()*+][0-~]|\$[@AB])|[\x0e\x0f]")


def other(character: str, number: int, charset: str) -> str:
    """A character that is not this one, chosen by a number from 0 to 255; ASCII that is no letter or digit stays."""
    if "0" <= character <= "9":
        return chr((ord(character) - 47 + number % 9) % 10 + 48)
    if "a" <= character <= "z":
        return chr((ord(character) - 96 + number % 25) % 26 + 97)
    if "A" <= character <= "Z":
        return chr((ord(character) - 64 + number % 25) % 26 + 65)
    if character.isascii() or (character in _MARKS and charset in _UNMISTAKABLE):
        return character
    choices = _choices(character, charset)
    return choices[number % len(choices)]


def own_bytes(character: str, charset: str) -> tuple[bytes, bytes]:
    """A character's bytes: those that change the set before it, and its own. Raises UnicodeEncodeError."""
    data = character.encode(charset)
    if charset.startswith("iso2022"):
        return b"".join(_SHIFTS.findall(data)), _SHIFTS.sub(b"", data)
    return b"", data


@lru_cache(maxsize=4096)
def _choices(character: str, charset: str) -> str:
    """What may take its place: of its own script if there is something, of any other else, at last of none."""
    kind = _measure(character, charset)
    if kind is None:
        return "x"
    own = [pool for pool in _POOLS if character in pool]
    own += [_POOLS[at] for first, last, at in _RANGES if first <= character <= last]
    if not own and character.isalpha():
        own = [pool for pool in _POOLS[:4] if pool.islower() == character.islower()]
    for pool in (*own, *_POOLS):
        fitting = "".join(one for one in pool if one != character and _measure(one, charset) == kind)
        if fitting:
            return fitting
    same = (chr(code) for code in range(0xA1, 0xFFE0) if not 0xD800 <= code < 0xE000)
    return next((one for one in same if one != character and _measure(one, charset) == kind), "x")


def _measure(character: str, charset: str) -> tuple[bytes, int] | None:
    """What two characters must have in common to stand in each other's place."""
    try:
        shift, data = own_bytes(character, charset)
    except UnicodeEncodeError:
        return None
    return shift, len(data)
