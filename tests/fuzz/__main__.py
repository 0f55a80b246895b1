"""Reads captures that no network has ever seen, for as long as you like; ends with 1 where something failed.

python -m tests.fuzz --minutes 30               new ones every time
python -m tests.fuzz --seed 7 --number 4711     one of them again
python -m tests.fuzz FILE …                     captures of your own
"""

import argparse
import sys
import time
from pathlib import Path
from random import SystemRandom

from tests.fuzz.fuzzing import failure_of, fuzz, memory
from tests.fuzz.inputs import make
from tests.fuzz.properties import check_all_ways


def main() -> int:
    """Exit 0: nothing was found, 1: something was."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--number", type=int, default=None, help="only this input; it is written to the folder too")
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"), help="where failing inputs go")
    given = parser.parse_args()
    for file in given.files:
        check_all_ways(file.read_bytes())
        print(f"{file}: nothing is wrong")
    if given.files:
        return 0
    seed = SystemRandom().getrandbits(32) if given.seed is None else given.seed
    if given.number is not None:
        return _one(seed, given.number, given.folder)
    print(f"Seed {seed}, {given.minutes:g} minutes, {memory():.0f} MB at the start.", flush=True)
    begin = time.monotonic()
    outcome = fuzz(seed, given.minutes * 60, given.folder, lambda text: print(text, flush=True))
    print(
        f"{outcome.inputs} inputs of {outcome.bytes / max(outcome.inputs, 1) / 1000:.1f} kB in "
        f"{(time.monotonic() - begin) / 60:.1f} minutes, {len(outcome.failures)} kinds of failure, "
        f"{memory():.0f} MB at the end."
    )
    for reason, count in outcome.known.items():
        print(f"Known: {count} × {reason}")
    return 1 if outcome.failures else 0


def _one(seed: int, number: int, folder: Path) -> int:
    data = make(seed, number)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{seed}-{number}.pcap"
    file.write_bytes(data)
    text = failure_of(data, number)
    print(f"{file}: {text or 'nothing is wrong'}")
    return 0 if text is None else 1


if __name__ == "__main__":
    sys.exit(main())
