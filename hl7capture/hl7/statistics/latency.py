"""Latencies counted in buckets, so that percentiles of any sum of them can be told.

Buckets grow by a constant factor, eight to a doubling: what is told of a latency is wrong by 4.5 % at the most, whether
it is a millisecond or a minute, and two counts are added by adding their numbers.
"""

from collections.abc import Iterable, Mapping
from math import ceil, log2

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledgements
from hl7capture.hl7.session_summary import MOST_KINDS, REST, kind_of, kinds_of
from hl7capture.model.session import Latencies, Session

_PER_DOUBLING = 8
LEAST = 0.01  # milliseconds: packet times are no finer
MOST = 3_600_000.0  # milliseconds: an hour; whatever is longer counts as that
_LAST = ceil(log2(MOST / LEAST) * _PER_DOUBLING)
LARGEST_ERROR = 2 ** (0.5 / _PER_DOUBLING) - 1  # a share of the latency, between LEAST and MOST


def bucket_of(milliseconds: float) -> int:
    """The bucket of a latency; 0 is for `LEAST` and below."""
    if not milliseconds > LEAST:
        return 0
    return _LAST if milliseconds >= MOST else ceil(log2(milliseconds / LEAST) * _PER_DOUBLING)


def latency_of(bucket: int) -> float:
    """Milliseconds: the middle of a bucket."""
    return LEAST * 2 ** ((bucket - 0.5) / _PER_DOUBLING) if bucket > 0 else LEAST


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Milliseconds that at least this share of the latencies do not exceed (nearest rank); None where there are none.

    counts: how many latencies are in each bucket.
    """
    rank = max(1, ceil(share * sum(counts.values())))
    reached = 0
    for bucket in sorted(counts):
        reached += counts[bucket]
        if reached >= rank:
            return latency_of(bucket)
    return None


def counted(latencies: Iterable[float]) -> dict[int, int]:
    """Milliseconds, in their buckets."""
    counts: dict[int, int] = {}
    for latency in latencies:
        bucket = bucket_of(latency)
        counts[bucket] = counts.get(bucket, 0) + 1
    return counts


def latencies_of(session: Session, acknowledgements: Acknowledgements) -> Latencies:
    """What the session's summary keeps of its answers: for each kind of message its latencies, in buckets.

    ENQ protocols answer each frame, so a message counts as often as it has frames. Answers to ENQ are not among them.
    """
    found: dict[str, list[float]] = {}
    kinds: dict[int | None, str] = {}
    for one in acknowledgements.messages:
        if one.latency is None:
            continue
        kind = kinds.get(one.message)
        if kind is None:
            kind = kinds[one.message] = kind_of_message(session, one.message)
        kind = kind if kind in found or len(found) < MOST_KINDS else REST
        found.setdefault(kind, []).append(one.latency)
    return tuple((kind, tuple(sorted(counted(values).items()))) for kind, values in found.items())


def kind_of_message(session: Session, message: int | None) -> str:
    """message: its index; one that is not there (yet) has no kind of its own."""
    if message is None or message >= len(session.messages):
        return kind_of("")
    return kinds_of(session, message, message + 1)[0]
