"""Connections without a session: which servers they went to, what became of them, and what is to be told of it.

Nothing in such a connection says that messages were to be expected. The settings may say so, or what the same server
says to others. So everything is counted, and told once for each server where somebody waits for messages.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypeVar

from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.model.session import endpoint
from hl7capture.model.settings import Settings

End = tuple[str, int]  # address and port

MOST_SERVERS = MOST_LINKS = 10_000
MOST_TOLD = 100  # sentences: a scan of the network is no reason to tell of every address

_SENTENCES = {
    TroubleKind.REFUSED: "Connection refused by {}",
    TroubleKind.UNANSWERED: "Connection attempts to {} remain unanswered",
    TroubleKind.RESET_BY_SERVER: "Connection reset by {} before any message was seen",
    TroubleKind.RESET_BY_CLIENT: "Connection to {} reset by its client before any message was seen",
    TroubleKind.ENCRYPTED: "Connections to {} are encrypted (TLS); their messages cannot be read",
    TroubleKind.OTHER_SERVICE: "Connections to {} are answered by another service",
}  # a silent connection may be an idle one: nothing to tell of at once
_COUNTED = frozenset(
    (TroubleKind.REFUSED, TroubleKind.UNANSWERED, TroubleKind.RESET_BY_SERVER, TroubleKind.RESET_BY_CLIENT)
)
_TOO_MANY = "Connections to more servers fail; they are counted, and not told one by one"

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Server:
    speaks: bool = False  # messages
    numbers: dict[TroubleKind, int] = field(default_factory=dict)
    names: dict[TroubleKind, str] = field(default_factory=dict)
    told: set[TroubleKind] = field(default_factory=set)


@dataclass(slots=True)
class _Tally:
    """Times in nanoseconds."""

    first: int
    last: int
    number: int = 0
    name: str | None = None
    longest: int = 0
    still_open: int = 0


class LinkTroubles:
    """Knows which servers carry messages, and what failed at which server. What it keeps is bounded."""

    def __init__(self) -> None:
        self._servers: OrderedDict[End, _Server] = OrderedDict()
        self._tallies: OrderedDict[tuple[str, End, TroubleKind], _Tally] = OrderedDict()
        self._told = 0
        self.noted = 0  # how often something has changed

    def speaks(self, server: End) -> list[str]:
        """A connection to this server carries messages; the sentences that are to be told of it only now."""
        known = _noted(self._servers, server, _Server(), MOST_SERVERS)
        self.noted += bool(known.numbers) and not known.speaks  # they count from now on
        known.speaks = True
        return [text for kind in known.numbers if (text := self._sentence(server, kind)) is not None]

    def happened(
        self,
        kind: TroubleKind,
        client: End,
        server: End,
        opened: int,
        settings: Settings,
        *,
        name: str | None = None,
        silence: int = 0,
        is_open: bool = False,
    ) -> str | None:
        """What became of one more connection; the sentence to tell, if there is one.

        opened, silence: when it was opened, and how long nothing was said; nanoseconds. name: see LinkTrouble.
        """
        known = _noted(self._servers, server, _Server(), MOST_SERVERS)
        self.noted += 1
        known.numbers[kind] = known.numbers.get(kind, 0) + 1
        if name:
            known.names[kind] = name
        tally = _noted(self._tallies, (client[0], server, kind), _Tally(opened, opened), MOST_LINKS)
        tally.number += 1
        tally.first, tally.last = min(tally.first, opened), max(tally.last, opened)
        tally.name = name or tally.name
        tally.longest = max(tally.longest, silence)
        tally.still_open += is_open
        is_expected = _is_expected(kind, client[0], server, known, settings)
        return self._sentence(server, kind) if is_expected else None

    def totals(self) -> list[str]:
        """At the end of the capture: how often it was, where it was more than once."""
        return [
            f"{_SENTENCES[kind].format(endpoint(*server))} ({number} times)"
            for server, known in self._servers.items()
            for kind, number in known.numbers.items()
            if kind in known.told & _COUNTED and number > 1
        ]

    def links(self, settings: Settings) -> list[LinkTrouble]:
        """All that is known, in the order of its beginning."""
        found = [
            LinkTrouble(
                kind,
                client,
                *server,
                number=tally.number,
                first=tally.first // 1000 / 1000,
                last=tally.last // 1000 / 1000,
                name=tally.name,
                longest=tally.longest // 1000 / 1000,
                still_open=tally.still_open,
                is_expected=_is_expected(kind, client, server, self._servers.get(server, _Server()), settings),
            )
            for (client, server, kind), tally in self._tallies.items()
        ]
        return sorted(found, key=lambda trouble: (trouble.first, trouble.client, trouble.server_ip, trouble.kind))

    def _sentence(self, server: End, kind: TroubleKind) -> str | None:
        """The sentence for this server, if it was not told yet."""
        known = self._servers[server]
        if kind in known.told or kind not in _SENTENCES or self._told > MOST_TOLD:
            return None
        self._told += 1
        if self._told > MOST_TOLD:
            return _TOO_MANY
        known.told.add(kind)
        name = f" ({known.names[kind]})" if kind in known.names else ""
        return _SENTENCES[kind].format(endpoint(*server) + name)


def _is_expected(kind: TroubleKind, client: str, server: End, known: _Server, settings: Settings) -> bool:
    """Are messages to be expected there? TLS shows a name at most, so there an address in the settings is enough."""
    hosts = {settings.device_ip, settings.lis_ip} - {""} if kind is TroubleKind.ENCRYPTED else set()
    return known.speaks or server[1] == settings.lis_port or bool(hosts & {client, server[0]})


def _noted(kept: OrderedDict[_Key, _Value], key: _Key, new: _Value, most: int) -> _Value:
    """What is kept of the key, now the latest one. Where they are too many, the one not named for the longest goes."""
    value = kept.setdefault(key, new)
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
    return value
