"""Plays the packets of a pcap file (microseconds, this machine's byte order, Ethernet) into an interface.

python -m tests.support.replay INTERFACE FILE
"""

import socket
import struct
import sys
from pathlib import Path


def main() -> None:
    interface, file = sys.argv[1:]
    capture = Path(file).read_bytes()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((interface, 0))
        at = 24
        while at < len(capture):
            (length,) = struct.unpack_from("I", capture, at + 8)
            wire.sendall(capture[at + 16 : at + 16 + length])
            at += 16 + length


if __name__ == "__main__":
    main()
