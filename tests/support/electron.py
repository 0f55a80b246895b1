"""Session files as the Electron app hl7-capture writes them; made here, from what is known of their form."""

import json
from pathlib import Path
from typing import Any

from tests.support.speech import ACK, ENQ, EOT, oru, stx

START = 1_795_255_200_000  # Unix milliseconds: 2026-11-21T10:00:00Z
TURNS: list[tuple[str, str, bytes]] = [
    ("device-to-pc", "start", ENQ),
    ("pc-to-device", "ack", ACK),
    ("device-to-pc", "message", stx(oru())),
    ("pc-to-device", "ack", ACK),
    ("device-to-pc", "end", EOT),
]


def electron_session(turns: list[tuple[str, str, bytes]] | None = None, **changed: Any) -> dict[str, Any]:
    """One session; `changed` replaces fields, None takes one away."""
    said = TURNS if turns is None else turns
    elements = [_element(number, *turn) for number, turn in enumerate(said)]
    session = {
        "id": "session-3",
        "sessionId": 3,
        "startTime": START,
        "deviceIP": "10.0.0.5",
        "lisIP": "10.1.0.1",
        "elements": elements,
        "messages": [data.decode("utf-8", "replace") for _, kind, data in said if kind == "message"],
        "isComplete": bool(said) and said[-1][1] == "end",
        "endTime": START + 10 * len(said),
        "persistedUntil": START + 30 * 86_400_000,
        "submissionStatus": "pending",
        "submissionAttempts": 0,
        "_metadata": {"version": "1.0.0", "savedAt": START + 1000, "retentionDays": 30},
    } | changed
    return {key: value for key, value in session.items() if value is not None}


def write_electron(path: Path, **changed: Any) -> Path:
    """A session file, in the app's layout."""
    path.write_text(json.dumps(electron_session(**changed), indent=2), encoding="utf-8")
    return path


def _element(number: int, direction: str, kind: str, data: bytes) -> dict[str, Any]:
    element = {
        "id": f"element-{START}-0.{number}",
        "timestamp": START + 10 * number,
        "direction": direction,
        "type": kind,
        "hexData": data.hex(),
        "rawBytes": {"type": "Buffer", "data": list(data)},
    }
    if kind == "message":
        element |= dict.fromkeys(("content", "decodedMessage"), data.decode("utf-8", "replace"))
    return element
