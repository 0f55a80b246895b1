"""The sessions on disk, for a command."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from hl7capture.app.controller import CaptureController
from hl7capture.cli.output import complain, fail, tell_recovered
from hl7capture.model.session import Session, is_session_id
from hl7capture.store.document import DocumentError
from hl7capture.store.session_store import SessionStore


@contextmanager
def opened_store(output_folder: Path | None) -> Iterator[SessionStore]:
    """The store of the settings; closed at the end."""
    with opened_controller(output_folder) as controller:
        yield controller.store


@contextmanager
def opened_controller(output_folder: Path | None) -> Iterator[CaptureController]:
    """The settings and their store, which is closed at the end."""
    application = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    controller = CaptureController(output=output_folder)
    for problem in controller.settings_problems:
        complain(problem)
    if controller.store.folder.journals.is_dir():
        with suppress(OSError):  # where another program captures, the journals are its own
            tell_recovered(controller.store.recover())
    try:
        yield controller
    finally:
        controller.store.close()
        del application


def check_id(session_id: str) -> None:
    """Ends the command where a person typed what is no session id."""
    if not is_session_id(session_id):
        fail(f"“{session_id}” is not a session id; they look like 20261121T101530.123Z-5f1c9a2e.", usage=True)


def find_session(store: SessionStore, session_id: str) -> Session:
    """The session with this id; ends the command, and says why, where there is none."""
    check_id(session_id)
    with said(store, session_id):
        return store.find(session_id)


@contextmanager
def said(store: SessionStore, session_id: str) -> Iterator[None]:
    """What keeps a session from being read or written ends the command, in words."""
    try:
        yield
    except FileNotFoundError:
        fail(f"There is no session {session_id} in {store.folder.root}.")
    except OSError as error:
        fail(f"Session {session_id}: {error.strerror or error}.")
    except DocumentError as error:
        fail(f"Session {session_id} cannot be read: {error}.")
