"""What goes wrong on a link before anything is said: such connections have no session that could show it."""

from dataclasses import dataclass
from enum import StrEnum


class TroubleKind(StrEnum):
    """What became of a connection. A firewall that rejects looks like a server that refuses."""

    REFUSED = "refused"  # RST to SYN
    UNANSWERED = "unanswered"  # SYN, SYN, SYN
    RESET_BY_SERVER = "reset-by-server"  # before anything was said that could be read
    RESET_BY_CLIENT = "reset-by-client"
    ENCRYPTED = "encrypted"  # TLS
    OTHER_SERVICE = "other-service"  # the server greets as something else
    SILENT = "silent"  # it stood, and nobody said anything


@dataclass(slots=True, frozen=True)
class LinkTrouble:
    """What became of all connections of one client to one server of which the same can be said.

    client, server_ip, server_port: who opened the connections, and to whom. number: of connections, at least 1.
    first, last: when the first and the last of them were opened, Unix milliseconds. name: the name that the client
    asked for (ENCRYPTED), or the kind of service (OTHER_SERVICE). longest: milliseconds that the longest silence took,
    and still_open: how many were not closed when the capture ended (SILENT).
    is_expected: messages are to be expected at this server: others went there, or the settings name it.
    """

    kind: TroubleKind
    client: str
    server_ip: str
    server_port: int
    number: int
    first: float
    last: float
    name: str | None = None
    longest: float = 0.0
    still_open: int = 0
    is_expected: bool = True
