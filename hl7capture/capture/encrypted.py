"""Which encrypted connections are worth telling: those that would carry messages, were they not encrypted.

Nothing in the bytes says so, but the settings may, or what the same server says to others. Each server is told once.
"""

from collections import OrderedDict

from hl7capture.model.session import endpoint
from hl7capture.model.settings import Settings

_MOST_ENDPOINTS = 4096
_MOST_TOLD = 1000  # nobody reads more; the counter of encrypted connections goes on

Endpoint = tuple[str, int]  # address and port


class EncryptedServers:
    """Remembers servers: who carries messages, who encrypts, and of whom that was told."""

    def __init__(self) -> None:
        self._carriers: OrderedDict[Endpoint, str] = OrderedDict()
        self._untold: OrderedDict[Endpoint, str] = OrderedDict()  # encrypted, and nobody's interest so far
        self._told: set[Endpoint] = set()

    def carries(self, server: Endpoint) -> str | None:
        """A connection to `server` carries messages. What is to be told now of others to it, that were encrypted."""
        _keep(self._carriers, server, "")
        text = self._untold.pop(server, None)
        return self._tell(server, text) if text is not None else None

    def encrypts(self, client: Endpoint, server: Endpoint, name: str | None, settings: Settings) -> str | None:
        """A connection of `client` to `server` is encrypted; what is to be told of it. name: the server's, if known."""
        told_name = f", server name {name}" if name else ""
        text = f"{client[0]} → {endpoint(*server)} is encrypted (TLS{told_name}): its messages cannot be read"
        if server in self._carriers or _is_named(client, server, settings):
            return self._tell(server, text)
        if server not in self._told and server not in self._untold:
            _keep(self._untold, server, text)
        return None

    def _tell(self, server: Endpoint, text: str) -> str | None:
        if server in self._told or len(self._told) >= _MOST_TOLD:
            return None
        self._told.add(server)
        return text


def _is_named(client: Endpoint, server: Endpoint, settings: Settings) -> bool:
    """Do the settings say that this is a device and its LIS?"""
    addresses = (client[0], server[0])
    return settings.lis_port == server[1] or settings.device_ip in addresses or settings.lis_ip in addresses


def _keep(kept: OrderedDict[Endpoint, str], key: Endpoint, value: str) -> None:
    """Keeps it as the latest; the oldest goes."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST_ENDPOINTS:
        kept.popitem(last=False)
