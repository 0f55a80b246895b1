"""Copies without patients' data: made in the background, for a session may be large."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.rules import Rules
from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.model.session import Session
from hl7capture.ui.background import Background
from hl7capture.ui.clipboard import copy_text


class DeidentifiedCopy:
    """Copies of one window, which belong together: the same patient has the same pseudonyms in all of them."""

    def __init__(self) -> None:
        self._pseudonyms = Pseudonyms()

    def copy(self, sessions: Iterable[Session], rules: Rules, take: Callable[[list[Session]], str]) -> None:
        """Puts on the clipboard what `take` makes of the sessions without patients' data, as they are now."""
        frozen = [replace(one, elements=list(one.elements), messages=list(one.messages)) for one in sessions]

        def work() -> str:
            return take(list(map(Deidentification(rules, self._pseudonyms).session, frozen)))

        Background(work, copy_text).start()


def messages_text(messages: Iterable[str]) -> str:
    """Messages as people paste them: a segment a line, a blank line between two."""
    return "\n\n".join(text.replace("\r", "\n") for text in messages)
