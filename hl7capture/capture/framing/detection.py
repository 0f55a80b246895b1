"""Which protocol a connection speaks, told from its first bytes; never from its port, and never from one byte.

What looks alike but is not: HTTP carries the same messages in its bodies, SOCKS5 begins with 05, LPD with 02, and TLS
records hold 0B and 1C 0D by chance.
"""

import re
from enum import Enum, auto

from hl7capture.capture.framing.control import CR, FS, HEADERS, LF, STX, VT, Markers

# Enough for one E1381 frame (240 characters by the standard, a few thousand in the field).
DECISION_BYTES = 4096
_BLANKS = bytes((CR, LF, 0x20, 0x00))
_BLANKS_IN_BLOCK = b"\x0b \r\n\xef\xbb\xbf"  # 0B doubled, a byte order mark
_BLOCK = re.compile(rb"\x0b[\x0b\s\xef\xbb\xbf]{0,8}(?:" + b"|".join(HEADERS) + rb")[^A-Za-z0-9]")
_FRAME = re.compile(rb"\x02([0-7][^\x02\x03\x17]*[\x03\x17])([0-9A-Fa-f]{2})\r\n")
_STX_MESSAGE = re.compile(rb"\x02(?:MSH|FHS|BHS|H)[^A-Za-z0-9\s]")
_TLS = re.compile(rb"\x16\x03[\x00-\x04]")


class Protocol(Enum):
    """What a connection speaks, as far as this program is concerned."""

    UNDECIDED = auto()
    MLLP = auto()
    ENQ = auto()  # ENQ/ACK/EOT around E1381 frames or STX…CR LF
    TLS = auto()
    FOREIGN = auto()


def detect(said: tuple[bytes, bytes], markers: Markers, *, from_start: bool, is_final: bool = False) -> Protocol:
    """The protocol of a connection of which the two sides have said `said` so far.

    from_start: the first bytes are the connection's first; otherwise the capture began in the middle, and a beginning
    may stand anywhere. is_final: no more bytes will come.
    """
    if not from_start:
        return _detect_in_the_middle(said, markers, is_final)
    verdicts = [_beginning(said[side], said[1 - side], markers, is_final) for side in (0, 1) if said[side]]
    for protocol in (Protocol.MLLP, Protocol.ENQ, Protocol.TLS):
        if protocol in verdicts:
            return protocol
    if is_final or Protocol.FOREIGN in verdicts or max(map(len, said)) >= DECISION_BYTES:
        return Protocol.FOREIGN
    return Protocol.UNDECIDED


def _beginning(mine: bytes, other: bytes, markers: Markers, is_final: bool) -> Protocol:
    """What one side's first bytes tell."""
    text = mine.lstrip(_BLANKS)
    if not text or text[0] in (markers.ack, markers.nak, markers.eot):
        return Protocol.UNDECIDED  # an answer: the other side tells
    if text[0] == VT:
        return _block_beginning(text)
    if text[0] == markers.enq:
        return _enquiry(text, other.lstrip(_BLANKS), markers, is_final)
    if _TLS.match(text):
        return Protocol.TLS
    return Protocol.UNDECIDED if text[0] == 0x16 and len(text) < 3 else Protocol.FOREIGN


def _block_beginning(text: bytes) -> Protocol:
    if _BLOCK.match(text) or (len(text) >= 3 and text[1] in b"\x06\x15" and text[2] == FS):
        return Protocol.MLLP
    inside = text.lstrip(_BLANKS_IN_BLOCK)
    may_still_be = len(inside) < 4 and any(header.startswith(inside[:3]) for header in HEADERS)
    return Protocol.UNDECIDED if may_still_be or len(text) < 3 else Protocol.FOREIGN


def _enquiry(text: bytes, answer: bytes, markers: Markers, is_final: bool) -> Protocol:
    """ENQ counts when the other side answers as E1381 wants it, or when what follows can be nothing else."""
    behind = text.lstrip(bytes((markers.enq,)))
    if behind[:1] == bytes((VT,)):
        return _block_beginning(behind)
    if behind[:1] == bytes((STX,)):
        if len(behind) == 1:
            return Protocol.UNDECIDED
        # SOCKS5 with two methods is 05 02 and two small numbers.
        return Protocol.ENQ if 0x20 <= behind[1] < 0x7F else Protocol.FOREIGN
    control = (markers.enq, markers.ack, markers.nak, markers.eot)
    if behind and behind[0] not in control:
        return Protocol.FOREIGN
    if answer:
        is_answer = answer[0] in (markers.enq, markers.ack, markers.nak)
        is_plain = len(answer) == 1 or answer[1] in (*control, STX, VT)
        return Protocol.ENQ if is_answer and is_plain else Protocol.FOREIGN
    only_control = all(byte in control for byte in text)
    return Protocol.ENQ if is_final and only_control and len(text) > 1 else Protocol.UNDECIDED


def _detect_in_the_middle(said: tuple[bytes, bytes], markers: Markers, is_final: bool) -> Protocol:
    for mine, other in (said, said[::-1]):
        if _BLOCK.search(mine):
            return Protocol.MLLP
        if _STX_MESSAGE.search(mine) or any(_is_sound(match) for match in _FRAME.finditer(mine)):
            return Protocol.ENQ
        if mine[:1] == bytes((markers.enq,)) and _enquiry(mine, other, markers, is_final) is Protocol.ENQ:
            return Protocol.ENQ
        if _TLS.match(mine):
            return Protocol.TLS
    return Protocol.FOREIGN if is_final else Protocol.UNDECIDED


def _is_sound(frame: re.Match[bytes]) -> bool:
    return sum(frame[1]) & 0xFF == int(frame[2], 16)
