"""Where the archive is, and how it is connected to: TLS by default, passwords from where they are safe."""

import ipaddress
import os
from pathlib import Path

from hl7capture.archive.errors import ArchiveError
from hl7capture.model.archive_url import ALLOWED, ArchiveUrl, parsed
from hl7capture.model.settings import Settings

URL_VARIABLE = "HL7CAPTURE_ARCHIVE_URL"
_CONNECT_SECONDS = 10
# A connection that has silently gone is found out within a minute, not after the two hours of TCP's own.
_ALIVE = {"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 50_000}


def archive_url(settings: Settings) -> str:
    """By the environment, or else the settings; "": there is no archive."""
    return os.environ.get(URL_VARIABLE) or settings.archive_url


def understood(url: str) -> ArchiveUrl:
    """Raises ArchiveError, which does not quote it: it may hold a password."""
    address = parsed(url)
    if address is None:
        raise ArchiveError(f"The archive's URL cannot be used: {ALLOWED}.")
    return address


def parameters(url: str) -> dict[str, str | int]:
    """What psycopg is to be told beside the URL itself. Raises ArchiveError."""
    address = understood(url)
    made: dict[str, str | int] = {
        "application_name": "hl7capture",
        "client_encoding": "UTF8",
        "connect_timeout": _CONNECT_SECONDS,
        **_ALIVE,
    }
    if "sslmode" not in address.options and not is_local(address):
        made["sslmode"] = "verify-full"
        if not _has_root_certificate():
            made["sslrootcert"] = "system"
    if len(address.hosts) > 1:
        made["target_session_attrs"] = "read-write"  # of servers that fail over, the one that takes rows
    return {name: value for name, value in made.items() if name not in address.options}


def is_local(address: ArchiveUrl) -> bool:
    """All of its hosts are this machine: sockets and loopback addresses."""
    options = address.options
    if "service" in options or os.environ.get("PGSERVICE"):
        return False  # libpq looks elsewhere for the host
    named = options.get("hostaddr") or os.environ.get("PGHOSTADDR") or options.get("host")
    hosts = named.split(",") if named else list(address.hosts)
    return all(map(_is_local, (host or os.environ.get("PGHOST", "") for host in hosts)))


def _is_local(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _has_root_certificate() -> bool:
    """Where libpq looks for whom to trust; without such a file the system's own list counts."""
    if os.environ.get("PGSSLROOTCERT"):
        return True
    if os.name == "nt":
        folder = Path(os.environ.get("APPDATA", "")) / "postgresql"
    else:
        folder = Path("~/.postgresql").expanduser()
    return (folder / "root.crt").is_file()
