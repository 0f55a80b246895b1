"""A source through the engine: the loop that the capture thread and `hl7capture read` share."""

import time
from collections.abc import Callable, Iterator

from hl7capture.capture.engine import Engine
from hl7capture.capture.packet_batch import CaptureFormatError
from hl7capture.model.events import Event, Notice
from hl7capture.model.source import Source, SourceError


def read_events(
    source: Source, engine: Engine, on_bytes: Callable[[bytes], None] | None = None
) -> Iterator[list[Event]]:
    """The events of an open source, one list for each piece read (it may be empty), to its very end.

    Raises SourceError where the source fails or is no capture; the events of what came before are yielded first.
    on_bytes: gets the raw capture as it comes.
    """
    failure: SourceError | None = None
    last = time.monotonic()
    try:
        while (data := source.read()) is not None:
            if data:
                last = time.monotonic()
                if on_bytes is not None:
                    on_bytes(data)
                yield engine.feed(data)
            else:
                yield engine.pass_time(time.monotonic() - last) if source.is_live else []
    except CaptureFormatError as error:
        failure = SourceError(f"{source.name}: {error}.")
    except SourceError as error:
        failure = error
    events = engine.finish()
    if failure is None:
        yield events
        return
    # What is wrong with the end of the capture follows from the failure, and is not told twice.
    yield [event for event in events if not (isinstance(event, Notice) and event.is_problem)]
    raise failure
