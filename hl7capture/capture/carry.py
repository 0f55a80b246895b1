"""Bytes of a stream that wait for the rest of what they begin."""

from hl7capture.capture.packet_batch import CaptureFormatError


class Carry:
    """Holds the beginning of a record until the record is whole.

    A large record that comes in small pieces is joined once, not with every piece: the cost stays linear.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._needed = 0
        self.position = 0  # bytes of the stream before the ones that wait

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, data: bytes) -> bytes | None:
        """What waits and `data` in one; None while that is less than what is needed."""
        if len(self._waiting) + len(data) < self._needed:
            self._waiting += data
            return None
        return b"".join((self._waiting, data)) if self._waiting else data

    def keep(self, buffer: bytes, at: int, needed: int) -> None:
        """From offset `at` of the joined buffer on, all waits until `needed` bytes are there."""
        self._waiting = bytearray(memoryview(buffer)[at:])
        self._needed = needed
        self.position += at

    def damage(self, at: int, what: str) -> CaptureFormatError:
        """The error for damage at offset `at` of the joined buffer."""
        return CaptureFormatError(f"The capture is damaged at byte {self.position + at}: {what}")
