"""Options that many commands take."""

from pathlib import Path
from typing import Annotated

import typer

OutputFolder = Annotated[
    Path | None,
    typer.Option("--output-folder", metavar="DIR", help="Folder for sessions, instead of what the settings say."),
]
Json = Annotated[bool, typer.Option("--json", help="One session document per line on standard output.")]
