"""A process that does nothing but look at the clock every 5 ms: how late it was, in seconds, at the most.

python -m tests.benchmarks.bare_beat

It ends where its input ends. What keeps it waiting keeps any other program waiting, too.
"""

import json
import select
import sys
import time

_SECONDS = 0.005


def main() -> None:
    longest = 0.0
    is_over = False
    while not is_over:
        begin = time.monotonic()
        is_over = bool(select.select([sys.stdin], [], [], _SECONDS)[0])
        longest = max(longest, time.monotonic() - begin - _SECONDS)
    print(json.dumps({"longest": longest}))


if __name__ == "__main__":
    main()
