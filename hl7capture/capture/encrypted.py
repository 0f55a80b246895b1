"""TLS where HL7 was to be expected: told once for each server, for nobody can read what is said there."""

from collections import OrderedDict
from typing import TypeVar

from hl7capture.model.session import endpoint
from hl7capture.model.settings import Settings

End = tuple[str, int]  # address and port

Value = TypeVar("Value")

_MOST_SERVERS = 10_000


class EncryptedServers:
    """Knows which servers spoke HL7 or ASTM in the open, and which speak TLS; a name for each that is both."""

    def __init__(self) -> None:
        self._in_the_open: OrderedDict[End, None] = OrderedDict()
        self._encrypted: OrderedDict[End, bool] = OrderedDict()  # whether it was told

    def spoke_in_the_open(self, server: End) -> str | None:
        """A session has begun on this server; the sentence to tell, if there is one."""
        _note(self._in_the_open, server, None)
        return self._told(server) if self._encrypted.get(server) is False else None

    def spoke_tls(self, client: End, server: End, settings: Settings) -> str | None:
        """A connection to this server is encrypted; the sentence to tell, if there is one."""
        if self._encrypted.get(server):
            return None
        _note(self._encrypted, server, False)
        hosts = {settings.device_ip, settings.lis_ip} - {""}
        is_of_interest = server[1] == settings.lis_port or bool(hosts & {client[0], server[0]})
        return self._told(server) if is_of_interest or server in self._in_the_open else None

    def _told(self, server: End) -> str:
        self._encrypted[server] = True
        return f"Connections to {endpoint(*server)} are encrypted (TLS); their messages cannot be read"


def _note(servers: OrderedDict[End, Value], server: End, value: Value) -> None:
    servers[server] = value
    servers.move_to_end(server)
    if len(servers) > _MOST_SERVERS:
        servers.popitem(last=False)
