"""The sample captures, always the same bytes: `python -m hl7capture.simulator.samples DIRECTORY`."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from hl7capture.model.elements import Framing
from hl7capture.simulator.conversation import conversation
from hl7capture.simulator.packets import pcap_stream
from hl7capture.wire.tcp_writer import DEVICE, LIS, TcpConnectionWriter

MESSAGES = 5
_SEED = 2575
_START = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)
_RATE = 0.5  # messages per second


def sample(framing: Framing) -> bytes:
    """The capture of one connection with MESSAGES messages."""
    turns = conversation(framing, MESSAGES, seed=_SEED, start=_START, rate=_RATE)
    # A port of its own: conversations that differ in nothing else would be taken for one and the same.
    writer = TcpConnectionWriter((DEVICE[0], DEVICE[1] + list(Framing).index(framing)), LIS)
    return b"".join(data for _, data in pcap_stream(turns, _START, writer))


def write_samples(directory: Path) -> list[Path]:
    """Writes one capture a framing: `mllp.pcap` and so on. Makes the directory where it is missing. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for framing in Framing:
        path = directory / f"{framing.value}.pcap"
        path.write_bytes(sample(framing))
        paths.append(path)
    return paths


def main(arguments: list[str] | None = None) -> int:
    """Exit 0: written, 1: not."""
    parser = argparse.ArgumentParser(
        prog="python -m hl7capture.simulator.samples", description="Writes the sample captures; all data is invented."
    )
    parser.add_argument("directory", type=Path, metavar="DIRECTORY")
    try:
        paths = write_samples(parser.parse_args(arguments).directory)
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be written: {error.strerror}.\n")
        return 1
    sys.stdout.write("".join(f"{path}\n" for path in paths))
    return 0


if __name__ == "__main__":
    sys.exit(main())
