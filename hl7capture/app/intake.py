"""The bytes of several sources, read side by side: one waits for its packets while another one is read."""

import queue
import threading
from collections.abc import Iterator, Sequence

from hl7capture.app.merging import MergedFiles
from hl7capture.capture.packet_batch import PacketBatch
from hl7capture.model.source import Source, SourceError

_MOST_WAITING = 4  # pieces for each source; a live source has a queue of its own, which holds more
_PATIENCE = 0.1  # seconds

# A piece as Source.read gives it, or why there will be none.
Piece = bytes | PacketBatch | SourceError | None


class Intake:
    """Reads open sources until all have ended; iterating gives the source's place in the list, and its next piece."""

    def __init__(self, sources: Sequence[Source | MergedFiles]) -> None:
        self._sources = sources
        self._pieces: queue.Queue[tuple[int, Piece]] = queue.Queue(_MOST_WAITING * len(sources))
        self._is_closed = False

    def __iter__(self) -> Iterator[tuple[int, Piece]]:
        if len(self._sources) == 1:  # nobody else to wait for: no thread, no queue
            piece: Piece = b""
            while isinstance(piece, bytes | PacketBatch):
                piece = _next(self._sources[0])
                yield 0, piece
            return
        for number in range(len(self._sources)):
            threading.Thread(target=self._read, args=(number,), name="intake", daemon=True).start()
        going = len(self._sources)
        while going:
            number, piece = self._pieces.get()
            if not isinstance(piece, bytes | PacketBatch):
                going -= 1
            yield number, piece

    def close(self) -> None:
        """Nobody will iterate any more; threads end with their sources."""
        self._is_closed = True

    def _read(self, number: int) -> None:
        piece: Piece = b""
        while isinstance(piece, bytes | PacketBatch) and not self._is_closed:
            piece = _next(self._sources[number])
            while not self._is_closed:
                try:
                    self._pieces.put((number, piece), timeout=_PATIENCE)
                    break
                except queue.Full:
                    continue


def _next(source: Source | MergedFiles) -> Piece:
    try:
        return source.read()
    except SourceError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a thread that dies would be waited for for ever
        return SourceError(f"Reading from {source.name} ended by an error of the program ({type(error).__name__}).")
