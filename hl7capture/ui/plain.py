"""Text from the wire, made safe to show: nothing is interpreted, and what is invisible becomes visible."""

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}


def visible(text: str, limit: int = 2000) -> str:
    """At most `limit` characters; control characters as pictures (␍), others without a glyph as their code (‹202E›)."""
    shown = text[:limit]
    if not shown.isprintable():  # nearly everything is
        shown = "".join(map(_visible, shown))
    return shown + "…" if len(text) > limit else shown


def plain_tip(text: str, limit: int = 2000) -> str:
    """For tool tips, which Qt and some trays read as markup where they look like it; lines stay lines."""
    return "\n".join(visible(line, limit) for line in text.split("\n")).replace("<", "‹")


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return _PICTURES.get(ord(character)) or f"‹{ord(character):04X}›"
