"""What an archive's address may look like: a URL of PostgreSQL's (libpq, "Connection URIs"), without a password.

It is read as libpq reads it, which is not quite as RFC 3986 says: there may be several hosts, and no fragment.
"""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

_SCHEMES = ("postgresql://", "postgres://")
_SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret"})
_HOST = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*))(?::([0-9]{0,5}))?")

ALLOWED = (
    "it takes postgresql://USER@HOST/DATABASE, or nothing. A password never stands in it: "
    "`hl7capture archive login` puts it into the system's keyring; a password file (PGPASSFILE, ~/.pgpass) does as well"
)


class ArchiveUrl(NamedTuple):
    """user, database: "" where the URL does not say. hosts: names, addresses or folders of sockets.

    options: what stands behind the question mark.
    """

    user: str
    hosts: tuple[str, ...]
    database: str
    options: dict[str, str]


def parsed(url: str) -> ArchiveUrl | None:
    """None for what is no such URL, or holds a password."""
    scheme = next((scheme for scheme in _SCHEMES if url.startswith(scheme)), None)
    if scheme is None or not url.isprintable() or " " in url:
        return None
    rest, _, query = url.removeprefix(scheme).partition("?")
    authority, _, database = rest.partition("/")
    user, at, places = authority.rpartition("@")
    # Whoever forgot to write a password's @ or / as %40 or %2F has it in another part now: none of them may look odd.
    if ":" in user or "@" in user or "@" in database or (at and not user):
        return None
    hosts = [_HOST.fullmatch(place) for place in places.split(",")]
    options = dict(parse_qsl(query, keep_blank_values=True))
    if not all(hosts) or any(name.strip().casefold() in _SECRETS for name in options):
        return None
    names = tuple(unquote(host[1] or host[2] or "") for host in hosts if host)
    return ArchiveUrl(unquote(user), names, unquote(database), options)


def without_options(url: str) -> str:
    """The URL as it is shown to people."""
    return url.partition("?")[0]
