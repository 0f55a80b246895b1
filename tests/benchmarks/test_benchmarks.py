"""Every benchmark, very small: that it runs and finds all messages. How long it took says nothing here."""

import json
from pathlib import Path

import pytest

from tests.benchmarks import report
from tests.benchmarks.__main__ import BENCHMARKS, main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Captures are made once for all."""
    return tmp_path_factory.mktemp("captures")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_runs(name: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "found.json"
    code = main([name, "--size", "0.003", "--times", "1", "--folder", str(folder), "--json", str(file)])
    found = json.loads(file.read_text())
    assert code == (0 if all(figure["isKept"] for figure in found["figures"]) else 1)
    assert len(found["figures"]) >= 2
    assert all(figure["text"] in capsys.readouterr().out for figure in found["figures"][:1])
    document = tmp_path / "performance.md"
    document.write_text(report.DOCUMENT.read_text())
    report.write_document(found, document)
    report.write_document(found, document)
    assert document.read_text().count(f"| {found['figures'][0]['text']} |") == 1
