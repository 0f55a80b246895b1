"""Every test has a configuration and an output folder of its own."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.postgres import Database, PostgresServer


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HL7CAPTURE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HL7CAPTURE_OUTPUT_FOLDER", str(tmp_path / "output"))


@pytest.fixture(autouse=True)
def garbage_ends_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """Qt's objects that a test leaves in cycles go in its own thread.

    Else whatever thread happens to search for garbage takes them down, timers among them, in the midst of a later test.
    """
    yield
    if "qtbot" in request.fixturenames:
        gc.collect()


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The output folder."""
    return tmp_path / "output"


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    """A PostgreSQL server, shared by all tests: none of them stops it."""
    from tests.support.postgres import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture
def database(postgres: "PostgresServer") -> "Database":
    """An empty database."""
    return postgres.new_database()


@pytest.fixture
def archive(database: "Database") -> "Database":
    """A database with the archive's tables."""
    database.set_up()
    return database
