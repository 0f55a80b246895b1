"""Which protocol a connection speaks, told from its first bytes; never from its port, and never from one byte.

What looks alike but is not: HTTP carries the same messages in its bodies, SOCKS5 begins with 05, LPD with 02, and TLS
records hold 0B and 1C 0D by chance.

A verdict is never revised: what is decided for some first bytes is decided for all that begin with them. So it does
not matter how the bytes were cut into packets.
"""

import re
from enum import Enum, auto

from hl7capture.capture.framing.control import CR, FS, HEADERS, LF, STX, VT, Markers
from hl7capture.capture.framing.dialects import LONGEST_HEADER, UNFRAMED

# More than this is not waited for.
DECISION_BYTES = 4096
_BLANKS = bytes((CR, LF, 0x20, 0x00))
_BLANKS_IN_BLOCK = b"\x0b \r\n\xef\xbb\xbf"  # 0B doubled, a byte order mark
_MOST_BLANKS_IN_BLOCK = 8
_HEADER = re.compile(b"(?:" + b"|".join(HEADERS) + rb")[^A-Za-z0-9]")
_TLS = re.compile(rb"\x16\x03[\x00-\x04]")


class Protocol(Enum):
    """What a connection speaks, as far as this program is concerned."""

    UNDECIDED = auto()
    MLLP = auto()
    UNFRAMED = auto()  # HL7 with nothing around it
    ENQ = auto()  # ENQ/ACK/EOT around E1381 frames or STX…CR LF
    TLS = auto()
    FOREIGN = auto()


def detect(said: tuple[bytes, bytes], speaker: int, markers: Markers) -> Protocol:
    """The verdict after `speaker` has said one more piece, on a connection whose opening was seen.

    said: all that the two sides have said so far.
    """
    mine, other = (said[side].lstrip(_BLANKS) for side in (speaker, 1 - speaker))
    verdict = _beginning(mine, other, markers)
    if verdict is Protocol.UNDECIDED and other:
        verdict = _beginning(other, mine, markers)  # the speaker may have answered
    if verdict is Protocol.UNDECIDED and max(map(len, said)) >= DECISION_BYTES:
        return Protocol.FOREIGN
    return verdict


def detect_at_end(said: tuple[bytes, bytes], markers: Markers) -> Protocol:
    """The verdict where no more will be said: ENQ without any answer is known by its repeats, or by its EOT."""
    control = (markers.enq, markers.ack, markers.nak, markers.eot)
    text = b"".join(part.strip(_BLANKS) for part in said)
    is_enquiry = len(text) > 1 and markers.enq in text and all(byte in control for byte in text)
    return Protocol.ENQ if is_enquiry else Protocol.FOREIGN


def _beginning(text: bytes, other: bytes, markers: Markers) -> Protocol:
    """What one side's first bytes tell."""
    if not text or text[0] in (markers.ack, markers.nak, markers.eot):
        return Protocol.UNDECIDED  # an answer: the other side tells
    if text[0] == VT:
        return _block_beginning(text)
    if text[0] == markers.enq:
        return _enquiry(text, other, markers)
    if _TLS.match(text):
        return Protocol.TLS
    if text[:3] in HEADERS or any(header.startswith(text) for header in HEADERS):
        return _unframed(text)
    return Protocol.UNDECIDED if text[0] == 0x16 and len(text) < 3 else Protocol.FOREIGN


def _block_beginning(text: bytes) -> Protocol:
    """0B and the first segment of a message or batch, or 0B and a commit byte of MLLP release 2."""
    if text[1:2] in (b"\x06", b"\x15"):
        return Protocol.UNDECIDED if len(text) < 3 else Protocol.MLLP if text[2] == FS else Protocol.FOREIGN
    inside = text.lstrip(_BLANKS_IN_BLOCK)
    if len(text) - len(inside) > 1 + _MOST_BLANKS_IN_BLOCK:
        return Protocol.FOREIGN
    if len(inside) >= 4:
        return Protocol.MLLP if _HEADER.match(inside) else Protocol.FOREIGN
    may_still_be = any(header.startswith(inside[:3]) for header in HEADERS)
    return Protocol.UNDECIDED if may_still_be else Protocol.FOREIGN


def _unframed(text: bytes) -> Protocol:
    """A header segment at the very beginning: its encoding characters tell it from words that begin alike."""
    if UNFRAMED.match(text):
        return Protocol.UNFRAMED
    return Protocol.UNDECIDED if len(text) < LONGEST_HEADER else Protocol.FOREIGN


def _enquiry(text: bytes, answer: bytes, markers: Markers) -> Protocol:
    """ENQ counts when the other side answers as E1381 wants it, or when what follows can be nothing else."""
    following = text.lstrip(bytes((markers.enq,)))
    if following[:1] == bytes((VT,)):
        return _block_beginning(following)
    if following[:1] == bytes((STX,)):
        # SOCKS5 with two methods is 05 02 and two small numbers.
        if len(following) == 1:
            return Protocol.UNDECIDED
        return Protocol.ENQ if 0x20 <= following[1] < 0x7F else Protocol.FOREIGN
    control = (markers.enq, markers.ack, markers.nak, markers.eot)
    if following and following[0] not in control:
        return Protocol.FOREIGN
    # Both may want to send at once (E1381-95 §6.2.7.1): what follows the other's ENQ tells. SOCKS5 answers 05 00.
    reply = answer.lstrip(bytes((markers.enq,)))
    if not reply:
        return Protocol.UNDECIDED
    return Protocol.ENQ if reply[0] in (*control, STX, VT) else Protocol.FOREIGN
