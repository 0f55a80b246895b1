"""Text from the wire, made safe to show: nothing is interpreted, and what is invisible becomes visible."""

import unicodedata

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # controls, marks of direction, what has no glyph


def visible(text: str, limit: int = 2000) -> str:
    """At most `limit` characters, with control characters as pictures (␍) and hidden ones as their code (‹202E›)."""
    shown = "".join(map(_visible, text[:limit]))
    return shown + "…" if len(text) > limit else shown


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    picture = _PICTURES.get(ord(character))
    if picture:
        return picture
    return f"‹{ord(character):04X}›" if unicodedata.category(character) in _HIDDEN else character
