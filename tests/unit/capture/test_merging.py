"""Captures merged by time: any packets in any files, batches of any sizes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.capture.merging import merged
from hl7capture.capture.packet_batch import PacketBatch

FILES = st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=30), min_size=1, max_size=5)


class File:
    """Packets at `times`; each packet says where it stands: file and row."""

    def __init__(self, number: int, times: list[int], chunk: int) -> None:
        self.first_time = times[0]
        self._number, self._times, self._chunk = number, times, chunk
        self._at = 0
        self.asked_at: list[int] = []

    def next(self, size: int) -> PacketBatch | None:
        assert size > 0
        times = self._times[self._at : self._at + self._chunk]
        if not times:
            return None
        rows = range(self._at, self._at + len(times))
        self._at += len(times)
        data = b"".join(b"--" + bytes((self._number, row)) for row in rows)  # what stands before is no packet's
        count = len(times)
        return PacketBatch(
            data,
            np.arange(count) * 4 + 2,
            np.full(count, 2),
            np.full(count, 3),
            np.array(times, dtype=np.int64),
            np.full(count, self._number),
        )


def packets_of(files: list[File]) -> list[tuple[int, int, int]]:
    """File, row and time of each packet, in the order given."""
    found = []
    for batch in merged(files):
        assert len(batch) > 0
        for start, captured, wire, time, link in zip(
            batch.start, batch.captured, batch.wire, batch.time, batch.link, strict=True
        ):
            number, row = batch.data[start : start + captured]
            assert (wire, link) == (3, number)
            found.append((number, row, int(time)))
    return found


def expected(files: list[list[int]]) -> list[tuple[int, int, int]]:
    begun = sorted(range(len(files)), key=lambda number: files[number][0])
    rows = [
        (int(key), begun.index(number), row, number, files[number][row])
        for number in begun
        for row, key in enumerate(np.maximum.accumulate(files[number]))
    ]
    return [(number, row, time) for _, _, row, number, time in sorted(rows)]


@given(FILES, st.integers(1, 7))
def test_files_in_order_of_time_whatever_the_batches(files: list[list[int]], chunk: int) -> None:
    given_files = [File(number, times, chunk + number) for number, times in enumerate(files)]
    assert packets_of(given_files) == expected(files)


def test_files_that_follow_one_another_pass_untouched_and_one_by_one() -> None:
    files = [File(number, list(range(number * 100, number * 100 + 90)), 30) for number in range(4)]
    seen: list[PacketBatch] = []
    for batch in merged(files[::-1]):
        seen.append(batch)
        begun = [file for file in files if file._at > 0]
        assert len(begun) <= int(batch.time[0]) // 100 + 1  # a file that is not due is not asked
    assert [len(batch) for batch in seen] == [30] * 12
    assert [int(batch.time[0]) for batch in seen] == sorted(int(batch.time[0]) for batch in seen)
