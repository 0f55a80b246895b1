"""`hl7capture explain`: what is wrong in captures, or in sessions on disk, with the evidence."""

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hl7capture.cli import options
from hl7capture.cli.captures import Captures
from hl7capture.cli.output import complain, print_line, printable
from hl7capture.hl7.findings.finding import Finding
from hl7capture.hl7.findings.history import History
from hl7capture.hl7.findings.report import Report, report_of
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.model.session import Session, endpoint, is_session_id
from hl7capture.model.settings import Settings
from hl7capture.store.settings_file import SettingsFile

_HAS_ERRORS = 3


@click.command
@click.argument("names", nargs=-1, required=True, metavar="FILE|-|SESSIONID...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per session on standard output.")
@click.option("--validate", is_flag=True, help="Also what HL7 v2 says of the messages, as with validateMessages.")
@options.output_folder
def explain(names: tuple[str, ...], as_json: bool, validate: bool, output_folder: Path | None) -> None:
    """Says what went wrong, with the evidence and what to do (docs/findings.md).

    FILE: a capture, as `read` takes it; SESSIONID: a session on disk. Exit 3: there is a finding that is an error.
    """
    loaded = SettingsFile().load()
    for problem in loaded.problems:
        complain(problem)
    settings = loaded.settings.changed(validate_messages=True) if validate else loaded.settings
    captures = Captures(settings)
    sessions = [session for name in names if not is_session_id(name) for session in captures.sessions(name)]
    sessions += _stored([name for name in names if is_session_id(name)], output_folder)
    reports = _reports(sessions, settings)
    if as_json:
        for report in reports:
            sys.stdout.write(json.dumps(_document(report), ensure_ascii=True) + "\n")
    else:
        _print(reports)
    for notice in captures.notices:
        complain(notice)
    sys.exit(captures.exit_code or (_HAS_ERRORS if any(report.has_error for report in reports) else 0))


def _reports(sessions: Sequence[Session], settings: Settings) -> list[Report]:
    """Of all sessions together: an answer may stand in a later session, and a repeat in another connection."""
    history = History()
    ordered = sorted(sessions, key=lambda session: session.start_time)
    for session in ordered:
        history.take(session)
    return [report_of(session, history, settings) for session in ordered]


def _stored(ids: Sequence[str], output_folder: Path | None) -> list[Session]:
    """Sessions on disk. Qt is imported here: captures do not need it."""
    if not ids:
        return []
    from hl7capture.cli.store import find_session, opened_store

    with opened_store(output_folder) as store:
        return [find_session(store, session_id) for session_id in ids]


def _print(reports: Sequence[Report]) -> None:
    """For people: a line for each link, then the sessions in which something was found; each advice once."""
    links: dict[tuple[str, str, int], list[Report]] = defaultdict(list)
    for report in reports:
        session = report.session
        links[session.device_ip, session.lis_ip, session.lis_port].append(report)
    if not reports:
        click.echo("There is no session to explain.")
    advised: set[str] = set()
    for (device, lis, port), of_link in links.items():
        sessions = "1 session" if len(of_link) == 1 else f"{len(of_link):,} sessions"
        click.echo(printable(f"{device} → {endpoint(lis, port)}, {sessions}: {verdict_of(of_link)}"))
        for report in of_link:
            if report.findings:
                _print_report(report, advised)
        click.echo()


def _print_report(report: Report, advised: set[str]) -> None:
    click.echo()
    print_line(report.session)
    for finding in report.findings:
        where = f" Elements {', '.join(map(str, finding.elements[:10]))}" if finding.elements else ""
        more = ", …" if len(finding.elements) > 10 else ""
        click.echo(printable(f"  {finding.severity.upper()} {finding.code}: {finding.text}{where}{more}"))
        for sentence in finding.evidence:
            click.echo(printable(f"    {sentence}"))
        if finding.code not in advised:
            advised.add(finding.code)
            click.echo(printable(f"    What to do: {finding.advice}"))


def _document(report: Report) -> dict[str, Any]:
    session = report.session
    return {
        "sessionId": session.session_id,
        "startTime": session.start_time,
        "deviceIP": session.device_ip,
        "lisIP": session.lis_ip,
        "lisPort": session.lis_port,
        "verdict": verdict_of([report]),
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "text": finding.text,
        "time": finding.time,
        "elements": finding.elements,
        "evidence": finding.evidence,
        "advice": finding.advice,
    }
