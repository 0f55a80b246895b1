"""What a person types to find sessions: words that must all be found, in whatever case."""

import re
from collections.abc import Container, Mapping, Sequence

from hl7capture.model.session_summary import SessionSummary

_TERM = re.compile(r'"([^"]*)"?|(\S+)')
_NOWHERE: Container[str] = frozenset()


def terms_of(text: str) -> list[str]:
    """The words of a search, casefolded; words in quotes belong together."""
    return [(quoted or word).casefold() for quoted, word in _TERM.findall(text) if quoted or word]


def matches(
    summary: SessionSummary,
    messages: Sequence[str],
    terms: Sequence[str],
    found: Mapping[str, Container[str]] | None = None,
) -> bool:
    """True where every term stands somewhere: beside the messages, in one of them, or where it was `found` before.

    messages: as far as they are in memory. found: for a term, the ids of the sessions whose messages have it.
    """
    line = summary.search_line
    for term in terms:
        if term in line or (found is not None and summary.session_id in found.get(term, _NOWHERE)):
            continue
        if not any(term in message.casefold() for message in messages):
            return False
    return True
