"""Whether an interface is there and up, asked without any right and at no cost."""

import os
import socket
import struct
import sys
from contextlib import closing

_IFF_UP = 1
_SIOCGIFFLAGS = 0xC020_6911 if sys.platform == "darwin" else 0x8913  # sys/sockio.h; linux/sockios.h
_LONGEST_NAME = 15  # IFNAMSIZ - 1


def is_up(interface: str) -> bool | None:
    """False where it is down or gone; None where the system does not tell."""
    name = interface.encode()
    if os.name == "nt" or len(name) > _LONGEST_NAME:
        return None
    import fcntl

    try:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as any_socket:
            answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, struct.pack("16s24x", name))
    except OSError:
        return False
    flags: int = struct.unpack_from("H", answer, 16)[0]
    return bool(flags & _IFF_UP)
