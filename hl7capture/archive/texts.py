"""What PostgreSQL cannot hold in a text, and how it stands there instead.

jsonb takes every text but U+0000 (PostgreSQL manual, 8.14). In documents it stands as U+001A "0", and U+001A, which
thereby has another meaning, as U+001A "1"; so every document comes back as it was. JSON spells both as escapes, in
which alone they can be in a document's bytes: nothing need be taken apart, and documents without either stay untouched.
"""

import re

_ESCAPE = re.compile(rb"\\(u0000|u001[aA]|.)", re.DOTALL)
_STORED = re.compile(rb"\\(u001a[01]|.)", re.DOTALL)
_OUT = {b"u0000": rb"\u001a0", b"u001a": rb"\u001a1", b"u001A": rb"\u001a1"}
_BACK = {b"u001a0": rb"\u0000", b"u001a1": rb"\u001a"}


def to_jsonb(document: bytes) -> bytes:
    """A JSON document as jsonb takes it."""
    if rb"\u00" not in document:
        return document
    return _ESCAPE.sub(lambda match: _OUT.get(match[1], match[0]), document)


def from_jsonb(stored: bytes) -> bytes:
    """The document that was made to `stored`, as the server spells it."""
    if rb"\u001a" not in stored:
        return stored
    return _STORED.sub(lambda match: _BACK.get(match[1], match[0]), stored)
