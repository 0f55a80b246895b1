"""The messages of sessions, one behind the other: what HL7 viewers and editors open.

HL7 v2.5 §2.10.3: a file holds messages, each beginning with its header segment; FHS, BHS and their trailers around them
are optional, and left out. Every segment ends with CR (§2.5.3), also where its sender wrote LF.
"""

from collections.abc import Iterable, Iterator

from hl7capture.model.session import Session


def messages_of(sessions: Iterable[Session]) -> Iterator[bytes]:
    """All messages of the sessions in UTF-8, of both sides, in the order of the conversation."""
    for session in sessions:
        for message in session.messages:
            text = message.replace("\r\n", "\r").replace("\n", "\r").rstrip("\r")
            yield (text + "\r").encode("utf-8", "replace")
