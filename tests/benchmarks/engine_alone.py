"""The engine on a capture file, its events thrown away: what reading costs without documents and output.

python -m tests.benchmarks.engine_alone FILE
"""

import sys
from pathlib import Path

from hl7capture.capture.engine import Engine
from hl7capture.model.settings import Settings

_PIECE = 4 << 20  # as FileSource reads

engine = Engine(Settings(), probe="benchmark", source="benchmark")
with Path(sys.argv[1]).open("rb") as file:
    while data := file.read(_PIECE):
        engine.feed(data)
engine.finish()
