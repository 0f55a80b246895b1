"""What it costs to say what is wrong: pairing messages with their answers, and all rules, beside capturing alone."""

import gc
import time
from pathlib import Path
from statistics import median

from hl7capture.capture.engine import Engine
from hl7capture.hl7.findings.history import History
from hl7capture.hl7.findings.report import report_of
from hl7capture.model.events import Event, SessionCompleted
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from tests.benchmarks.figures import Findings, Setup
from tests.benchmarks.reading import clean_capture

_PIECE = 4 << 20  # as FileSource reads
_MANY_OBJECTS = 100_000  # as `read` tells the collector of garbage


def findings(setup: Setup) -> Findings:
    """The engine alone, and the engine with each session judged as it ends, in one process, in turn: processor time."""
    file = clean_capture(setup)
    thresholds = gc.get_threshold()
    gc.set_threshold(_MANY_OBJECTS)
    alone: list[float] = []
    judged: list[float] = []
    for number in range(setup.times + 1):
        setup.say(f"capturing and judging, {number} of {setup.times}" if number else "warming up")
        for seconds, is_judged in ((alone, False), (judged, True)):
            begin = time.process_time()
            _run(file, is_judged=is_judged)
            if number:
                seconds.append(time.process_time() - begin)
    gc.set_threshold(*thresholds)
    found = Findings()
    found.add("time with answers paired and findings, of capturing alone", median(judged) / median(alone), high=2)
    found.add("seconds for capturing alone", median(alone), unit="s")
    return found


def _run(file: Path, *, is_judged: bool) -> None:
    engine = Engine(Settings(), probe="benchmark", source="benchmark")
    history = History()

    def judge(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, SessionCompleted):
                assert _is_clean(event.session, history)

    with file.open("rb") as stream:
        while data := stream.read(_PIECE):
            events = engine.feed(data)
            if is_judged:
                judge(events)
    events = engine.finish()
    if is_judged:
        judge(events)


def _is_clean(session: Session, history: History) -> bool:
    return not report_of(session, history.take(session)).has_error
