"""What takes the place of a document inside a message: as long as it was, of the same kind, and empty."""

import base64
import re

from hl7capture.hl7.documents import Document

_NOTE = b"This document was removed when the message was de-identified."
_BLANK = re.compile(r"\s")
# How a document of each kind begins, so that it is still known for what it was. Only the PDF can be opened.
_BEGINNINGS = {
    ".pdf": (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 60]/Contents 4 0 R"
        b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        b"4 0 obj<</Length 90>>stream\nBT /F 12 Tf 20 25 Td (" + _NOTE + b") Tj ET\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    ),
    ".rtf": b"{\\rtf1 " + _NOTE + b"}",
    ".jpg": b"\xff\xd8\xff\xe0",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".gif": b"GIF89a",
    ".tif": b"II*\0",
    ".bmp": b"BM\0\0\0\0\0\0\0\0",
    ".zip": b"PK\x03\x04",
    ".dcm": bytes(128) + b"DICM",
    ".html": b"<!doctype html><p>" + _NOTE + b"</p>",
    ".xml": b"<?xml version='1.0'?><!-- " + _NOTE + b" -->",
}


def removed(document: Document) -> str | None:
    """What stands in its place, as long as its data; None where that is not encoded as it should be, or is text."""
    raw = document.raw
    digits = _BLANK.sub("", raw)
    if document.encoding == "A" or not digits or document.delimiters.escape in raw:
        return None
    if document.encoding == "Hex":
        size = len(digits) // 2
        made = _content(document.kind.suffix, size).hex().upper() + "0" * (len(digits) % 2)
    else:
        core = len(digits.rstrip("="))
        made = base64.b64encode(_content(document.kind.suffix, core * 3 // 4)).decode().rstrip("=")
        made = made.ljust(core, "A").ljust(len(digits), "=")
    rest = iter(made)
    return "".join(one if one.isspace() else next(rest) for one in raw)  # line breaks stay where they are


def _content(suffix: str, size: int) -> bytes:
    beginning = _BEGINNINGS.get(suffix, _NOTE + b"\n")
    return (beginning + b" " * size)[:size]
