"""Which protocol a connection speaks, told from its first bytes; never from its port, and never from one byte.

What looks alike but is not: HTTP carries the same messages in its bodies, SOCKS5 begins with 05, LPD with 02, and TLS
records hold 0B and 1C 0D by chance. So HL7 without framing counts only where it is the first that its side says.

A verdict is never revised: what is decided for some first bytes is decided for all that begin with them. So it does
not matter how the bytes were cut into packets.
"""

import re
from enum import Enum, auto

from hl7capture.capture.framing import tls
from hl7capture.capture.framing.control import COMMITS, FS, HEADERS, STX, VT, Markers
from hl7capture.capture.framing.header import BLANKS, NAMES, STX_MESSAGE, header_end, may_be_stx_message

# More than this is not waited for.
DECISION_BYTES = 4096
_BLANKS_IN_BLOCK = b"\x0b \r\n\xef\xbb\xbf"  # 0B doubled, a byte order mark
_MOST_BLANKS_IN_BLOCK = 8
_HEADER = re.compile(NAMES + rb"[^A-Za-z0-9]")
# The end of a block that began before, and blocks with nothing in them: some ask by one whether anybody is there.
_EMPTY_BLOCKS = re.compile(rb"\A(?:(?:\x0b[\x0b\r\n ]{0,8})?\x1c[\r\n \x00]*)+")


class Protocol(Enum):
    """What a connection speaks, as far as this program is concerned."""

    UNDECIDED = auto()
    MLLP = auto()
    UNFRAMED = auto()  # HL7 without any framing, at least at the beginning
    ENQ = auto()  # ENQ/ACK/EOT around E1381 frames or STX…CR LF
    TLS = auto()
    FOREIGN = auto()


def detect(said: tuple[bytes, bytes], speaker: int, markers: Markers) -> Protocol:
    """The verdict after `speaker` has said one more piece, on a connection whose opening was seen.

    said: all that the two sides have said so far.
    """
    mine, other = said[speaker][:DECISION_BYTES], said[1 - speaker][:DECISION_BYTES]
    verdict = _beginning(mine, other, markers)
    if verdict is Protocol.UNDECIDED and other and not _may_begin(mine):
        verdict = _beginning(other, mine, markers)  # the speaker may have answered
    if verdict is Protocol.UNDECIDED and max(map(len, said)) >= DECISION_BYTES:
        return Protocol.TLS if tls.greeter(said) is not None else Protocol.FOREIGN
    return verdict


def detect_at_end(said: tuple[bytes, bytes], markers: Markers) -> Protocol:
    """The verdict where no more will be said: ENQ without any answer is known by its repeats, or by its EOT."""
    if tls.greeter(said) is not None:
        return Protocol.TLS
    control = (markers.enq, markers.ack, markers.nak, markers.eot)
    text = b"".join(part.strip(BLANKS) for part in said)
    is_enquiry = len(text) > 1 and markers.enq in text and all(byte in control for byte in text)
    return Protocol.ENQ if is_enquiry else Protocol.FOREIGN


def _may_begin(said: bytes) -> bool:
    """Are these bytes too few to tell whether they begin something of their own, whatever the other side says?"""
    return bool(said.strip(BLANKS)) and (header_end(said) is None or tls.is_handshake(said) is not False)


def _beginning(said: bytes, other: bytes, markers: Markers) -> Protocol:
    """What one side's first bytes tell."""
    text = said.lstrip(BLANKS)
    if not text:
        return Protocol.UNDECIDED
    answers = bytes((markers.ack, markers.nak, markers.eot))
    if text[0] in answers:
        # A device may end what was before with EOT; else it is an answer, and the other side tells.
        text = text.lstrip(answers)
        if not text or text[0] not in (VT, markers.enq):
            return Protocol.UNDECIDED
    if text[0] in (VT, FS):
        return _block_beginning(text)
    if text[0] == markers.enq:
        return _enquiry(text, other.lstrip(BLANKS), markers)
    if text[0] == STX and not other.strip(BLANKS):
        return _message_beginning(text)
    is_tls = tls.is_handshake(said)
    if is_tls:
        return Protocol.TLS if other or tls.is_whole(said) else Protocol.UNDECIDED
    header = header_end(said)
    if header:
        return Protocol.UNFRAMED
    return Protocol.UNDECIDED if header is None or is_tls is None else Protocol.FOREIGN


def _block_beginning(text: bytes) -> Protocol:
    """0B and the first segment of a message or batch, or 0B and a commit byte of MLLP release 2.

    Blocks without anything in them prove nothing, nor does the end of one: what follows tells.
    """
    text = _EMPTY_BLOCKS.sub(b"", text)
    if not text:
        return Protocol.UNDECIDED
    if text[0] != VT:
        return Protocol.FOREIGN
    if len(text) > 1 and text[1] in COMMITS:
        return Protocol.UNDECIDED if len(text) < 3 else Protocol.MLLP if text[2] == FS else Protocol.FOREIGN
    inside = text.lstrip(_BLANKS_IN_BLOCK)
    if len(text) - len(inside) > 1 + _MOST_BLANKS_IN_BLOCK:
        return Protocol.FOREIGN
    if len(inside) >= 4:
        return Protocol.MLLP if _HEADER.match(inside) else Protocol.FOREIGN
    may_still_be = any(header.startswith(inside[:3]) for header in HEADERS)
    return Protocol.UNDECIDED if may_still_be else Protocol.FOREIGN


def _message_beginning(text: bytes) -> Protocol:
    """STX and the header of a message: a device that sends without asking. LPD begins with 02 (RFC 1179 §5.2)."""
    if STX_MESSAGE.match(text):
        return Protocol.ENQ
    return Protocol.UNDECIDED if may_be_stx_message(text) else Protocol.FOREIGN


def _enquiry(text: bytes, answer: bytes, markers: Markers) -> Protocol:
    """ENQ counts when the other side answers as E1381 wants it, or when what follows can be nothing else.

    SOCKS5 begins with 05, the number of methods, and that many small numbers; its answer is 05 and one of them.
    """
    control = bytes((markers.enq, markers.ack, markers.nak, markers.eot))
    verdict = _behind_control(text.lstrip(control))
    if verdict is not Protocol.UNDECIDED or len(text.lstrip(control)):
        return verdict
    # Both may want to send at once (E1381-95 §6.2.7.1): what follows the other's ENQ tells.
    reply = answer.lstrip(bytes((markers.enq,)))
    if not reply:
        return Protocol.UNDECIDED
    return Protocol.ENQ if reply[0] in control else _behind_control(reply)


def _behind_control(text: bytes) -> Protocol:
    """What follows ENQ, or other control bytes, in a transfer."""
    if not text:
        return Protocol.UNDECIDED
    if text[0] == VT:
        return _block_beginning(text)
    if text[0] == STX:
        return Protocol.UNDECIDED if len(text) == 1 else Protocol.ENQ if 0x20 <= text[1] < 0x7F else Protocol.FOREIGN
    return Protocol.FOREIGN
