"""What a message says about answers: whether it wants one, whether it is one (HL7 v2.5 §2.9, §2.13.1).

This runs for every message of a live capture, so it cuts the header and the first MSA, and nothing else.
"""

import msgspec

from hl7capture.hl7.header import Header, header_of
from hl7capture.hl7.standard import standard_of
from hl7capture.model.session import Session
from hl7capture.turns import give_way

_ALWAYS = "AL"  # HL7 table 0155
_NEGATIVE = frozenset({"AE", "AR", "CE", "CR", "NAK"})


class Words(msgspec.Struct, frozen=True, gc=False):
    """header: of ER7 that begins with one.
    control_id: MSH-10; of a batch FHS-11, BHS-11.
    wants_commit, wants_application: an answer of this kind must come; where the header says nothing of it (original
        mode) any answer will do, and both are False.
    wants_any: an answer must come, of whatever kind.
    is_answer: it answers another message, so it wants none itself.
    code, acknowledges: MSA-1 and MSA-2; of a batch the worst code in it, and FHS-12, BHS-12.
    """

    header: Header | None = None
    control_id: str = ""
    wants_commit: bool = False
    wants_application: bool = False
    wants_any: bool = True
    is_answer: bool = False
    code: str = ""
    acknowledges: str = ""


def words_in(session: Session, message: int) -> Words:
    """What a message of the session says; noted where it has just been captured."""
    known: list[Words] = session.words
    return known[message] if message < len(known) else words_of(session.messages[message])


def note_words(session: Session) -> None:
    """For the thread that captures: who shows, counts and judges the session finds the words of its messages there."""
    for message in range(len(session.words), len(session.messages)):
        give_way()
        session.words.append(words_of(session.messages[message]))


def is_negative(code: str) -> bool:
    """AE, AR, CE, CR (HL7 table 0008), NAK."""
    return code in _NEGATIVE


def is_commit(code: str) -> bool:
    """True for what says only that a message has arrived safely: CA, CE, CR, and the control bytes."""
    return code[:1] == "C" or code in ("ACK", "NAK")


def words_of(text: str) -> Words:
    """Never raises. A text that is no ER7 is a message that wants an answer and has no id."""
    header = header_of(text)
    if header is None:
        at = _find_msa(text, "|")
        is_answer = at >= 0 and standard_of(text) == "hl7"
        return _answer(None, "", *_acknowledged(text, at, "|", "^")) if is_answer else Words()
    at = _find_msa(text, header.separator)
    if at >= 0:
        code, acknowledges = _acknowledged(text, at, header.separator, header.component)
        return _answer(header, header.control_id, code, header.acknowledges if header.is_batch else acknowledges)
    if header.acknowledges or header.type in ("ACK", "MCF"):
        return _answer(header, header.control_id, "", header.acknowledges)
    commit, application = header.accept, header.application
    if not commit and not application:
        return Words(header, header.control_id)
    wants_commit, wants_application = commit.upper() == _ALWAYS, application.upper() == _ALWAYS
    return Words(header, header.control_id, wants_commit, wants_application, wants_commit or wants_application)


def _answer(header: Header | None, control_id: str, code: str, acknowledges: str) -> Words:
    return Words(header, control_id, wants_any=False, is_answer=True, code=code, acknowledges=acknowledges)


def _acknowledged(text: str, at: int, separator: str, component: str) -> tuple[str, str]:
    """MSA-1 and MSA-2 of the MSA that begins there; the worst MSA-1 where there are more of them."""
    worst, acknowledges = _code_and_id(text, at, separator, component)
    while (at := _find_msa(text, separator, at + 3)) >= 0:
        code, _ = _code_and_id(text, at, separator, component)
        if is_negative(code) and not is_negative(worst):
            worst = code
    return worst, acknowledges


def _code_and_id(text: str, at: int, separator: str, component: str) -> tuple[str, str]:
    end = text.find("\r", at)
    line = text[at:] if end < 0 else text[at:end]
    _, code, acknowledges, *_ = (*line.partition("\n")[0].split(separator, 3), "", "")
    return code.partition(component)[0].strip().upper(), acknowledges.partition(component)[0]


def _find_msa(text: str, separator: str, start: int = 0) -> int:
    """Where the next MSA segment begins; -1 where there is none."""
    wanted = "MSA" + separator
    if start == 0 and text.startswith(wanted):
        return 0
    at = text.find(wanted, start)
    while at > 0 and text[at - 1] not in "\r\n":
        at = text.find(wanted, at + 1)
    return at
