"""Measures the program beside its peers and beside itself; ends with 1 where a bound is broken.

python -m tests.benchmarks                    everything, some minutes
python -m tests.benchmarks peers disorder     some of it
"""

import argparse
import contextlib
import cProfile
import json
import os
import pstats
import shutil
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    archive_search,
    archiving,
    filtering,
    judging,
    keeping,
    live,
    reading,
    report,
    stored,
    trees,
    window,
)
from tests.benchmarks.figures import Benchmark, Findings, Setup

BENCHMARKS: dict[str, Benchmark] = {
    "peers": reading.peers,
    "disorder": reading.disorder,
    "growth": reading.growth,
    "large-messages": reading.large_messages,
    "shares": reading.shares,
    "live-burst": live.burst,
    "live-minute": live.steady,
    "durable": keeping.durable,
    "latency": keeping.latency,
    "waits": keeping.waits,
    "kills": keeping.kills,
    "stored": stored.stored,
    "window": window.window,
    "trees": trees.trees,
    "findings": judging.findings,
    "filter": filtering.filtering,
    "archive": archiving.archiving,
    "archive-search": archive_search.archive_search,
}
PROGRAMS = ("tshark", "tcpflow", "tcpreplay", "unshare", "ip", "strace")


def main(arguments: list[str] | None = None) -> int:
    """Exit 0: every bound is kept, 1: one is broken, 2: wrong usage or a missing program."""
    given = _parser().parse_args(arguments)
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        _say(f"These programs are missing, install them: {' '.join(missing)}")
        return 2
    folder = given.folder or Path(tempfile.gettempdir()) / f"hl7capture-benchmarks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    setup = Setup(given.size, given.times, folder, _say)
    if given.profile:
        _profile(setup)
        return 0
    found = Findings()
    for name in given.names or BENCHMARKS:
        found.add_from(BENCHMARKS[name](setup))
    print("\n".join(report.lines(found)))
    text = report.as_json(found, given.size, given.times)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")
    if given.write_document:
        report.write_document(json.loads(text))
    return 0 if all(figure.is_kept for figure in found.figures) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--size", type=float, default=1.0, help="1: the real thing; 0.01: a try, whose bounds may break"
    )
    parser.add_argument("--times", type=int, default=5, help="runs of each program, of which the median counts")
    parser.add_argument("--folder", type=Path, help="where captures are kept from one run to the next (2 GB)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all of it as JSON")
    parser.add_argument("--write-document", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--profile", action="store_true", help="only show where `read --json` spends its time")
    return parser


def _profile(setup: Setup) -> None:
    """The costliest functions of `read --json` on the clean capture. cProfile makes small functions look costly."""
    from hl7capture.cli.commands import run

    file = reading.clean_capture(setup)
    profile = cProfile.Profile()
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        profile.runcall(run, ["read", os.fspath(file), "--json"])
    pstats.Stats(profile).sort_stats("tottime").print_stats(30)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
