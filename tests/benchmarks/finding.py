"""Does `read --json` find every message of a capture made by `tests.benchmarks.captures`? A fast program that finds
less than all is not fast.

    python -m tests.benchmarks.finding MESSAGES FILE …

MESSAGES counts answers too. Ends with 1, and says why, where one is missing or found twice. A process of its own:
see `tests.benchmarks.captures`.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.measure import OURS, environment


def main() -> int:
    """Exit 0: all is found."""
    messages, files = int(sys.argv[1]), sys.argv[2:]
    found: dict[str, list[str]] = {Path(file).name: [] for file in files}
    with subprocess.Popen((*OURS, "read", *files, "--json"), stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None
        for line in process.stdout:
            document = json.loads(line)
            # Kind and control id of each message.
            found[document["source"]] += ["|".join(text.split("|", 10)[8:10]) for text in document["messages"]]
    problems = [] if process.returncode == 0 else [f"read ended with {process.returncode}"]
    for name, marks in found.items():
        if len(marks) != messages:
            problems.append(f"{name}: {len(marks)} of {messages} messages were found")
        if len(set(marks)) != len(marks):
            problems.append(f"{name}: some messages were found twice")
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
