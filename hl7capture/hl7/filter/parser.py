"""Text to tree. What is wrong is said with its place, in words for the person who typed it."""

import re
from functools import cache
from typing import NoReturn, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.grammar import GRAMMAR
from hl7capture.hl7.filter.names import canonical
from hl7capture.hl7.filter.tree import And, Comparison, Node, Not, Operator, Or, Pattern, Text, Word
from hl7capture.hl7.filter.values import check

_LONGEST = 10_000  # characters
_DEEPEST = 50  # parentheses and `not` in one another
_ESCAPED = re.compile(r'\\(["\\])')


def parse(text: str) -> Node | None:
    """The tree of a filter; None where nothing is asked for. Raises FilterError."""
    if not text.strip():
        return None
    if len(text) > _LONGEST:
        raise FilterError(f"a filter has {_LONGEST:,} characters at most", _LONGEST + 1)
    try:
        tree = _lark().parse(text)
    except UnexpectedInput as error:
        _explain(error, text)
    return _node(tree, 0)


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


def _node(tree: "Tree[Token] | Token", depth: int) -> Node:
    assert isinstance(tree, Tree)
    children = [child for child in tree.children if isinstance(child, Tree) or child.type not in _FILLING]
    if depth > _DEEPEST:
        raise FilterError(f"more than {_DEEPEST} parentheses and “not” stand in one another", 1)
    if tree.data in ("all", "any"):
        parts = tuple(_node(child, depth + 1) for child in children)
        return And(parts) if tree.data == "all" else Or(parts)
    if tree.data == "negation":
        return Not(_node(children[0], depth + 1))
    first, *rest = [child for child in children if isinstance(child, Token)]
    if tree.data == "word":
        return Word(_text(first).value)
    column = first.column or 1
    sign = next(child for child in tree.children if isinstance(child, Token) and child.type in _OPERATORS)
    operator = cast(Operator, _OPERATORS[sign.type] or str(sign))
    comparison = Comparison(canonical(str(first), column), operator, tuple(map(_text, rest)))
    return check(comparison, column, sign.column or 1)


_OPERATORS = {"OPERATOR": "", "TILDE": "~", "IN": "in", "EXISTS": "exists"}
_FILLING = {"AND", "OR", "NOT", "LPAR", "RPAR", "COMMA", *_OPERATORS}


def _text(token: Token) -> Text | Pattern:
    column = token.column or 1
    if token.type == "STRING":
        return Text(_ESCAPED.sub(r"\1", token[1:-1]), column)
    if token.type == "PATTERN":
        value, _, flags = token[1:].rpartition("/")
        return Pattern(value, flags, column)
    return Text(str(token), column)


def _explain(error: UnexpectedInput, text: str) -> NoReturn:
    at = error.pos_in_stream or 0
    if isinstance(error, UnexpectedCharacters):
        if text[at] == '"':
            raise FilterError("this quotation mark is not closed", at + 1, len(text) - at) from None
        raise FilterError(f"“{text[at]}” cannot stand here; put it in quotes", at + 1, 1) from None
    assert isinstance(error, UnexpectedToken)
    is_end = error.token.type == "$END"
    before = text if is_end else text[:at]
    column = len(text.rstrip()) + 1 if is_end else at + 1
    raise FilterError(
        _sentence(set(error.expected), _last_word(before), "" if is_end else str(error.token)),
        column,
        0 if is_end else len(error.token),
    ) from None


def _sentence(expected: set[str], before: str, found: str) -> str:
    if expected == {"RPAR"} and not found:
        return "a closing parenthesis is missing"
    if expected == {"$END"} and found == ")":
        return "there is no opening parenthesis for this one"
    what = _expected(expected)
    behind = f" after `{before}`" if before else ""
    return f"expected {what}{behind}" + (f", not `{found}`" if found else "")


def _expected(expected: set[str]) -> str:
    if expected == {"LPAR"}:
        return "values in parentheses"
    if "COMMA" in expected and "RPAR" in expected and "OR" not in expected:
        return "a comma or a closing parenthesis"
    if "NOT" in expected and "OR" not in expected:
        return "a condition"
    if "OR" in expected:
        return "`and` or `or`"
    return "a value"


def _last_word(text: str) -> str:
    words = text.split()
    if not words:
        return ""
    match = re.search(r'[=!<>~]+$|[(),]$|[^\s()",=<>~!]+$|"[^"]*"$', words[-1])
    return match[0] if match else words[-1]
