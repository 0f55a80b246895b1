"""The archive's tables: numbered migrations, applied by `archive init` alone, and looked at on each connection."""

from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from hl7capture.archive.errors import SchemaError

if TYPE_CHECKING:
    from hl7capture.archive.connecting import Connection

SCHEMA = "hl7capture"


class Migration(NamedTuple):
    """One step; its number begins with 1, and there is none missing between."""

    number: int
    name: str
    sql: str


def migrations() -> list[Migration]:
    """All of them, in their order."""
    found = []
    for file in files("hl7capture.archive").joinpath("migrations").iterdir():
        number, _, name = file.name.removesuffix(".sql").partition("_")
        if file.name.endswith(".sql"):
            found.append(Migration(int(number), name, file.read_text(encoding="utf-8")))
    return sorted(found)


def newest() -> int:
    """The version of the tables that this program writes and reads."""
    return max(migration.number for migration in migrations())


def version_of(connection: "Connection") -> int:
    """Of the tables in the database; 0 where there are none. Raises psycopg.Error."""
    there = connection.execute("SELECT to_regclass('hl7capture.migrations') IS NOT NULL").fetchone()
    if there is None or not there[0]:
        return 0
    found = connection.execute("SELECT max(number) FROM hl7capture.migrations").fetchone()
    return (found and found[0]) or 0


def check(connection: "Connection") -> None:
    """Raises SchemaError where the tables are not those that this program knows; psycopg.Error."""
    found, wanted = version_of(connection), newest()
    if found == 0:
        raise SchemaError("The database has no archive yet: its owner runs `hl7capture archive init`.")
    if found < wanted:
        raise SchemaError(
            f"The archive's tables are of version {found}, this program needs {wanted}: "
            "the owner runs `hl7capture archive init`."
        )
    if found > wanted:
        raise SchemaError(
            f"The archive's tables are of version {found}, this program knows {wanted}: update this program."
        )
