"""Options that many commands take."""

from pathlib import Path

import click

output_folder = click.option(
    "--output-folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for sessions, instead of what the settings say.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="One session document per line on standard output.")
