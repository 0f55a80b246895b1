"""Who the archive is proven to be, and where its password is kept."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hl7capture.archive.connecting import connect
from hl7capture.archive.errors import ArchiveError
from hl7capture.archive.passwords import keep_password, password_of
from tests.support.command import run
from tests.support.postgres import Database, PostgresServer, postgres_server

PASSWORD = "correct horse"
KEYRING = '''
"""A keyring in a file, as tests need one."""
import json, pathlib
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1
    path = pathlib.Path({path!r})
    def _all(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {{}}
    def get_password(self, service, username):
        return self._all().get(service + "|" + username)
    def set_password(self, service, username, password):
        self.path.write_text(json.dumps(self._all() | {{service + "|" + username: password}}))
    def delete_password(self, service, username):
        self.path.write_text(json.dumps({{k: v for k, v in self._all().items() if k != service + "|" + username}}))
'''


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an authority, and of a server `archive.example` that it vouches for."""
    folder = tmp_path_factory.mktemp("certificates")
    for arguments in (
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=Authority",
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=archive.example",
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2",
    ):
        subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def encrypted(certificates: Path) -> Iterator[PostgresServer]:
    """A server with TLS, reached as archive.example at 127.0.0.1."""
    with postgres_server() as server:
        server.stop()
        for name in ("server.key", "server.crt"):
            server.put(name, (certificates / name).read_text())
        server.put("postgresql.auto.conf", "ssl = on\n")
        server.start()
        yield server


def url_of(server: PostgresServer, host: str, *options: str) -> str:
    """hostaddr: no name server is asked."""
    return f"postgresql://postgres@{host}:{server.port}/postgres?{'&'.join(('hostaddr=127.0.0.1', *options))}"


def test_another_machine_has_to_prove_who_it_is(encrypted: PostgresServer, certificates: Path) -> None:
    """hostaddr being loopback, what counts off it is asked for in words, as it is the default there."""
    trusted = ("sslmode=verify-full", f"sslrootcert={certificates / 'ca.crt'}")
    with connect(url_of(encrypted, "archive.example", *trusted)) as connection:
        assert connection.info.pgconn.ssl_in_use
    with pytest.raises(ArchiveError, match="does not match host name"):
        connect(url_of(encrypted, "another.example", *trusted))
    with pytest.raises(ArchiveError, match="certificate verify failed"):
        connect(url_of(encrypted, "archive.example", "sslmode=verify-full", "sslrootcert=system"))


def test_a_server_without_tls_is_not_talked_to_off_the_loopback(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PGHOSTADDR is this machine, but it is taken for another one, so that its default counts."""
    monkeypatch.setattr("hl7capture.archive.address.is_local", lambda _address: False)
    with pytest.raises(ArchiveError, match="does not support SSL"):
        connect(postgres.url())
    with connect(f"{postgres.url()}?sslmode=disable") as connection:
        assert not connection.info.pgconn.ssl_in_use


# -- passwords -------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(database: Database) -> str:
    """A login that needs its password."""
    if not database.ask("SELECT 1 FROM pg_roles WHERE rolname = 'asked'"):
        database.ask("CREATE ROLE asked NOLOGIN")
    role = database.new_login("asked")
    database.ask(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")
    return role


@pytest.fixture
def keyring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring of the test's own, for commands."""
    path = tmp_path / "keyring.json"
    (tmp_path / "test_keyring.py").write_text(KEYRING.format(path=str(path)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "test_keyring.Keyring")
    for name in ("PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return path


def test_password_in_the_keyring(database: Database, asked: str, keyring_file: Path) -> None:
    url = database.url(asked)
    assert run("archive", "status", "--url", url).returncode == 1
    wrong = run("archive", "login", "--url", url, stdin=b"wrong\n")
    assert wrong.returncode == 0
    refused = run("archive", "status", "--url", url)
    assert (refused.returncode, b"password authentication failed" in refused.stdout) == (1, True)
    assert run("archive", "login", "--url", url, stdin=PASSWORD.encode() + b"\n").returncode == 0
    assert PASSWORD in keyring_file.read_text()
    found = run("archive", "status", "--url", url)
    assert b"archive init" in found.stdout  # it was let in, and there are no tables yet
    assert run("archive", "login", "--url", url, stdin=b"\n").returncode == 0
    assert PASSWORD not in keyring_file.read_text()
    for done in (wrong, refused, found):
        assert PASSWORD.encode() not in done.stdout + done.stderr


def test_password_in_a_file(database: Database, asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:{database.server.port}:*:{asked}:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert password_of(database.url(asked)) is None  # libpq looks itself
    with connect(database.url(asked)) as connection:
        assert connection.info.user == asked


def test_a_keyring_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring, "get_keyring", Keyring)
    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())
    for name in ("PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    assert password_of("postgresql://anna@db/hl7") is None
    with pytest.raises(ArchiveError, match=r"~/\.pgpass"):
        keep_password("postgresql://anna@db/hl7", PASSWORD)


def test_a_password_never_gets_into_the_settings(tmp_path: Path) -> None:
    done = run("settings", "set", "archiveUrl", f"postgresql://anna:{PASSWORD.replace(' ', '')}@db/hl7")
    assert done.returncode == 2
    said = (done.stdout + done.stderr).decode()
    assert "keyring" in said
    assert "correct" not in said
    folder = Path(os.environ["HL7CAPTURE_CONFIG_DIR"])
    assert not folder.exists() or b"correct" not in b"".join(path.read_bytes() for path in folder.iterdir())
