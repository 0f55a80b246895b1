"""Sessions made by hand, and folders full of them."""

import time
from pathlib import Path

from hl7capture.model.elements import Direction, Element, ElementType, Framing
from hl7capture.model.session import EndReason, Session
from hl7capture.store.document import to_document

DAY_MS = 86_400_000
NOON = 1_795_255_200_000.0  # 2026-11-21


def session_of(number: int, *messages: str, **values: object) -> Session:
    """A closed MLLP session with these messages; one with a patient of its own where there are none."""
    messages = messages or (message_of(f"MRN-{number:06d}"),)
    start = NOON + number * 1000
    elements = [
        Element(n, start + n, Direction.DEVICE_TO_LIS, ElementType.MESSAGE, b"\x0b" + text.encode() + b"\x1c\r", n)
        for n, text in enumerate(messages)
    ]
    session = Session(
        f"20261121T{number // 3600:02d}{number // 60 % 60:02d}{number % 60:02d}.123Z-{number:08x}",
        number,
        "lab-pc-3",
        "eth0",
        "10.0.0.5",
        40_000 + number % 1000,
        "10.1.0.1",
        2575,
        Framing.MLLP,
        start,
        start + 500,
        is_complete=True,
        end_reason=EndReason.CLOSED,
        elements=elements,
        messages=list(messages),
    )
    for name, value in values.items():
        setattr(session, name, value)
    return session


def message_of(patient: str, size: int = 0) -> str:
    """An invented result; with so many characters, or a few more."""
    head = f"MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|20261121101530||ORU^R01^ORU_R01|M{patient}|P|2.5.1\r"
    head += f"PID|1||{patient}^^^LAB||Testmann^Tilda\rOBR|1|||GLU^Glucose\r"
    line = "OBX|{0}|NM|GLU-{0}^Glucose||5.{0}|mmol/L|3.9-6.1|N|||F\r"
    lines = [line.format(n) for n in range(1, max(1, (size - len(head)) // len(line)) + 1)]
    return head + "".join(lines)


def put(folder: Path, session: Session) -> Path:
    """The session as a file, as it would be saved now, but at once; an `_saved_at` of its own stays."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{session.session_id}.json"
    session.saved_at = session.saved_at or time.time() * 1000
    session.persisted_until = session.persisted_until or session.saved_at + 30 * DAY_MS
    path.write_bytes(to_document(session))
    return path
