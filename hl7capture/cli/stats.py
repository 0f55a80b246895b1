"""`hl7capture stats`: which values stand at a place in messages, and how often."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hl7capture.cli import options
from hl7capture.cli.cancelling import cancel_at_signals
from hl7capture.cli.captures import Captures
from hl7capture.cli.output import FAILED, complain, fail, print_columns, printable, shown_progress
from hl7capture.cli.where import filter_of, where_option
from hl7capture.hl7.distribution import Distribution, Numbers, Values
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.paths import path_of
from hl7capture.model.session import Session, is_session_id
from hl7capture.model.settings import Settings
from hl7capture.store.settings_file import SettingsFile

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter
    from hl7capture.model.session_summary import SessionSummary
    from hl7capture.store.session_store import SessionStore

_NONE = "(none)"
_OFTEN = 3  # values that a group's line names


@click.command
@click.argument("field", metavar="FIELD")
@click.argument("names", nargs=-1, metavar="[FILE|-|SESSIONID]...")
@click.option("--by", metavar="FIELD2", help="For each value of another place: OBX[*]-5 --by OBX-3.1.")
@where_option
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="The N most often.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@options.output_folder
def stats(
    field: str,
    names: tuple[str, ...],
    by: str | None,
    where: str,
    top: int,
    as_json: bool,
    output_folder: Path | None,
) -> None:
    """Tells which values a field has, how often, and of numbers their range (docs/messages.md).

    FIELD: a place in messages, as a filter has it: PID-8, MSH-9, OBX[*]-5 (all OBX), R[*]-4. Of all sessions on disk;
    or of captures (FILE) and of single sessions (SESSIONID), where some are named.
    """
    try:
        distribution = Distribution(path_of(field), path_of(by) if by else None)
    except FilterError as error:
        fail(error.problem, usage=True)
    wanted = filter_of(where)
    loaded = SettingsFile().load()
    for problem in loaded.problems:
        complain(problem)
    counting = _Counting(loaded.settings, wanted, output_folder)
    cancel_at_signals(counting.stop)
    sessions = 0
    for session in counting.sessions(names):
        sessions += 1
        for message in list(session.messages):
            distribution.take(message)
    title = field.strip().upper(), by.strip().upper() if by else None
    if as_json:
        sys.stdout.write(json.dumps(_document(*title, distribution, sessions, top), ensure_ascii=True) + "\n")
    else:
        _print(*title, distribution, sessions, top)
    counting.end()


class _Counting:
    """The sessions that are counted. What cannot be read is said, and the rest is counted."""

    def __init__(self, settings: Settings, wanted: "Filter | None", output_folder: Path | None) -> None:
        self._captures = Captures(settings)
        self._wanted = wanted
        self._output_folder = output_folder
        self._exit_code = 0

    def stop(self) -> None:
        self._captures.stop()

    def sessions(self, names: tuple[str, ...]) -> Iterator[Session]:
        """Those that were named, or all on disk."""
        if not names:
            yield from self._all_stored()
            return
        for name in names:
            if not is_session_id(name):
                for session in self._captures.sessions(name):
                    if self._wanted is None or self._wanted.matches(session):
                        yield session
        ids = [name for name in names if is_session_id(name)]
        if ids:
            yield from self._stored(ids)

    def end(self) -> None:
        """Says what there is to say, and ends the command."""
        for notice in self._captures.notices:
            complain(notice.text)
        if self._captures.is_stopped:
            complain("Stopped: what was read until then is counted, the rest is not.")
            self._exit_code = FAILED
        sys.exit(self._captures.exit_code or self._exit_code)

    def _stored(self, ids: list[str]) -> Iterator[Session]:
        from hl7capture.cli.store import find_session, opened_store

        with opened_store(self._output_folder) as store:
            for session_id in ids:
                session = find_session(store, session_id)
                if self._wanted is None or self._wanted.matches(session):
                    yield session

    def _all_stored(self) -> Iterator[Session]:
        """Newest first. Qt is imported here: captures do not need it."""
        from hl7capture.cli.store import opened_store
        from hl7capture.cli.stored import tell_unreadable

        summaries: list[SessionSummary] = []

        def take(summary: "SessionSummary") -> bool:
            summaries.append(summary)
            return not self._captures.is_stopped

        with opened_store(self._output_folder) as store:
            if tell_unreadable(store.load_now(take)):
                self._exit_code = FAILED
            with shown_progress("sessions", len(summaries)) as progress:
                yield from self._read(store, summaries, progress)

    def _read(
        self, store: "SessionStore", summaries: list["SessionSummary"], progress: Callable[[int], None]
    ) -> Iterator[Session]:
        from hl7capture.cli.stored import let_through, read_if_there

        done = 0

        def looked_at() -> Iterator["SessionSummary"]:
            nonlocal done
            for summary in summaries:
                if self._captures.is_stopped:
                    return
                yield summary
                done += 1
                progress(done)

        chosen = (
            ((summary, None) for summary in looked_at())
            if self._wanted is None
            else let_through(store, looked_at(), self._wanted)
        )
        for summary, read in chosen:
            session = read or read_if_there(store, summary.session_id)
            if session is not None:
                yield session


def _print(field: str, by: str | None, found: Distribution, sessions: int, top: int) -> None:
    groups = found.groups.values()
    values, empty = sum(group.count for group in groups), sum(group.empty for group in groups)
    where = f"{field} in {_count(found.messages, 'message')} of {_count(sessions, 'session')}"
    segment = field.split("-")[0].split("[")[0]
    told = f"{_count(values, 'value')}, {empty:,} empty; {_count(found.without, 'message')} without {segment}."
    click.echo(printable(f"{where}: {told}"))
    if by is None:
        for group in groups:
            _print_group(group, top)
    elif found.groups:
        _print_groups(by, found, top)


def _print_group(values: Values, top: int) -> None:
    shown = values.top(top)
    rows = [("Count", "Share", "Value"), *((f"{n:,}", f"{n / values.count:.1%}", value) for value, n in shown)]
    if shown:
        print_columns(rows, right=(0, 1))
    more = len(values.counts) - len(shown)
    if more:
        click.echo(f"{more:,} other values: {values.counts.total() - sum(n for _, n in shown):,}")
    if values.others:
        click.echo(f"There was no room to tell all values apart: {values.others:,} more were counted together.")
    numbers = values.numbers()
    if numbers is not None:
        about = " about" if numbers.is_sampled else ""
        click.echo(
            f"{_count(numbers.count, 'number')}: least {numbers.least:.10g}, median{about} {numbers.median:.10g}, "
            f"95 % up to{about} {numbers.p95:.10g}, most {numbers.most:.10g}"
        )


def _print_groups(by: str, found: Distribution, top: int) -> None:
    groups = sorted(found.groups.items(), key=lambda pair: (-pair[1].count, pair[0]))
    rows = [[by, "Count", "Empty", "Distinct", "Least", "Median", "95 %", "Most", "Most often"]]
    for name, values in groups[:top]:
        numbers = values.numbers()
        ranges = [f"{number:.10g}" for number in _range(numbers)] if numbers else [""] * 4
        often = ", ".join(f"{value} ({n:,})" for value, n in values.top(_OFTEN))
        distinct = f"{len(values.counts):,}{'+' if values.others else ''}"
        rows.append([name or _NONE, f"{values.count:,}", f"{values.empty:,}", distinct, *ranges, often])
    print_columns(rows, right=range(1, 8))
    rest = groups[top:]
    if rest or found.other_groups:
        others = sum(values.count for _, values in rest) + found.other_groups
        click.echo(f"{_count(others, 'value')} of other {by}; --top N shows more.")


def _range(numbers: Numbers) -> tuple[float, float, float, float]:
    return numbers.least, numbers.median, numbers.p95, numbers.most


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"


def _document(field: str, by: str | None, found: Distribution, sessions: int, top: int) -> dict[str, Any]:
    groups = sorted(found.groups.items(), key=lambda pair: (-pair[1].count, pair[0]))
    return {
        "field": field,
        "by": by,
        "sessions": sessions,
        "messages": found.messages,
        "without": found.without,
        "otherGroups": found.other_groups,
        "groups": [_group(name if by else None, values, top) for name, values in groups],
    }


def _group(name: str | None, values: Values, top: int) -> dict[str, Any]:
    numbers = values.numbers()
    return {
        "group": name,
        "count": values.count,
        "empty": values.empty,
        "distinct": len(values.counts),
        "others": values.others,
        "top": [{"value": value, "count": n, "share": round(n / values.count, 6)} for value, n in values.top(top)],
        "numbers": numbers
        and {
            "count": numbers.count,
            "min": numbers.least,
            "median": numbers.median,
            "p95": numbers.p95,
            "max": numbers.most,
            "isSampled": numbers.is_sampled,
        },
    }
