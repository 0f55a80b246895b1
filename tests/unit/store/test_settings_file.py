"""The settings file."""

import json
import os
from pathlib import Path

import pytest

from hl7capture.model.settings import Settings, SettingsError, parse_value
from hl7capture.store.settings_file import SettingsFile, output_folder


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config" / "settings.json")


def test_defaults_where_there_is_no_file(file: SettingsFile) -> None:
    loaded = file.load()
    assert (loaded.settings, loaded.problems) == (Settings(), [])
    assert (loaded.settings.enable_persistence, loaded.settings.retention_days) == (True, 30)


def test_saved_and_loaded(file: SettingsFile) -> None:
    changed = Settings().changed(retentionDays=7, deviceIP="10.0.0.5", lisPort=2575)
    file.save(changed)
    assert file.load().settings == changed
    assert json.loads(file.path.read_text())["retentionDays"] == 7
    if os.name != "nt":
        assert file.path.stat().st_mode & 0o777 == 0o600


def test_wrong_value_is_named_and_the_others_count(file: SettingsFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text('{"retentionDays": 0, "autosaveSeconds": 9, "theme": "pink"}')
    loaded = file.load()
    assert (loaded.settings.retention_days, loaded.settings.autosave_seconds) == (30, 9)
    assert loaded.problems == [
        "Setting retentionDays: 0 is not possible; it takes a whole number from 1 to 365. The default is used.",
        "Setting theme: 'pink' is not possible; it takes system, light, dark. The default is used.",
    ]


@pytest.mark.parametrize("text", ["{", "[]", "\0\0", "[" * 100_000])
def test_broken_file_is_kept_beside(file: SettingsFile, text: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(text)
    loaded = file.load()
    assert loaded.settings == Settings()
    assert ".broken" in loaded.problems[0]
    assert file.path.with_name("settings.json.broken").read_text() == text
    assert not file.path.exists()


def test_unknown_settings_survive(file: SettingsFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text('{"ofALaterVersion": [1, 2]}')
    file.save(file.load().settings.changed(retentionDays=3))
    assert json.loads(file.path.read_text())["ofALaterVersion"] == [1, 2]


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("retentionDays", "366", "from 1 to 365"),
        ("retentionDays", "many", "from 1 to 365"),
        ("enablePersistence", "maybe", "true or false"),
        ("lisPort", "0", "from 1 to 65535"),
        ("deviceIP", "10.0.0", "an IPv4 or IPv6 address"),
        ("ackMarker", "5", "a byte of its own"),
        ("retention", "3", "no such setting"),
    ],
)
def test_wrong_value_is_said_with_key_and_range(key: str, text: str, allowed: str) -> None:
    with pytest.raises(SettingsError, match=allowed):
        Settings().changed(**{key: parse_value(key, text)})


def test_typed_values_become_what_they_mean() -> None:
    changed = Settings().changed(enablePersistence=parse_value("enablePersistence", "off"), lisPort="2575")
    assert (changed.enable_persistence, changed.lis_port) == (False, 2575)
    assert changed.changed(lisPort=parse_value("lisPort", "none")).lis_port is None


def test_output_folder_by_command_line_environment_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings().changed(outputFolder="/from/settings")
    assert output_folder(settings, Path("/chosen")) == Path("/chosen")
    monkeypatch.setenv("HL7CAPTURE_OUTPUT_FOLDER", "/from/environment")
    assert output_folder(settings) == Path("/from/environment")
    monkeypatch.delenv("HL7CAPTURE_OUTPUT_FOLDER")
    assert output_folder(settings) == Path("/from/settings")
    assert output_folder(Settings()).name == "hl7capture"


@pytest.mark.parametrize("value", [0, 2, 3, 10, 11, 13, 23, 28, 32])
def test_bytes_that_frame_messages_are_no_markers(value: int) -> None:
    with pytest.raises(SettingsError, match=f"startMarker: {value} is not possible; that byte frames messages"):
        Settings().changed(startMarker=value)
