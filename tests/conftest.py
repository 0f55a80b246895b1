"""Every test has a configuration and an output folder of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HL7CAPTURE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HL7CAPTURE_OUTPUT_FOLDER", str(tmp_path / "output"))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The output folder."""
    return tmp_path / "output"
