"""The option `--where`."""

from typing import TYPE_CHECKING

import click

from hl7capture.cli.output import fail

if TYPE_CHECKING:
    from hl7capture.hl7.filter.evaluation import Filter

where_option = click.option(
    "--where", metavar="EXPR", default="", help="Only sessions that a filter lets through; docs/filter.md explains it."
)


def filter_of(where: str) -> "Filter | None":
    """The filter; None where none is asked for. Ends the command, saying where, if the text is no filter."""
    if not where.strip():
        return None
    from hl7capture.hl7.filter.errors import FilterError
    from hl7capture.hl7.filter.evaluation import Filter

    try:
        made = Filter.of(where)
    except FilterError as error:
        shown = where.replace("\n", " ").replace("\t", " ")
        fail(f"--where, {error}\n  {shown}\n  {' ' * (error.column - 1)}{'^' * max(1, error.length)}", usage=True)
    return made
