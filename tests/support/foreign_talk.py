"""Conversations of software that is not ours, recorded by tcpdump in a network of their own.

    unshare --net python -m tests.support.foreign_talk FOLDER

writes `talk.pcap`, and `talk.json`: what the programs themselves say was sent, as a list of
{"port": of the server, "side": "device" or "lis", "hex": a block with its framing}. All data is invented.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hl7 import mllp as hl7_mllp
from hl7.client import MLLPClient
from hl7apy.mllp import AbstractHandler, MLLPServer

from tests.support.speech import answer, mllp, oru

HOST = "127.0.0.1"
PORTS = ONE_BY_ONE, PIPELINED, ONE_A_CONNECTION, LARGE = (2575, 2576, 2577, 2578)  # of the servers

_said: list[dict[str, Any]] = []


def _note(port: int, side: str, data: bytes) -> None:
    _said.append({"port": port, "side": side, "hex": data.hex()})


def large() -> bytes:
    """A result with so many segments that it fills many packets, even those of loopback."""
    line = b"OBX|1|NM|GLU^Glucose||5.4|mmol/L|3.9-6.1|N|||F\r"
    return oru("LARGE") + line * (400_000 // len(line))


# -- hl7: its client, blocking, and its server, asyncio ------------------------------------------------------------


async def _serve_hl7(port: int, limit: int = 1 << 20) -> asyncio.Server:
    async def on_client(reader: Any, writer: Any) -> None:
        number = 0
        while not reader.at_eof():
            try:
                block = await reader.readblock()
            except asyncio.IncompleteReadError:
                break
            number += 1
            _note(port, "device", mllp(block))
            reply = answer(f"{port}-{number}")
            _note(port, "lis", mllp(reply))
            writer.writeblock(reply)
            await writer.drain()
        writer.close()

    server: asyncio.Server = await hl7_mllp.start_hl7_server(on_client, HOST, port, limit=limit)
    return server


def _one_by_one(port: int, messages: list[bytes]) -> None:
    with MLLPClient(HOST, port) as client:
        for message in messages:
            client.send_message(message)


async def _pipelined(port: int, messages: list[bytes]) -> None:
    reader, writer = await hl7_mllp.open_hl7_connection(HOST, port)
    for message in messages:
        writer.writeblock(message)
    for _ in messages:
        await reader.readblock()
    writer.close()
    await writer.wait_closed()


async def _talk_hl7() -> None:
    servers = [await _serve_hl7(port) for port in (ONE_BY_ONE, PIPELINED, LARGE)]
    await asyncio.to_thread(_one_by_one, ONE_BY_ONE, [oru(f"A{number}") for number in range(5)])
    await _pipelined(PIPELINED, [oru(f"B{number}") for number in range(5)])
    await asyncio.to_thread(_one_by_one, LARGE, [large(), oru("C2")])
    for server in servers:
        server.close()
        await server.wait_closed()


# -- hl7apy: its server, which closes after every message ----------------------------------------------------------


class _Answering(AbstractHandler):  # type: ignore[misc]
    def reply(self) -> str:
        _note(ONE_A_CONNECTION, "device", mllp(self.incoming_message.encode()))
        reply = mllp(answer())
        _note(ONE_A_CONNECTION, "lis", reply)
        return reply.decode()


def _talk_hl7apy() -> None:
    server = MLLPServer(HOST, ONE_A_CONNECTION, {"ORU^R01^ORU_R01": (_Answering,)})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for number in range(3):
        with MLLPClient(HOST, ONE_A_CONNECTION) as client:
            client.send_message(oru(f"D{number}").rstrip())
    server.shutdown()
    server.server_close()
    thread.join(5)


# -- the recording -------------------------------------------------------------------------------------------------


@contextmanager
def _recorded(file: Path) -> Iterator[None]:
    command = ["tcpdump", "-i", "lo", "-B", "65536", "-U", "-w", str(file), "tcp"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tcpdump:
        assert tcpdump.stderr is not None
        assert b"listening" in tcpdump.stderr.readline()
        try:
            yield
            _wait_until_still(file)
        finally:
            tcpdump.terminate()


def _wait_until_still(file: Path) -> None:
    size, since = -1, time.monotonic()
    while time.monotonic() - since < 1.5:
        if file.stat().st_size != size:
            size, since = file.stat().st_size, time.monotonic()
        time.sleep(0.05)


def main() -> None:
    folder = Path(sys.argv[1])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with _recorded(folder / "talk.pcap"):
        asyncio.run(_talk_hl7())
        _talk_hl7apy()
    (folder / "talk.json").write_text(json.dumps(_said))


if __name__ == "__main__":
    main()
