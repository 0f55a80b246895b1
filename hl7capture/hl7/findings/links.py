"""What is wrong with a link where no session shows it: refused, not answered, reset, not to be read, silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.words import capital, count, duration, moment, name, other, span
from hl7capture.model.connection import End
from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.model.settings import Settings


class Stood(Protocol):
    """When messages could go over a connection: a session, or what is kept of one. Unix milliseconds."""

    @property
    def start_time(self) -> float: ...

    @property
    def end_time(self) -> float: ...


@dataclass(slots=True, frozen=True)
class LinkView:
    """A trouble, and the sessions of the same link. client: which end opens connections there."""

    trouble: LinkTrouble
    sessions: Sequence[Stood]
    client: End

    @property
    def stood_later(self) -> bool:
        """Did messages go over another connection of this link after the last of these, or at the same time?"""
        return any(session.end_time > self.trouble.last for session in self.sessions)

    @property
    def sequel(self) -> str:
        """What came of it, as evidence."""
        after = [session.start_time for session in self.sessions if session.start_time > self.trouble.last]
        if after:
            return f"Later a connection stood: the next session began at {moment(min(after))}."
        if self.stood_later:
            return "Another connection of the two stood at that time."
        if self.sessions:
            ended = max(session.end_time for session in self.sessions)
            return f"The last session before it ended at {moment(ended)}; none came after it."
        return "No connection of the two had a session."


class LinkRule:
    """One thing that may have become of connections.

    severity_if_harmless: where another connection of the link stood later, the client ended it itself, or nobody knows
    whether messages were to go there.
    """

    kinds: ClassVar[tuple[TroubleKind, ...]]
    code: ClassVar[str]
    severity: ClassVar[Severity]
    severity_if_harmless: ClassVar[Severity]
    advice: ClassVar[str]

    def text(self, view: LinkView, client: str, server: str, connections: str) -> str:
        """The sentence. client, server: what these ends are called; connections: `3 connections`."""
        raise NotImplementedError

    def evidence(self, view: LinkView) -> list[str]:
        return [view.sequel]

    def finding(self, view: LinkView) -> Finding:
        """The finding; it belongs to no session, so its session id is empty."""
        trouble = view.trouble
        client, server = name(view.client), name(other(view.client))
        is_harmless = view.stood_later or trouble.kind is TroubleKind.RESET_BY_CLIENT or not trouble.is_expected
        severity = self.severity_if_harmless if is_harmless else self.severity
        evidence = self.evidence(view)
        if not trouble.is_expected:
            evidence.append("Nothing says that messages were to go there; the setting lisPort would.")
        text = self.text(view, client, server, count(trouble.number, "connection"))
        return Finding(self.code, severity, capital(text), self.advice, "", trouble.first, (), tuple(evidence))


class Refused(LinkRule):
    kinds = (TroubleKind.REFUSED,)
    code = "connection-refused"
    severity, severity_if_harmless = Severity.ERROR, Severity.WARNING
    advice = (
        "See whether the receiving software runs and listens on this port, then whether a firewall rejects: the two "
        "look the same. See also whether the address and the port in the settings of the side that connects are right."
    )

    def text(self, view: LinkView, client: str, server: str, connections: str) -> str:
        return f"{server} refused {connections} of {client} {span(view.trouble.first, view.trouble.last)}."


class Unanswered(LinkRule):
    kinds = (TroubleKind.UNANSWERED,)
    code = "connection-unanswered"
    severity, severity_if_harmless = Severity.ERROR, Severity.WARNING
    advice = (
        "A firewall that drops, a wrong address, a machine that is off and software that takes no more connections "
        "look the same from here. Ask from the same place whether the address answers at all; then capture at the "
        "other end."
    )

    def text(self, view: LinkView, client: str, server: str, connections: str) -> str:
        when = span(view.trouble.first, view.trouble.last)
        return f"nobody answered when {client} asked {server} for {connections} {when}."


class ResetEarly(LinkRule):
    kinds = (TroubleKind.RESET_BY_SERVER, TroubleKind.RESET_BY_CLIENT)
    code = "connection-reset-early"
    severity, severity_if_harmless = Severity.ERROR, Severity.WARNING
    advice = (
        "Look into the log of the software on the side that the reset came from, at this time: servers drop whom they "
        "do not know, or one connection too many; a firewall in between does the same. Programs that only look whether "
        "a server is there do it on purpose."
    )

    def text(self, view: LinkView, client: str, server: str, connections: str) -> str:
        is_by_client = view.trouble.kind is TroubleKind.RESET_BY_CLIENT
        resetter, whose = (client, f"to {server}") if is_by_client else (server, f"of {client}")
        when = span(view.trouble.first, view.trouble.last)
        return f"{resetter} reset {connections} {whose} before any message was seen (RST), {when}."


class Encrypted(LinkRule):
    kinds = (TroubleKind.ENCRYPTED,)
    code = "encrypted"
    severity, severity_if_harmless = Severity.WARNING, Severity.WARNING
    advice = (
        "Nothing is wrong with that, but what is said there cannot be read by anybody in between: look into the logs "
        "of the two ends, or let them speak in the open for a trial."
    )

    def text(self, view: LinkView, client: str, server: str, connections: str) -> str:
        asked = f", for the name {view.trouble.name}" if view.trouble.name else ""
        were = "was" if view.trouble.number == 1 else "were"
        return f"{connections} of {client} to {server} {were} encrypted (TLS{asked})."

    def evidence(self, view: LinkView) -> list[str]:
        return [f"They were opened {span(view.trouble.first, view.trouble.last)}."]


class OtherService(LinkRule):
    kinds = (TroubleKind.OTHER_SERVICE,)
    code = "other-service"
    severity, severity_if_harmless = Severity.ERROR, Severity.WARNING
    advice = "Address or port is that of another service: correct it in the settings of the side that connects."

    def text(self, view: LinkView, client: str, server: str, connections: str) -> str:
        return f"{server} greeted {client} as another service ({view.trouble.name}) on {connections}."


class Silent(LinkRule):
    kinds = (TroubleKind.SILENT,)
    code = "connected-silent"
    severity, severity_if_harmless = Severity.NOTE, Severity.NOTE
    advice = (
        "That may be plain idleness: many devices connect long before they have something to say, and programs that "
        "watch a server connect and close. If results were due in this time, look into the device's queue and log: the "
        "connection was there."
    )

    def text(self, view: LinkView, client: str, server: str, connections: str) -> str:
        return f"{connections} of {client} to {server} stood, and nobody said anything."

    def evidence(self, view: LinkView) -> list[str]:
        trouble = view.trouble
        open_ones = f"{trouble.still_open:,} of them still stood when the capture ended." if trouble.still_open else ""
        return [
            f"Opened {span(trouble.first, trouble.last)}; the longest silence was {duration(trouble.longest)}.",
            *([open_ones] if open_ones else []),
        ]


LINK_RULES: tuple[LinkRule, ...] = (Refused(), Unanswered(), ResetEarly(), OtherService(), Encrypted(), Silent())
_RULE_OF = {kind: rule for rule in LINK_RULES for kind in rule.kinds}


def link_finding(trouble: LinkTrouble, sessions: Sequence[Stood], settings: Settings) -> Finding:
    """What there is to say of a trouble. sessions: those of the same link."""
    is_swapped = settings.device_ip == trouble.server_ip or settings.lis_ip == trouble.client
    view = LinkView(trouble, sessions, End.LIS if is_swapped else End.DEVICE)
    return _RULE_OF[trouble.kind].finding(view)
