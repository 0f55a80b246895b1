"""Passwords: in the system's keyring, or where libpq looks for them itself (PGPASSWORD, PGPASSFILE, ~/.pgpass)."""

import logging
import os
from typing import Any

from hl7capture.archive.errors import ArchiveError
from hl7capture.model.archive_url import without_options

log = logging.getLogger(__name__)

_SERVICE = "HL7 Capture archive"


def password_of(url: str) -> str | None:
    """What the keyring has for this URL; None where libpq is to look by itself. Never raises."""
    if os.environ.get("PGPASSWORD") or os.environ.get("PGPASSFILE"):
        return None
    try:
        found: str | None = _keyring().get_password(_SERVICE, without_options(url))
    except Exception as error:  # noqa: BLE001 - keyrings of all systems, each with errors of its own
        log.debug("The keyring cannot be read: %s", type(error).__name__)
        return None
    return found


def keep_password(url: str, password: str) -> None:
    """Into the keyring; an empty one is taken out of it. Raises ArchiveError."""
    try:
        if password:
            _keyring().set_password(_SERVICE, without_options(url), password)
        elif _keyring().get_password(_SERVICE, without_options(url)) is not None:
            _keyring().delete_password(_SERVICE, without_options(url))
    except ArchiveError:
        raise
    except Exception as error:
        raise ArchiveError(
            f"The system's keyring does not take the password ({type(error).__name__}). "
            "Put it into a password file: a line HOST:PORT:DATABASE:USER:PASSWORD in ~/.pgpass (Windows: "
            "%APPDATA%\\postgresql\\pgpass.conf), readable by you alone; PGPASSFILE names another place."
        ) from error


def _keyring() -> Any:
    try:
        import keyring
    except ImportError as error:
        raise ArchiveError("There is no keyring here: pip install hl7capture[archive]") from error
    return keyring
