"""Which archive a command means."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import click

from hl7capture.archive.address import archive_url
from hl7capture.archive.errors import ArchiveError
from hl7capture.cli.output import complain, fail
from hl7capture.model.archive_url import ALLOWED, parsed
from hl7capture.model.settings import Settings
from hl7capture.store.settings_file import SettingsFile

url_option = click.option("--url", metavar="URL", default="", help="The archive, instead of what the settings say.")


@cache
def loaded_settings() -> Settings:
    """Those of the file; what is wrong with it is said once."""
    loaded = SettingsFile().load()
    for problem in loaded.problems:
        complain(problem)
    return loaded.settings


def chosen_url(url: str) -> str:
    """The URL that was given, or that of the environment or the settings; ends the command where there is none."""
    url = url or archive_url(loaded_settings())
    if not url:
        fail(
            "There is no archive: name one with --url, or set archiveUrl (hl7capture settings set archiveUrl URL).",
            usage=True,
        )
    if parsed(url) is None:
        fail(f"The archive's URL is not possible; {ALLOWED}.", usage=True)
    return url


@contextmanager
def complaints() -> Iterator[None]:
    """What the archive complains of ends the command, in its words."""
    try:
        yield
    except ArchiveError as error:
        fail(str(error))
