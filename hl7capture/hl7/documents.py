"""Documents inside messages: reports and pictures that devices put into OBX-5 (HL7 v2.5 §7.4.2, data type ED).

They are only taken out here, on demand. Nothing opens them, and nothing of their message names a file.
"""

import base64
import binascii
import re
from typing import NamedTuple

from hl7capture.hl7.escapes import unescape
from hl7capture.hl7.node import Node
from hl7capture.hl7.split import Delimiters

_ENCODINGS = {"BASE64": "Base64", "HEX": "Hex", "A": "A", "": "A"}  # table 0299
_BLANK = re.compile(r"\s+")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_HEAD = 512  # characters of the data that are looked at to tell its kind


class Kind(NamedTuple):
    """What a document is, in words and as the end of a file's name."""

    name: str
    suffix: str


_TEXT = Kind("text", ".txt")
_UNKNOWN = Kind("data of an unknown kind", ".bin")
_BY_CONTENT = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), Kind(name, suffix))
    for pattern, name, suffix in (
        (rb"%PDF-", "PDF", ".pdf"),
        (rb"\{\\rtf", "RTF", ".rtf"),
        (rb"\xff\xd8\xff", "JPEG picture", ".jpg"),
        (rb"\x89PNG\r\n", "PNG picture", ".png"),
        (rb"GIF8[79]a", "GIF picture", ".gif"),
        (rb"II\*\0|MM\0\*", "TIFF picture", ".tif"),
        (rb"BM.{4}\0\0\0\0", "BMP picture", ".bmp"),
        (rb"PK\x03\x04", "ZIP archive", ".zip"),
        (rb".{128}DICM", "DICOM", ".dcm"),
        (rb"\s*(?:<!doctype html|<html)", "HTML", ".html"),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml", "XML", ".xml"),
    )
)
# By what the message says, where the content does not tell: tables 0291 and 0191.
_BY_NAME = {
    "PDF": Kind("PDF", ".pdf"),
    "RTF": Kind("RTF", ".rtf"),
    "JPEG": Kind("JPEG picture", ".jpg"),
    "JPG": Kind("JPEG picture", ".jpg"),
    "PNG": Kind("PNG picture", ".png"),
    "GIF": Kind("GIF picture", ".gif"),
    "TIFF": Kind("TIFF picture", ".tif"),
    "HTML": Kind("HTML", ".html"),
    "XML": Kind("XML", ".xml"),
    "DICOM": Kind("DICOM", ".dcm"),
    "PLAIN": _TEXT,
    "TEXT": _TEXT,
    "TX": _TEXT,
    "FT": _TEXT,
}


class DocumentError(ValueError):
    """The data is not what its encoding says; the text names the place and the fault, and nothing of the data."""


class Document(NamedTuple):
    """A document as it stands in its message. encoding: "Base64", "Hex" or "A", which is none."""

    path: str
    kind: Kind
    encoding: str
    raw: str
    delimiters: Delimiters

    def content(self) -> bytes:
        """The document's bytes; text that was not encoded comes as UTF-8. Raises DocumentError."""
        try:
            return _decoded(unescape(self.raw, self.delimiters), self.encoding)
        except ValueError as error:
            raise DocumentError(
                f"The document in {self.path} cannot be read: it should be {self.encoding}, but {error}."
            ) from None


def document_in(node: Node, delimiters: Delimiters) -> Document | None:
    """The document that a field (or one of its repetitions) of type ED holds; None where it holds none.

    A reference (RP) says where a document is, which is never looked up; what some senders put into an RP as if it were
    an ED is taken all the same.
    """
    parts = node.children
    if node.datatype not in ("ED", "RP") or len(parts) < 5 or parts[0].path == node.path or not parts[4].value:
        return None
    encoding = _ENCODINGS.get(parts[3].value.strip().upper())
    if encoding is None or (node.datatype == "RP" and not parts[3].value):
        return None
    raw = parts[4].value
    return Document(node.path, _kind(raw[:_HEAD], encoding, parts[2].value, parts[1].value), encoding, raw, delimiters)


def _kind(head: str, encoding: str, *said: str) -> Kind:
    """What the data is, by its beginning, or else by what the message says."""
    whole = _BLANK.sub("", head)
    try:
        data = _decoded(head if encoding == "A" else whole[: len(whole) // 4 * 4], encoding)
    except ValueError:
        data = b""
    for pattern, kind in _BY_CONTENT:
        if pattern.match(data):
            return kind
    for name in said:
        # "application/pdf" occurs as well as "PDF".
        kind_by_name = _BY_NAME.get(name.strip().upper().rpartition("/")[2])
        if kind_by_name:
            return kind_by_name
    return _TEXT if encoding == "A" else _UNKNOWN


def _decoded(text: str, encoding: str) -> bytes:
    """The bytes of encoded data. Line breaks in it, and missing padding at its end, are common. Raises ValueError."""
    if encoding == "A":
        return text.encode("utf-8", "replace")
    digits = _BLANK.sub("", text)
    if encoding == "Hex":
        try:
            return binascii.unhexlify(digits.encode("ascii"))
        except ValueError:
            raise ValueError("it has other characters, or half a byte, in it") from None
    digits = digits.rstrip("=")
    wrong = _NOT_BASE64.search(digits)
    if wrong:
        raise ValueError(f"character {wrong.start() + 1} is none of Base64")
    if len(digits) % 4 == 1:
        raise ValueError("its end is missing")
    return base64.b64decode(digits + "=" * (-len(digits) % 4))
