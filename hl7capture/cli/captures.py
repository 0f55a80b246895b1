"""The sessions of captures, for the commands that look into them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hl7capture.app.probe import probe_name
from hl7capture.app.reading import read_events
from hl7capture.capture.engine import Engine
from hl7capture.cli.output import FAILED, USAGE, complain, shown_progress
from hl7capture.model.events import Notice, SessionCompleted
from hl7capture.model.link import LinkTrouble
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.model.source import Source, SourceError
from hl7capture.sources.files import StdinSource, file_source
from hl7capture.sources.names import capture_paths


class Captures:
    """Reads captures one after the other; what cannot be read is said, and the next one is read.

    notices, troubles: what the captures tell, and what failed on links without a session, for the end of the command.
    exit_code: what has become of them so far.
    """

    def __init__(self, settings: Settings) -> None:
        self.notices: list[Notice] = []
        self.troubles: list[LinkTrouble] = []
        self.exit_code = 0
        self.is_stopped = False
        self._settings = settings
        self._next_number = 1
        self._source: Source | None = None

    def stop(self) -> None:
        """Ends the reading, from any thread or signal: what was read so far is given."""
        self.is_stopped = True
        if self._source is not None:
            self._source.stop()

    def sessions(self, name: str) -> Iterator[Session]:
        """The sessions of what a person named (a file, a folder, a pattern, - for standard input), as they end."""
        try:
            sources: Iterable[Source] = [StdinSource()] if name == "-" else map(file_source, capture_paths(name))
            for source in sources:
                if not self.is_stopped:
                    yield from self.sessions_of(source)
        except SourceError as error:
            complain(str(error))
            self.exit_code = max(self.exit_code, USAGE if error.is_usage else FAILED)

    def sessions_of(self, source: Source) -> Iterator[Session]:
        """The sessions of one source. Raises SourceError."""
        self._source = source
        engine = Engine(self._settings, probe=probe_name(), source=source.name, first_number=self._next_number)
        try:
            source.open()
            with shown_progress(source.name, source.state.size) as progress:
                for events in read_events(source, engine):
                    progress(source.state.done)
                    for event in events:
                        if isinstance(event, SessionCompleted):
                            yield event.session
                        elif isinstance(event, Notice):
                            self.notices.append(replace(event, text=f"{source.name}: {event.text}."))
            self._next_number = engine.next_number
        finally:
            self.troubles += engine.link_troubles()
            self._source = None
            source.close()
