"""`hl7capture diff`: what differs between two messages, by field."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from hl7capture.cli import options
from hl7capture.cli.messages import message_named
from hl7capture.cli.output import complain, fail, print_columns
from hl7capture.hl7.difference.comparison import Difference, Kind, Side, difference_of
from hl7capture.hl7.difference.ignored import Ignored
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.store.settings_file import SettingsFile

_DIFFERENT = 3
_SIGNS = {Kind.CHANGED: "~", Kind.ADDED: "+", Kind.REMOVED: "-", Kind.REWRITTEN: "="}
_LONGEST = 120


@click.command
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--ignore", metavar="PATH,...", multiple=True, help="Places to leave out: MSH-7,MSH-10,OBX-14. Default: none."
)
@click.option("--spelling", is_flag=True, help="Also tell what means the same and is written differently (escapes).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per difference on standard output.")
@options.output_folder
def diff(
    first: str, second: str, ignore: tuple[str, ...], spelling: bool, as_json: bool, output_folder: Path | None
) -> None:
    """Tells in which fields two messages differ, whatever their delimiters are (docs/messages.md).

    A, B: FILE, a message as text or a capture; SESSIONID, a session on disk; - for standard input. A message other than
    the first one is named by its number: FILE:3, SESSIONID:3. Exit 0: they mean the same; 3: they differ.
    """
    if first == second == "-":
        fail("Standard input can be one of the two messages, not both.", usage=True)
    try:
        ignored = Ignored(path for paths in ignore for path in paths.split(",") if path.strip())
    except FilterError as error:
        fail(f"--ignore: {error.problem}", usage=True)
    loaded = SettingsFile().load()
    for problem in loaded.problems:
        complain(problem)
    before, after = (message_named(name, loaded.settings, output_folder) for name in (first, second))
    found = difference_of(before, after, ignored, has_rewritten=spelling)
    if as_json:
        for one in found:
            sys.stdout.write(json.dumps(_document(one), ensure_ascii=True) + "\n")
    else:
        _print(found)
    sys.exit(_DIFFERENT if any(one.kind is not Kind.REWRITTEN for one in found) else 0)


def _print(found: list[Difference]) -> None:
    print_columns([(_SIGNS[one.kind], _places(one), one.name, _values(one)) for one in found])
    count = sum(one.kind is not Kind.REWRITTEN for one in found)
    complain("They mean the same." if not count else "1 place differs." if count == 1 else f"{count:,} places differ.")


def _places(one: Difference) -> str:
    """Where it is; in both messages, where they have it at different places."""
    is_in_both = one.before.node is not None and one.after.node is not None
    return f"{one.before.path} → {one.after.path}" if is_in_both and one.before.path != one.after.path else one.path


def _values(one: Difference) -> str:
    if one.kind is Kind.REWRITTEN and one.before.node and one.after.node:
        return f"{_quoted(one.before.node.value)} = {_quoted(one.after.node.value)}"
    return " → ".join(_quoted(side.text) for side in (one.before, one.after) if side.node is not None and side.text)


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= _LONGEST else f"“{text[:_LONGEST]}…” ({len(text):,} characters)"


def _document(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "path": one.path,
        "name": one.name,
        "before": _side(one.before),
        "after": _side(one.after),
    }


def _side(side: Side) -> dict[str, Any] | None:
    node = side.node
    if node is None or not node.value:
        return None
    return {"path": side.path, "text": side.text, "value": node.value, "start": node.start, "end": node.end}
