"""Every benchmark, small: that it runs and finds all messages. How long it took says nothing here."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import report
from tests.benchmarks.__main__ import main
from tests.benchmarks.figures import Figure, Findings
from tests.benchmarks.measure import Spent
from tests.support.rights import needs_capture_rights


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Captures are made once for all."""
    return tmp_path_factory.mktemp("captures")


def found_by(name: str, size: float, folder: Path, tmp_path: Path) -> dict[str, Any]:
    file = tmp_path / "found.json"
    code = main([name, "--size", str(size), "--times", "1", "--folder", str(folder), "--json", str(file)])
    found: dict[str, Any] = json.loads(file.read_text())
    assert code == (0 if all(figure["isKept"] for figure in found["figures"]) else 1)
    assert len(found["figures"]) >= 2
    return found


@pytest.mark.parametrize("name", ["peers", "disorder", "growth", "large-messages", "shares"])
def test_reading(name: str, folder: Path, tmp_path: Path) -> None:
    found = found_by(name, 0.003, folder, tmp_path)
    assert found["runs"]


@needs_capture_rights
@pytest.mark.parametrize(("name", "size"), [("live-burst", 0.02), ("live-minute", 0.1)])
def test_live(name: str, size: float, folder: Path, tmp_path: Path) -> None:
    """5 000 packets at once; six seconds at 20 000 packets a second, which is a tenth of the real thing: no loss."""
    found = found_by(name, size, folder, tmp_path)
    lost = {figure["text"]: figure["value"] for figure in found["figures"][:3]}
    assert set(lost.values()) == {0}, lost


@needs_capture_rights
@pytest.mark.parametrize("name", ["durable", "latency"])
def test_keeping(name: str, folder: Path, tmp_path: Path) -> None:
    found_by(name, 0.01, folder, tmp_path)


@needs_capture_rights
def test_archive(folder: Path, tmp_path: Path) -> None:
    found = found_by("archive", 0.005, folder, tmp_path)
    assert found["figures"][0]["value"] == 0, "sessions are missing"


def test_findings(folder: Path, tmp_path: Path) -> None:
    found_by("findings", 0.01, folder, tmp_path)


def test_archive_search(folder: Path, tmp_path: Path) -> None:
    found_by("archive-search", 0.003, folder, tmp_path)


def test_trees(folder: Path, tmp_path: Path) -> None:
    found_by("trees", 1, folder, tmp_path)


def test_window(folder: Path, tmp_path: Path) -> None:
    found = found_by("window", 0.005, folder, tmp_path)
    figures = {figure["text"]: figure["value"] for figure in found["figures"]}
    assert figures["window: messages missing"] == 0
    assert any("on disk alone" in text for text in figures)
    assert any("in memory" in text for text in figures)


def test_tables_are_replaced(tmp_path: Path) -> None:
    findings = Findings()
    findings.add("times faster", 2.5, low=2, high=3)
    findings.add("share", 12.0, unit="%")
    findings.runs["ours"] = Spent(1.5, 1.25, 100.0)
    document = tmp_path / "performance.md"
    document.write_text(report.DOCUMENT.read_text())
    for _ in range(2):
        report.write_document(json.loads(report.as_json(findings, 1.0, 5)), document)
    text = document.read_text()
    assert text.count("| times faster | 2.50 × | 2 … 3 | kept |") == 1
    assert text.count("| ours | 1.50 s | 1.25 s | 100 MB |") == 1
    assert text.startswith("# Performance")


def test_bounds() -> None:
    assert Figure("", 2.0, low=2).is_kept
    assert not Figure("", 1.9, low=2).is_kept
    assert Figure("", 1.3, high=1.3).is_kept
    assert not Figure("", 1.4, high=1.3).is_kept
    assert Figure("", 99.0).bound == ""
