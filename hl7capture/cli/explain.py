"""`hl7capture explain`: what is wrong in captures, or in sessions on disk, with the evidence."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hl7capture.cli import options
from hl7capture.cli.captures import Captures
from hl7capture.cli.output import complain, print_line, printable
from hl7capture.hl7.findings.finding import Finding
from hl7capture.hl7.findings.link_report import LinkReport, link_reports
from hl7capture.hl7.findings.report import Report, reports_of
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.hl7.findings.words import count
from hl7capture.model.session import Session, is_session_id
from hl7capture.store.settings_file import SettingsFile

_HAS_ERRORS = 3


@click.command
@click.argument("names", nargs=-1, required=True, metavar="FILE|-|SESSIONID...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per session (and link) on standard output.")
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
    ids = [name for name in names if is_session_id(name)]
    captures = Captures(settings)
    captured = [session for name in names if not is_session_id(name) for session in captures.sessions(name)]
    asked = {session.session_id for session in captured} | set(ids)
    sessions = sorted([*captured, *_stored(ids, output_folder)], key=lambda session: session.start_time)
    reports = [report for report in reports_of(sessions, settings) if report.session.session_id in asked]
    links = link_reports(reports, captures.troubles, settings)
    if as_json:
        documents = [_document(report) for report in reports] + [
            _link_document(link) for link in links if link.findings
        ]
        for document in documents:
            sys.stdout.write(json.dumps(document, ensure_ascii=True) + "\n")
    else:
        _print(links)
    for notice in captures.notices:
        if notice.is_problem:  # the others are findings
            complain(notice.text)
    sys.exit(captures.exit_code or (_HAS_ERRORS if any(link.has_error for link in links) else 0))


def _stored(ids: Sequence[str], output_folder: Path | None) -> list[Session]:
    """Sessions on disk, and those around them, in which something of the same may show.

    Qt is imported here: captures do not need it.
    """
    found: dict[str, Session] = {}
    if ids:
        from hl7capture.cli.store import find_session, opened_store

        with opened_store(output_folder) as store:
            for session_id in ids:
                for session in store.neighbours(find_session(store, session_id)):
                    found.setdefault(session.session_id, session)
    return list(found.values())


def _print(links: Sequence[LinkReport]) -> None:
    """For people: a line for each link, what is wrong with it, then the sessions in which something was found."""
    if not links:
        click.echo("There is no session to explain.")
    advised: set[str] = set()
    for link in links:
        sessions = count(len(link.reports), "session") if link.reports else "no session"
        click.echo(printable(f"{link.name}, {sessions}: {link.verdict}"))
        if link.findings:
            click.echo()
            _print_findings(link.findings, advised)
        for report in link.reports:
            if report.findings:
                click.echo()
                print_line(report.session)
                _print_findings(report.findings, advised)
        click.echo()


def _print_findings(findings: Sequence[Finding], advised: set[str]) -> None:
    """Each advice once."""
    for finding in findings:
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


def _link_document(link: LinkReport) -> dict[str, Any]:
    """A link with connections that had no session."""
    return {
        "kind": "link",
        "deviceIP": link.device_ip,
        "lisIP": link.lis_ip,
        "lisPort": link.lis_port,
        "sessions": len(link.reports),
        "verdict": link.verdict,
        "findings": [_finding(finding) for finding in link.findings],
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
