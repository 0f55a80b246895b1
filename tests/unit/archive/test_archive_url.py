"""What an archive's URL may be, and how it is connected to."""

from pathlib import Path

import pytest

from hl7capture.archive.address import archive_url, is_local, parameters
from hl7capture.archive.errors import ArchiveError
from hl7capture.model.archive_url import ArchiveUrl, parsed, without_options
from hl7capture.model.settings import Settings, SettingsError
from hl7capture.store.settings_file import SettingsFile


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGSSLROOTCERT", "HL7CAPTURE_ARCHIVE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("postgresql://anna@db.hospital.example/hl7", ArchiveUrl("anna", ("db.hospital.example",), "hl7", {})),
        ("postgres://db", ArchiveUrl("", ("db",), "", {})),
        ("postgresql://", ArchiveUrl("", ("",), "", {})),
        ("postgresql:///hl7?host=/run/postgresql", ArchiveUrl("", ("",), "hl7", {"host": "/run/postgresql"})),
        ("postgresql://a@one:5432,two:5433/hl7", ArchiveUrl("a", ("one", "two"), "hl7", {})),
        ("postgresql://a%40b@[::1]:5432/x%2Fy", ArchiveUrl("a@b", ("::1",), "x/y", {})),
    ],
)
def test_urls(url: str, meant: ArchiveUrl) -> None:
    assert parsed(url) == meant


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:secret@db/hl7",
        "postgresql://anna:@db/hl7",
        "postgresql://anna:sec/ret@db/hl7",
        "postgresql://anna:sec@ret@db/hl7",
        "postgresql://anna:sec#ret@db/hl7",
        "postgresql://anna:sec?ret@db/hl7",
        "postgresql://anna@db/hl7?password=secret",
        "postgresql://anna@db/hl7?PASSWORD=secret",
        "postgresql://anna@db/hl7?sslmode=require&sslpassword=secret",
        "postgresql://anna@db/hl7?pass%77ord=secret",
        "host=db password=secret",
        "mysql://db/hl7",
        "postgresql://db/hl7\n",
        "postgresql://db /hl7",
    ],
)
def test_a_password_and_what_is_no_url_are_refused_and_never_shown(url: str, tmp_path: Path) -> None:
    assert parsed(url) is None
    with pytest.raises(SettingsError) as refused:
        Settings().changed(archiveUrl=url.replace("\n", "\x01"))
    with pytest.raises(ArchiveError) as unused:
        parameters(url)
    for error in (refused.value, unused.value):
        assert "sec" not in str(error).replace("second", "")
        assert "keyring" in str(error)
    file = SettingsFile(tmp_path / "settings.json")
    file.path.write_text(f'{{"archiveUrl": "{url.strip()}x\\u0001", "retentionDays": 7}}')
    loaded = file.load()
    assert (loaded.settings.archive_url, loaded.settings.retention_days) == ("", 7)
    assert "secret" not in "".join(loaded.problems)


def test_the_environment_overrules(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings().changed(archiveUrl=" postgresql://db/hl7 ")
    assert archive_url(settings) == "postgresql://db/hl7"
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", "postgresql://other/hl7")
    assert archive_url(settings) == "postgresql://other/hl7"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql:///hl7?host=/run/postgresql",
        "postgresql://localhost/hl7",
        "postgresql://127.0.0.5:99/hl7",
        "postgresql://[::1]/hl7",
        "postgresql://%2Frun%2Fpostgresql/hl7",
    ],
)
def test_this_machine_needs_no_tls(url: str) -> None:
    assert "sslmode" not in parameters(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://db/hl7",
        "postgresql://10.0.0.5/hl7",
        "postgresql://localhost,db/hl7",
        "postgresql://localhost/hl7?hostaddr=10.0.0.5",
        "postgresql://localhost/hl7?host=db",
        "postgresql:///hl7?service=archive",
        "postgresql://127.0.0.1.example.org/hl7",
    ],
)
def test_another_machine_is_to_prove_who_it_is(url: str) -> None:
    assert not is_local(parsed(url) or pytest.fail("no URL"))
    assert (parameters(url)["sslmode"], parameters(url)["sslrootcert"]) == ("verify-full", "system")


def test_another_machine_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db")
    assert parameters("postgresql:///hl7")["sslmode"] == "verify-full"


def test_what_the_url_says_counts(tmp_path: Path) -> None:
    assert "sslmode" not in parameters("postgresql://db/hl7?sslmode=require")
    assert "sslrootcert" not in parameters("postgresql://db/hl7?sslmode=require")
    assert "sslrootcert" not in parameters("postgresql://db/hl7?sslrootcert=/etc/hospital.crt")
    assert "connect_timeout" not in parameters("postgresql://db/hl7?connect_timeout=3")
    folder = tmp_path / ".postgresql"
    folder.mkdir()
    (folder / "root.crt").touch()
    assert "sslrootcert" not in parameters("postgresql://db/hl7")


def test_of_several_hosts_the_one_that_takes_rows() -> None:
    assert parameters("postgresql://one,two/hl7")["target_session_attrs"] == "read-write"
    assert "target_session_attrs" not in parameters("postgresql://one/hl7")


def test_shown_without_options() -> None:
    assert without_options("postgresql://a@db/hl7?sslmode=require") == "postgresql://a@db/hl7"
