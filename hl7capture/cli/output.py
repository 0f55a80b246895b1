"""What the commands print: documents for programs, lines for people."""

import sys
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary
from hl7capture.store.document import to_document

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from hl7capture.store.recovery import Recovery
    from hl7capture.store.retention import CleanUp

FAILED, USAGE = 1, 2


@cache
def people() -> "Console":
    """Standard error as a terminal. Rich is imported where somebody looks: it would be a third of a short run."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def complain(text: str) -> None:
    """A sentence for people, on standard error."""
    if sys.stderr.isatty():
        people().print(printable(text), markup=False)
    else:
        sys.stderr.write(printable(text) + "\n")


def fail(text: str, *, usage: bool = False) -> NoReturn:
    """Complains and ends the command."""
    complain(text)
    sys.exit(USAGE if usage else FAILED)


def tell_recovered(recovery: "Recovery") -> None:
    """What became of the journals that a crash left behind."""
    if recovery.recovered:
        complain(f"Recovered, as far as they went before a crash: {', '.join(recovery.recovered)}.")
    for path, reason in recovery.unreadable:
        complain(f"Journal {path}: {reason}.")


def print_document(session: Session) -> None:
    """The session as one line of JSON."""
    rest = memoryview(to_document(session) + b"\n")
    while rest:  # an unbuffered standard output (PYTHONUNBUFFERED) may take a part when a signal comes
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def print_line(session: Session | SessionSummary) -> None:
    """The session as a line for people."""
    if isinstance(session, Session):
        from hl7capture.hl7.session_summary import summary_of  # documents do without what HL7 means

        session = summary_of(session)
    sys.stdout.write(printable(line_of(session)) + "\n")
    sys.stdout.flush()


def line_of(session: SessionSummary) -> str:
    """`#17 2026-11-21 10:15:30.123 10.0.0.5:40001 → 10.1.0.1:2575 mllp 3 × ORU^R01, 3 × ACK (closed)`"""
    try:
        moment = datetime.fromtimestamp(session.start_time / 1000).astimezone()
        start = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
    except (OverflowError, ValueError, OSError):
        start = "?"  # a document may name a time that no calendar has
    whole = "" if session.is_complete else ", incomplete"
    kept = ", kept" if session.pinned else ""
    return (
        f"#{session.number} {start} "
        f"{session.device} → {session.lis} {session.framing} {session.kinds_text or 'no message'} "
        f"({session.end_reason or 'open'}{whole}{kept}) {session.session_id}"
    )


def clean_up_sentence(done: "CleanUp", *, is_plan: bool) -> str:
    """`3 sessions deleted, 48.2 kB, from 2026-10-01 10:15 to 2026-10-02 11:00.`"""
    what = "would be deleted" if is_plan else "deleted"
    held = f" {done.held} that have expired stay until the archive has them." if done.held else ""
    if done.oldest is None or done.newest is None:
        return held.strip() or f"No session has expired; none {'would be' if is_plan else 'was'} deleted."
    first, last = (datetime.fromtimestamp(time / 1000).astimezone() for time in (done.oldest, done.newest))
    span = f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"
    lost = f" {done.unarchived} of them are in no archive: the disk is nearly full." if done.unarchived else ""
    files = f"{done.files} {'session' if done.files == 1 else 'sessions'}"
    return f"{files} {what}, {done.size:,} bytes, {span}.{lost}{held}"


def printable(text: str) -> str:
    """The text with everything a terminal would act upon made visible."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def on_one_line(text: str) -> str:
    """The same, line breaks as well."""
    return printable(text).replace("\n", "\\x0a")


def print_columns(rows: Sequence[Sequence[str]], *, right: Container[int] = (), widest: int = 40) -> None:
    """Rows on standard output, one a line, their cells below each other; `right`: columns that end on one line.

    A cell that is wider than `widest` moves what stands behind it; nothing is cut.
    """
    rows = [[on_one_line(cell) for cell in row] for row in rows]
    widths = [min(widest, max(map(len, column))) for column in zip(*rows, strict=True)]
    for row in rows:
        sized = enumerate(zip(row, widths, strict=True))
        cells = [cell.rjust(wide) if at in right else cell.ljust(wide) for at, (cell, wide) in sized]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


@contextmanager
def shown_progress(name: str, size: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal, where there is one: the function given takes how many of `size` bytes are done."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=people(), transient=True) as progress:
        task = progress.add_task(printable(name), total=size)
        yield lambda done: progress.update(task, completed=done)


def table(*columns: str) -> "Table":
    """An empty table for people; cells go in as plain text."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column)
    return made


def add_row(to: "Table", *cells: object) -> None:
    """A row of plain text: nothing in it is taken for markup."""
    from rich.text import Text

    to.add_row(*(Text(printable(str(cell))) for cell in cells))


def show_table(made: "Table") -> None:
    """The table on standard output."""
    from rich.console import Console

    Console(highlight=False).print(made)
