"""Live with software that is not ours: `mllp_send` of the package hl7 against the MLLP server of hl7apy."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hl7apy.mllp import AbstractHandler, MLLPServer
from hl7apy.parser import parse_message

from tests.integration.test_cli import Capture
from tests.support.rights import needs_capture_rights
from tests.support.speech import mllp, oru

heard: list[bytes] = []  # what the server was sent
replies: list[bytes] = []


class Answering(AbstractHandler):  # type: ignore[misc]
    """Accepts every result."""

    def reply(self) -> str:
        heard.append(self.incoming_message.encode())
        control_id = parse_message(self.incoming_message).msh.msh_10.value
        answer = (
            f"MSH|^~\\&|LIS|HOSPITAL|ANALYZER|LAB|20261121101531||ACK^R01^ACK|A-{control_id}|P|2.5.1\r"
            f"MSA|AA|{control_id}\r"
        )
        replies.append(answer.encode())
        return f"\x0b{answer}\x1c\r"


@pytest.fixture
def server() -> Iterator[MLLPServer]:
    heard.clear()
    replies.clear()
    made = MLLPServer("127.0.0.1", 0, {"ORU^R01^ORU_R01": (Answering,)})
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join(5)


@needs_capture_rights
def test_messages_and_acknowledgements_byte_for_byte(server: MLLPServer, tmp_path: Path) -> None:
    messages = [oru(f"MSG{n:05}") for n in range(3)]
    port = server.server_address[1]
    capture = Capture()
    for number, message in enumerate(messages):  # one a connection: the server closes after each
        file = tmp_path / f"{number}.hl7"
        file.write_bytes(mllp(message))
        subprocess.run(
            [Path(sys.executable).with_name("mllp_send"), "--file", file, "--port", str(port), "127.0.0.1"],
            check=True,
            timeout=30,
            capture_output=True,
        )
    documents = [capture.line() for _ in messages]
    code, others, _ = capture.end(signal.SIGTERM)
    assert (code, others) == (0, [])
    assert heard == [message.rstrip() for message in messages]  # mllp_send drops the last CR
    for document, message, reply in zip(documents, heard, replies, strict=True):
        assert (document["framing"], document["lisPort"], document["isComplete"]) == ("mllp", port, True)
        assert [(e["direction"], e["type"], bytes.fromhex(e["hexData"])) for e in document["elements"]] == [
            ("device-to-lis", "message", mllp(message)),
            ("lis-to-device", "message", mllp(reply)),
        ]
        assert document["messages"] == [message.decode(), reply.decode()]
