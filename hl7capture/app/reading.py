"""Sources through engines: what the capture thread and `hl7capture read` share."""

import time
from collections.abc import Iterator

from hl7capture.app.merging import MergedFiles
from hl7capture.capture.engine import Engine
from hl7capture.capture.packet_batch import CaptureFormatError, PacketBatch
from hl7capture.model.events import Event, Notice
from hl7capture.model.source import Source, SourceCutError, SourceError


class Reading:
    """One open source on its way through an engine of its own."""

    def __init__(self, source: Source | MergedFiles, engine: Engine) -> None:
        self.source = source
        self.engine = engine
        self._last = time.monotonic()  # when something came
        self._told = 0  # of the source's notices

    def take(self, piece: bytes | PacketBatch) -> list[Event]:
        """The events of the next piece; b"": nothing came, time passes. Raises SourceError where it is no capture."""
        if isinstance(self.source, MergedFiles):
            self.engine.counters.dropped = self.source.dropped
        if isinstance(piece, PacketBatch):
            return self.engine.take(piece) + self._notices()
        if not piece:
            passed = self.engine.pass_time(time.monotonic() - self._last) if self.source.is_live else []
            return passed + self._notices()
        self._last = time.monotonic()
        try:
            return self.engine.feed(piece) + self._notices()
        except CaptureFormatError as error:
            raise SourceError(f"{self.source.name}: {error}.") from error

    def finish(self, failure: SourceError | None = None) -> list[Event]:
        """The last events; failure: why there is no more.

        What is wrong with the end of a capture that failed follows from the failure, and is not told twice.
        """
        ends_anywhere = self.source.state.is_stopped or isinstance(self.source, MergedFiles)
        events = self.engine.finish(ends_anywhere=ends_anywhere)
        if failure is not None:
            events = [event for event in events if not (isinstance(event, Notice) and event.is_problem)]
        if isinstance(failure, SourceCutError):
            events.append(Notice(str(failure)))
        return self._notices() + events

    def _notices(self) -> list[Event]:
        notices = self.source.state.notices
        new, self._told = notices[self._told :], len(notices)
        return [Notice(text) for text in new]


def read_events(source: Source | MergedFiles, engine: Engine) -> Iterator[list[Event]]:
    """The events of an open source, one list for each piece read (it may be empty), to its very end.

    Raises SourceError where the source fails or is no capture; the events of what came before are yielded first.
    """
    reading = Reading(source, engine)
    failure: SourceError | None = None
    try:
        while (piece := source.read()) is not None:
            yield reading.take(piece)
    except SourceError as error:
        failure = error
    yield reading.finish(failure)
    if failure is not None and not isinstance(failure, SourceCutError):
        raise failure
