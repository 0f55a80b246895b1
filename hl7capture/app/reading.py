"""Sources through engines: what the capture thread and `hl7capture read` share."""

import time
from collections.abc import Iterator

from hl7capture.capture.engine import Engine
from hl7capture.capture.packet_batch import CaptureFormatError
from hl7capture.model.events import Event, Notice
from hl7capture.model.source import Source, SourceError


class Reading:
    """One open source on its way through an engine of its own."""

    def __init__(self, source: Source, engine: Engine) -> None:
        self.source = source
        self.engine = engine
        self._last = time.monotonic()  # when bytes came

    def take(self, data: bytes) -> list[Event]:
        """The events of the next bytes; b"": nothing came, time passes. Raises SourceError where it is no capture."""
        if not data:
            return self.engine.pass_time(time.monotonic() - self._last) if self.source.is_live else []
        self._last = time.monotonic()
        try:
            return self.engine.feed(data)
        except CaptureFormatError as error:
            raise SourceError(f"{self.source.name}: {error}.") from error

    def finish(self, *, is_failed: bool = False) -> list[Event]:
        """The last events. What is wrong with the end of a capture that failed follows from that, and is not told."""
        events = self.engine.finish()
        return [event for event in events if not isinstance(event, Notice)] if is_failed else events


def read_events(source: Source, engine: Engine) -> Iterator[list[Event]]:
    """The events of an open source, one list for each piece read (it may be empty), to its very end.

    Raises SourceError where the source fails or is no capture; the events of what came before are yielded first.
    """
    reading = Reading(source, engine)
    try:
        while (data := source.read()) is not None:
            yield reading.take(data)
    except SourceError:
        yield reading.finish(is_failed=True)
        raise
    yield reading.finish()
