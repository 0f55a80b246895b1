"""The findings as a table for the terminal, as JSON, and as the tables of docs/performance.md."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Findings

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
_BEGIN, _END = "<!-- figures: written by python -m tests.benchmarks --write-document -->", "<!-- end of figures -->"
_VERSION = re.compile(r"\d+(?:\.\d+)+")


def lines(findings: Findings) -> Iterator[str]:
    """For people at a terminal."""
    yield f"{'program':<58}{'wall':>9}{'cpu':>9}{'memory':>10}"
    for name, spent in findings.runs.items():
        yield f"{name:<58}{spent.wall:>7.2f} s{spent.cpu:>7.2f} s{spent.memory:>7.0f} MB"
    yield ""
    for figure in findings.figures:
        verdict = "" if not figure.bound else "kept" if figure.is_kept else "BROKEN"
        yield f"{figure.text:<70}{figure.value:>9.2f} {figure.unit:<6}{figure.bound:>14}  {verdict}"


def as_json(findings: Findings, size: float, times: int) -> str:
    """All of it, with the circumstances."""
    return json.dumps(
        {
            "circumstances": {**_circumstances(), "size": size, "times": times},
            "figures": [
                {**asdict(figure), "bound": figure.bound, "isKept": figure.is_kept} for figure in findings.figures
            ],
            "runs": {name: asdict(spent) for name, spent in findings.runs.items()},
        },
        indent=2,
        ensure_ascii=False,
    )


def write_document(report: dict[str, Any], path: Path = DOCUMENT) -> None:
    """Puts the tables into the document, between its two marks; nothing else there changes."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN, 1)
    _, after = rest.split(_END, 1)
    tables = "\n".join(_tables(report))
    path.write_text(f"{before}{_BEGIN}\n\n{tables}\n\n{_END}{after}", encoding="utf-8")


def _tables(report: dict[str, Any]) -> Iterator[str]:
    with_ = report["circumstances"]
    peers = ", ".join(f"{name} {version}" for name, version in with_["peers"].items())
    yield (
        f"Measured on {with_['date']} on {with_['processors']} shared cores, {with_['system']}, "
        f"Python {with_['python']}; {peers}. Medians of {with_['times']}."
    )
    if with_["size"] != 1:
        yield f"Sizes: {with_['size']:g} of the real ones; these figures mean nothing."
    yield from ("", "| figure | value | bound | |", "| --- | ---: | ---: | --- |")
    for figure in report["figures"]:
        verdict = "" if not figure["bound"] else "kept" if figure["isKept"] else "**broken**"
        yield f"| {figure['text']} | {figure['value']:.2f} {figure['unit']} | {figure['bound']} | {verdict} |"
    yield from ("", "| program | wall | processor | peak memory |", "| --- | ---: | ---: | ---: |")
    for name, spent in report["runs"].items():
        yield f"| {name} | {spent['wall']:.2f} s | {spent['cpu']:.2f} s | {spent['memory']:.0f} MB |"


def _circumstances() -> dict[str, Any]:
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": len(os.sched_getaffinity(0)),
        "peers": {
            "tshark": _version("tshark", "--version"),
            "tcpflow": _version("tcpflow", "--version"),
            "tcpreplay": _version("tcpreplay", "--version"),
        },
    }


def _version(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "missing"
    found = _VERSION.search(done.stdout) or _VERSION.search(done.stderr)
    return found.group() if found else "of an unknown version"
