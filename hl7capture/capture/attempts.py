"""Connections that came to nothing before anything was said: told once for each server of interest, then counted.

Such a connection has no session that could show it, and it is what a person looks for when results do not arrive.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum

from hl7capture.model.session import endpoint

End = tuple[str, int]  # address and port

MOST_SERVERS = 10_000
MOST_TOLD = 100  # sentences: a scan of the network is no reason to tell of every address


class Failure(StrEnum):
    """How an attempt failed, in words; {} is the server. A firewall that rejects looks like a server that refuses."""

    REFUSED = "Connection refused by {}"
    UNANSWERED = "Connection attempts to {} remain unanswered"
    RESET_BY_SERVER = "Connection reset by {} before any message was seen"
    RESET_BY_CLIENT = "Connection to {} reset by its client before any message was seen"


@dataclass(slots=True)
class _Server:
    has_sessions: bool = False
    failures: dict[Failure, int] = field(default_factory=dict)
    told: set[Failure] = field(default_factory=set)


class FailedAttempts:
    """Knows which servers had sessions, and what failed at which server."""

    def __init__(self) -> None:
        self._servers: OrderedDict[End, _Server] = OrderedDict()
        self._told = 0

    def had_session(self, server: End) -> list[str]:
        """A session has begun on this server; what is to be told of it only now."""
        known = self._known(server)
        known.has_sessions = True
        return [text for failure in known.failures if (text := self._first(server, failure)) is not None]

    def failed(self, server: End, failure: Failure, lis_port: int | None) -> str | None:
        """An attempt has failed; the sentence to tell, if there is one. lis_port: servers with it are of interest."""
        known = self._known(server)
        known.failures[failure] = known.failures.get(failure, 0) + 1
        return self._first(server, failure) if known.has_sessions or server[1] == lis_port else None

    def totals(self) -> list[str]:
        """At the end of the capture: how often it was, where it was more than once."""
        return [
            f"{failure.format(endpoint(*server))} ({known.failures[failure]} times)"
            for server, known in self._servers.items()
            for failure in known.failures
            if failure in known.told and known.failures[failure] > 1
        ]

    def _first(self, server: End, failure: Failure) -> str | None:
        told = self._servers[server].told
        if failure in told or self._told > MOST_TOLD:
            return None
        self._told += 1
        if self._told > MOST_TOLD:
            return "Connections to more servers fail; they are counted, and not told one by one"
        told.add(failure)
        return failure.format(endpoint(*server))

    def _known(self, server: End) -> _Server:
        known = self._servers.setdefault(server, _Server())
        self._servers.move_to_end(server)
        if len(self._servers) > MOST_SERVERS:
            self._servers.popitem(last=False)
        return known
