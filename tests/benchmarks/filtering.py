"""The filter language: a hundred thousand summaries, and sessions with their documents."""

import time
from collections.abc import Callable
from statistics import median

from hl7capture.hl7.acknowledgements.tracker import acknowledgements_of
from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.elements import Direction, Element, ElementType
from hl7capture.model.session import Session
from tests.benchmarks.figures import Findings, Setup
from tests.support.stored import message_of, session_of

_SUMMARIES = 100_000
_DOCUMENTS = 2_000
_MESSAGE = 5_500  # characters
_MOST_MS = 300

_BY_SUMMARY = {
    "addresses and types": "device = 10.0.0.0/24 and type = ORU^R01 and not complete = no",
    "times": "time >= 2026-11-20 and duration < 2s and messages > 0",
    "a word the index has found": "mrn-004711",
}
_BY_DOCUMENT = {
    "a field": "PID-3.1 = MRN-000004",
    "all results": "OBX[*]-5 > 200",
    "a pattern": "text ~ /gluc[ou]se x/i",
    "answers": "ack = AE or latency > 2s",
}


def filtering(setup: Setup) -> Findings:
    """How long a list of sessions is filtered where summaries tell, and how many documents a second are judged."""
    found = Findings()
    count = max(100, round(_SUMMARIES * setup.size))
    summaries = [summary_of(session_of(number)) for number in range(count)]
    known = {"mrn-004711": {summaries[-1].session_id}}
    for name, text in _BY_SUMMARY.items():
        setup.say(f"filter, summaries by {name}")
        wanted = Filter.of(text)
        seconds = _median(lambda wanted=wanted: [wanted.decide(one, found=known) for one in summaries], setup.times)  # type: ignore[misc]
        high = {"high": _MOST_MS} if setup.size == 1 else {}
        found.add(f"filter: {count:,} summaries by {name}", seconds * 1000, unit="ms", **high)
    documents = [_answered(number) for number in range(max(10, round(_DOCUMENTS * setup.size)))]
    for name, text in _BY_DOCUMENT.items():
        setup.say(f"filter, documents by {name}")
        wanted = Filter.of(text)
        seconds = _median(lambda wanted=wanted: [wanted.matches(one) for one in documents], setup.times)  # type: ignore[misc]
        found.add(f"filter: documents by {name}", len(documents) / seconds, unit="/s")
    seconds = _median(lambda: [acknowledgements_of(one) for one in documents], setup.times)
    found.add("acknowledgements: documents", len(documents) / seconds, unit="/s")
    return found


def _answered(number: int) -> Session:
    """A message of the size of a real one, and its answer."""
    control_id = f"MMRN-{number:06d}"
    answer = f"MSH|^~\\&|LIS|HOSPITAL|ANALYZER|LAB|20261121101530||ACK^R01|A1|P|2.5.1\rMSA|AA|{control_id}\r"
    session = session_of(number, message_of(f"MRN-{number:06d}", _MESSAGE), answer)
    last: Element = session.elements[1]
    session.elements[1] = last._replace(direction=Direction.LIS_TO_DEVICE, type=ElementType.MESSAGE)
    return session


def _median(work: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return median(seconds)
