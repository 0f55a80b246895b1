"""A source through the engine: the loop that the capture thread and `hl7capture read` share."""

import time
from collections.abc import Callable, Iterator

from hl7capture.app.merging import MergedFiles
from hl7capture.capture.engine import Engine
from hl7capture.capture.packet_batch import CaptureFormatError, PacketBatch
from hl7capture.model.events import Event, Notice
from hl7capture.model.source import Source, SourceCutError, SourceError


def read_events(
    source: Source | MergedFiles, engine: Engine, on_bytes: Callable[[bytes], None] | None = None
) -> Iterator[list[Event]]:
    """The events of an open source, one list for each piece read (it may be empty), to its very end.

    Raises SourceError where the source fails or is no capture; the events of what came before are yielded first.
    on_bytes: gets the raw capture as it comes.
    """
    failure: SourceError | None = None
    cut: SourceCutError | None = None
    told = 0
    last = time.monotonic()
    try:
        while (data := source.read()) is not None:
            if isinstance(source, MergedFiles):
                engine.counters.dropped = source.dropped
            if isinstance(data, PacketBatch):
                yield engine.take(data)
            elif data:
                last = time.monotonic()
                if on_bytes is not None:
                    on_bytes(data)
                yield engine.feed(data)
            else:
                yield engine.pass_time(time.monotonic() - last) if source.is_live else []
            notices = source.state.notices
            if len(notices) > told:
                yield [Notice(text) for text in notices[told:]]
                told = len(notices)
    except CaptureFormatError as error:
        failure = SourceError(f"{source.name}: {error}.")
    except SourceCutError as error:
        cut = error
    except SourceError as error:
        failure = error
    state = source.state
    events: list[Event] = [Notice(text) for text in state.notices[told:]]
    end = engine.finish(ends_anywhere=state.is_stopped or isinstance(source, MergedFiles))
    if failure is not None or cut is not None:
        # What is wrong with the end of the capture follows from this, and is not told twice.
        end = [event for event in end if not (isinstance(event, Notice) and event.is_problem)]
    if cut is not None:
        end.append(Notice(str(cut)))
    yield events + end
    if failure is not None:
        raise failure
