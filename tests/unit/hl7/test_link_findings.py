"""Findings of links: what they say, how much it matters, and where nothing is said."""

from dataclasses import replace

import pytest

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.link_report import LinkReport, link_reports
from hl7capture.hl7.findings.report import report_of
from hl7capture.hl7.findings.words import span
from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import DEVICE, LIS, MILLISECOND, START, conversation, pcap

NOW = START / MILLISECOND
MINUTE = 60_000.0
TALK = pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)
REFUSED = LinkTrouble(TroubleKind.REFUSED, DEVICE[0], *LIS, number=14, first=NOW, last=NOW + 18 * MINUTE)


def links(*troubles: LinkTrouble, sessions: list[Session] | None = None, **settings: object) -> list[LinkReport]:
    return link_reports([report_of(one) for one in sessions or []], troubles, Settings().changed(**settings))


def finding(trouble: LinkTrouble, sessions: list[Session] | None = None, **settings: object) -> Finding:
    (link,) = links(trouble, sessions=sessions, **settings)
    (found,) = link.findings
    return found


def test_a_refusal_says_how_often_and_when() -> None:
    found = finding(REFUSED)
    assert (found.code, found.severity) == ("connection-refused", Severity.ERROR)
    assert found.text == f"The LIS refused 14 connections of the device {span(NOW, NOW + 18 * MINUTE)}."
    assert found.evidence == ("No connection of the two had a session.",)
    assert (found.session_id, found.elements, found.time) == ("", (), NOW)


def test_where_it_went_well_later_it_is_a_warning() -> None:
    (session,) = sessions_of(TALK)
    before = finding(replace(REFUSED, first=NOW - 9 * MINUTE, last=NOW - 8 * MINUTE), [session])
    during = finding(replace(REFUSED, last=session.start_time), [session])
    assert before.severity is during.severity is Severity.WARNING
    assert "Later a connection stood" in before.evidence[0]
    assert during.evidence == ("Another connection of the two stood at that time.",)
    after = finding(REFUSED, [session])
    assert after.severity is Severity.ERROR
    assert "none came after it" in after.evidence[0]


def test_the_verdict_begins_with_the_link() -> None:
    (link,) = links(REFUSED, sessions=sessions_of(TALK))
    assert link.verdict.startswith("The LIS refused 14 connections of the device between")
    assert "answered" in link.verdict
    assert (link.name, link.has_error) == ("10.0.0.5 → 10.1.0.1:2575", True)


def test_a_note_is_no_part_of_a_verdict_except_where_nothing_else_is_known() -> None:
    silent = replace(REFUSED, kind=TroubleKind.SILENT)
    (link,) = links(silent, sessions=sessions_of(TALK))
    assert "nobody said anything" not in link.verdict
    (link,) = links(silent)
    assert "nobody said anything" in link.verdict
    assert not link.has_error


@pytest.mark.parametrize("kind", TroubleKind)
def test_what_went_where_no_messages_are_expected_counts_only_without_any_session(kind: TroubleKind) -> None:
    elsewhere = replace(REFUSED, kind=kind, server_port=22, is_expected=False)
    assert [link for link in links(elsewhere, sessions=sessions_of(TALK)) if link.findings] == []
    told = links(elsewhere)
    assert bool(told) is (kind in (TroubleKind.REFUSED, TroubleKind.UNANSWERED))
    for link in told:
        assert [found.severity for found in link.findings] == [Severity.WARNING]
        assert "lisPort" in link.findings[0].evidence[-1]


def test_a_server_of_another_capture_is_known() -> None:
    unknown = replace(REFUSED, is_expected=False)
    assert finding(unknown, sessions_of(TALK)).severity is Severity.ERROR


def test_several_captures_are_summed_up() -> None:
    later = replace(REFUSED, number=1, first=NOW + 40 * MINUTE, last=NOW + 41 * MINUTE)
    (link,) = links(REFUSED, later)
    assert "15 connections" in link.findings[0].text


def test_the_settings_say_who_is_who() -> None:
    found = finding(REFUSED, deviceIP=LIS[0])
    assert found.text.startswith("The device refused 14 connections of the LIS")


@pytest.mark.parametrize(
    ("kind", "text", "severity"),
    [
        (TroubleKind.UNANSWERED, "Nobody answered when the device asked the LIS for 14 connections", Severity.ERROR),
        (TroubleKind.RESET_BY_SERVER, "The LIS reset 14 connections of the device before any message", Severity.ERROR),
        (
            TroubleKind.RESET_BY_CLIENT,
            "The device reset 14 connections to the LIS before any message",
            Severity.WARNING,
        ),
        (TroubleKind.ENCRYPTED, "14 connections of the device to the LIS were encrypted (TLS, for", Severity.WARNING),
        (TroubleKind.OTHER_SERVICE, "The LIS greeted the device as another service (name)", Severity.ERROR),
        (TroubleKind.SILENT, "14 connections of the device to the LIS stood, and nobody said", Severity.NOTE),
    ],
)
def test_every_kind_has_its_words(kind: TroubleKind, text: str, severity: Severity) -> None:
    found = finding(replace(REFUSED, kind=kind, name="name", longest=45 * MINUTE, still_open=3))
    assert found.text.startswith(text)
    assert found.severity is severity
    if kind is TroubleKind.SILENT:
        assert "45 min" in found.evidence[0]
        assert "3 of them still stood" in found.evidence[1]
