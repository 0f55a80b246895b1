"""Asks a filter of sessions, with three answers: yes, no, and None: that is known only with the document.

So a list of summaries is filtered without reading a file, and only what is left open is read.
"""

from collections.abc import Callable, Collection, Iterator

from hl7capture.hl7.acknowledgements.acknowledged import Acknowledgements
from hl7capture.hl7.filter.comparisons import Test, test_of
from hl7capture.hl7.filter.facts import Facts, Found
from hl7capture.hl7.filter.parser import parse
from hl7capture.hl7.filter.tree import And, Comparison, Node, Not, Or, Text, Word
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.session import Session
from hl7capture.model.session_summary import SessionSummary


class Filter:
    """A filter, ready to be asked. It holds no state: any thread may ask it."""

    def __init__(self, node: Node | None) -> None:
        self.node = node
        self._test: Test = _compiled(node) if node is not None else lambda _facts: True
        self.texts = (
            tuple(dict.fromkeys(_texts(node))) if node is not None else ()
        )  # casefolded, an index may find them
        self.asks_findings = node is not None and any(part.name == "finding" for part in _comparisons(node))

    @classmethod
    def of(cls, text: str) -> "Filter":
        """Raises FilterError."""
        return cls(parse(text))

    def decide(
        self,
        summary: SessionSummary,
        session: Session | None = None,
        found: Found | None = None,
        findings: Collection[str] | None = None,
        acknowledgements: Callable[[], Acknowledgements] | None = None,
    ) -> bool | None:
        """None: the document is needed. What the arguments are says `Facts`.

        acknowledgements: where they are known better than from this session alone.
        """
        return self._test(Facts(summary, session, found, findings, acknowledgements))

    def matches(
        self,
        session: Session,
        findings: Collection[str] | None = None,
        acknowledgements: Callable[[], Acknowledgements] | None = None,
    ) -> bool:
        """Of a whole session; what the other arguments are says `Facts`."""
        return bool(self.decide(summary_of(session), session, None, findings, acknowledgements))


def _compiled(node: Node) -> Test:
    match node:
        case Word(value):
            return _word(value.casefold())
        case Comparison():
            return test_of(node)
        case Not(part):
            return _not(_compiled(part))
        case And(parts):
            return _all([_compiled(part) for part in _cheap_first(parts)])
        case Or(parts):
            return _any([_compiled(part) for part in _cheap_first(parts)])


def _word(text: str) -> Test:
    def test(facts: Facts) -> bool | None:
        return text in facts.summary.search_line or facts.has_text(text)

    return test


def _not(part: Test) -> Test:
    def test(facts: Facts) -> bool | None:
        answer = part(facts)
        return None if answer is None else not answer

    return test


def _all(parts: list[Test]) -> Test:
    def test(facts: Facts) -> bool | None:
        result: bool | None = True
        for part in parts:
            answer = part(facts)
            if answer is False:
                return False
            if answer is None:
                result = None
        return result

    return test


def _any(parts: list[Test]) -> Test:
    def test(facts: Facts) -> bool | None:
        result: bool | None = False
        for part in parts:
            answer = part(facts)
            if answer:
                return True
            if answer is None:
                result = None
        return result

    return test


# What a summary answers is asked before what needs messages, and those before answers and patterns.
_COSTLY = {"control": 1, "text": 1, "flag": 1, "ack": 3, "latency": 3}


def _cheap_first(parts: tuple[Node, ...]) -> list[Node]:
    return sorted(parts, key=_cost)


def _cost(node: Node) -> int:
    match node:
        case Word():
            return 1
        case Comparison(name):
            return _COSTLY.get(name, 2 if name[0].isupper() else 0)
        case Not(part):
            return _cost(part)
        case And(parts) | Or(parts):
            return max(map(_cost, parts))


def _comparisons(node: Node) -> Iterator[Comparison]:
    match node:
        case Comparison():
            yield node
        case Not(part):
            yield from _comparisons(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _comparisons(part)


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Word(value):
            yield value.casefold()
        case Comparison("text", "~", (Text(value),)):
            yield value.casefold()
        case Not(part):
            yield from _texts(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _texts(part)
