"""TLS where HL7 was to be expected: told once for each server, for nobody can read what is said there.

Nothing in the bytes says that messages would be there, but the settings may, or what the same server says to others.
"""

from collections import OrderedDict
from typing import TypeVar

from hl7capture.model.session import endpoint
from hl7capture.model.settings import Settings

End = tuple[str, int]  # address and port

Value = TypeVar("Value")

_MOST_SERVERS = 4096
_MOST_TOLD = 1000  # nobody reads more; the counter of encrypted connections goes on


class EncryptedServers:
    """Knows which servers spoke HL7 or ASTM in the open, and which speak TLS; a sentence for each that is both."""

    def __init__(self) -> None:
        self._in_the_open: OrderedDict[End, None] = OrderedDict()
        self._untold: OrderedDict[End, str] = OrderedDict()  # what there is to tell, if somebody asks
        self._told: set[End] = set()

    def spoke_in_the_open(self, server: End) -> str | None:
        """A connection to this server carries messages; the sentence to tell of others, if there is one."""
        _note(self._in_the_open, server, None)
        text = self._untold.pop(server, None)
        return self._tell(server, text) if text is not None else None

    def spoke_tls(self, client: End, server: End, name: str | None, settings: Settings) -> str | None:
        """A connection to this server is encrypted; the sentence to tell, if there is one. name: the server's."""
        known_as = f" ({name})" if name else ""
        text = f"Connections to {endpoint(*server)}{known_as} are encrypted (TLS); their messages cannot be read"
        hosts = {settings.device_ip, settings.lis_ip} - {""}
        is_of_interest = server[1] == settings.lis_port or bool(hosts & {client[0], server[0]})
        if is_of_interest or server in self._in_the_open:
            return self._tell(server, text)
        if server not in self._told:
            _note(self._untold, server, text)
        return None

    def _tell(self, server: End, text: str) -> str | None:
        if server in self._told or len(self._told) >= _MOST_TOLD:
            return None
        self._told.add(server)
        return text


def _note(servers: OrderedDict[End, Value], server: End, value: Value) -> None:
    servers[server] = value
    servers.move_to_end(server)
    if len(servers) > _MOST_SERVERS:
        servers.popitem(last=False)
