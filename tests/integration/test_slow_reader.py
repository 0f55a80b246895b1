"""Whoever reads the documents of `capture --json` may be slow: nothing is lost between the lines."""

import json
import signal
import time

from tests.integration.test_cli import Capture
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.talk import talk

_SESSIONS = 12  # of 61 kB each: more than a pipe holds
_LONG = b"OBX|1|ST|NOTE||" + b"x" * 20_000 + b"\r"


@needs_capture_rights
def test_signal_while_the_program_waits_for_its_reader() -> None:
    capture = Capture("--no-persist")
    for number in range(_SESSIONS):
        talk([(0, mllp(oru(f"SLOW{number:02}") + _LONG)), (1, mllp(answer(f"SLOW{number:02}")))])
    time.sleep(1)  # now the pipe is full, and the program waits in the middle of a line
    capture.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    out, _ = capture.process.communicate(timeout=20)
    documents = [json.loads(line) for line in out.splitlines()]
    controls = [text.split("|")[9] for document in documents for text in document["messages"][:1]]
    assert [one for one in controls if one.startswith("SLOW")] == [f"SLOW{number:02}" for number in range(_SESSIONS)]
