"""Several capture files read as one: a rotated set, or the files of two taps."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from hl7capture.capture.capture_reader import CaptureReader
from hl7capture.capture.merging import merged
from hl7capture.capture.packet_batch import CaptureFormatError, PacketBatch
from hl7capture.model.source import SourceCutError, SourceError, SourceState
from hl7capture.sources.files import FileSource

_FIRST_LOOK = 1 << 16  # bytes; the first packet is nearly always in them


class MergedFiles:
    """Read like a source, but it gives packets. What is wrong with one file is a notice, and the others go on."""

    is_live = False

    def __init__(self, paths: Sequence[Path]) -> None:
        self.name = paths[0].name if len(paths) == 1 else f"{paths[0].name} +{len(paths) - 1}"
        self._notices: list[str] = []
        self._files = [_File(path, self._notices) for path in paths]
        self._packets: Iterator[PacketBatch] = iter(())
        self._stopped = threading.Event()

    @property
    def state(self) -> SourceState:
        return SourceState(
            done=sum(file.done for file in self._files),
            size=sum(file.size for file in self._files),
            is_stopped=self._stopped.is_set(),
            notices=tuple(self._notices),
        )

    @property
    def dropped(self) -> int:
        """Packets that the capturing systems dropped, as the files have told so far."""
        return sum(file.dropped for file in self._files)

    def open(self) -> None:
        """Looks into each file for the time of its first packet. Raises SourceError where there is none in any."""
        files = [file for file in self._files if file.look()]
        if not files:
            told = self._notices or ["there are no packets in them"]
            raise SourceError(f"None of the files can be read: {'; '.join(told)}.")
        self._packets = merged(files)

    def read(self) -> PacketBatch | None:
        """The next packets; None at the end."""
        return None if self._stopped.is_set() else next(self._packets, None)

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        for file in self._files:
            file.close()


class _File:
    """A PacketInput. It is opened for a first look, and again when its packets are due: not all are open at once."""

    def __init__(self, path: Path, notices: list[str]) -> None:
        self.first_time = 0
        self.size = 0
        self._path = path
        self._notices = notices
        self._source: FileSource | None = None
        self._reader = CaptureReader()
        self.done = 0

    @property
    def dropped(self) -> int:
        return self._reader.dropped

    def look(self) -> bool:
        """Whether there is a packet in it."""
        batch = self.next(_FIRST_LOOK)
        if batch is not None:
            self.first_time = int(batch.time[0])
            self.close()
            self._source, self._reader, self.done = None, CaptureReader(), 0
        return batch is not None

    def next(self, size: int) -> PacketBatch | None:
        """See PacketInput."""
        try:
            if self._source is None:
                self._source = FileSource(self._path)
                self._source.open()
                self.size = self._source.state.size or 0
            while (data := self._source.read(size)) is not None:
                self.done = self._source.state.done
                batch = self._reader.feed(data)
                if batch is not None:
                    return batch
            problem = self._reader.finish()
        except (SourceCutError, CaptureFormatError) as error:
            problem = str(error)
        except SourceError as error:  # it names the file itself
            self._notices.append(str(error).rstrip("."))
            problem = None
        if problem is not None:
            self._notices.append(f"{self._path.name}: {problem}")
        self.close()
        return None

    def close(self) -> None:
        if self._source is not None:
            self._source.close()
