"""The filter language: what every name and operator asks, what is said of mistakes, and any tree and text."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7 import tree as message_tree
from hl7capture.hl7.filter.errors import FilterError
from hl7capture.hl7.filter.evaluation import Filter
from hl7capture.hl7.filter.names import NAMES
from hl7capture.hl7.filter.parser import parse
from hl7capture.hl7.filter.paths import path_of
from hl7capture.hl7.filter.tree import And, Comparison, Node, Not, Or, Pattern, Text, Word, text_of
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.session import Session
from tests.support.engine import sessions_of
from tests.support.sessions import open_session
from tests.support.speech import NAK, RECORDS, answer, astm_transfer, frame, mllp, oru
from tests.support.wire import conversation, pcap

RICH = (
    b"MSH|^~\\&|ANALYZER|LAB|LIS|HOSPITAL|20261121101530||ORU^R01^ORU_R01|M4711|P|2.5.1\r"
    b"PID|1||4711^^^LAB&x~0815^^^WARD||Testmann^Tilda\r"
    b"OBX|1|NM|GLU^Glucose||5.4|mmol/L\r"
    b"OBX|2|NM|K^Potassium||204|mmol/L\r"
    b"NTE|1||Haemolytic \\T\\ lipaemic\r"
)


def session(*turns: tuple[int, bytes]) -> Session:
    (made,) = sessions_of(pcap(conversation(*turns).segments))
    return made


MLLP = session((0, mllp(RICH)), (1, mllp(answer("M4711", "AE"))), (0, mllp(oru("2"))), (1, mllp(answer("2"))))
ASTM = session(*astm_transfer())
LOCAL = datetime.fromtimestamp(MLLP.start_time / 1000)


def matches(text: str, of: Session = MLLP, **more: object) -> bool:
    return Filter.of(text).matches(of, **more)  # type: ignore[arg-type]


YES = [
    "",
    "device = 10.0.0.5",
    "device = 10.0.0.0/24",
    "device ~ 10.0.0",
    "device in (1.2.3.4, 10.0.0.5)",
    "device exists",
    "lis = 10.1.0.1",
    "ip = 10.1.0.1 and ip = 10.0.0.5",
    "port = 2575",
    "port >= 40001",
    "type = ORU^R01",
    "type = oru",
    "type ~ R01",
    "type in (ADT, ORU)",
    "trigger = R01",
    "control = M4711",
    "ack = AE",
    "ack = negative",
    "ack = AA and ack in (AE, AR)",
    "latency < 2s",
    "latency > 0.5ms and latency <= 1ms",
    "latency exists",
    "framing = mllp",
    "framing != astm",
    "complete = yes",
    "kept = no",
    "end = closed",
    "not flag exists",
    "duration < 1min",
    "duration > 1\u00b5s and duration > 1\u03bcS",
    "messages = 4",
    "messages > 3",
    "number = 1",
    f"id = {MLLP.session_id}",
    "probe exists",
    "source ~ e",
    "text ~ glucose",
    "text ~ /pota[s]+ium/i",
    'text ~ "TESTMANN^til"',
    "PID-3 = 4711^^^LAB&x",
    "PID-3.1 = 4711",
    "PID-3[2].1 = 0815",
    "PID-3[*].4 in (WARD, x)",
    "pid-3.4.2 = x",
    "OBX[2]-5 > 200",
    "OBX[*]-5 > 200",
    "OBX-5 < 6",
    "OBX[*]-3.2 ~ /^gluc/i",
    "NTE ~ lipaemic",
    'NTE-3 = "haemolytic & lipaemic"',
    "MSH-1 = |",
    "MSH-10 = M4711",
    "MSH-9.2 = R01",
    "MSA-1 = AE",
    "PID-7 >= 19900101 or PID-8 exists or PID-1 = 1",
    "glucose",
    'Testmann "4711^^^LAB"',
    "glucose and not (framing = stx or zebra)",
    "NOT zebra AND Glucose",
    f"time >= {LOCAL:%Y-%m-%d}",
    f"time = {LOCAL:%Y-%m-%d}",
    f'time = "{LOCAL:%Y-%m-%d %H:%M}"',
    f"time < {LOCAL + timedelta(days=1):%Y-%m-%d}",
    f"time in ({LOCAL:%Y-%m-%d}, 2001-01-01)",
    "time > 2001-01-01T00:00:00Z",
    'time > "2001-01-01 00:00 +0200"',
]

NO = [
    "note exists",
    "note ~ cable",
    "device = 10.0.0.6",
    "device != 10.0.0.5",
    "device = 10.1.0.0/24",
    "lis ~ 10.0.0.5",
    "device = fe80::/10",
    "port < 2575",
    "port != 2575",
    "type = ADT",
    "type = OR",
    "trigger = ORU",
    "control ~ zebra",
    "ack = AR",
    "ack = unanswered",
    "latency > 2s",
    "framing = astm",
    "complete = no",
    "kept = yes",
    "end in (reset, open)",
    "flag = gap",
    "duration > 1h",
    "messages < 4",
    "number in (2, 3)",
    "text = glucose",
    "text ~ /^glucose$/",
    "PID-3.1 = 0815",
    "PID-3[3].1 exists",
    "PID-3.1 > 9000",
    "OBX-5 > 200",
    "OBX[3]-5 exists",
    "NTE[2] exists",
    "R-4 exists",
    "glucose zebra",
    f"time < {LOCAL:%Y-%m-%d}",
    f"time > {LOCAL:%Y-%m-%d}",
    f"time != {LOCAL:%Y-%m-%d}",
]


@pytest.mark.parametrize("text", YES)
def test_yes(text: str) -> None:
    assert matches(text)
    assert not matches(f"not ({text})") if text else True


@pytest.mark.parametrize("text", NO)
def test_no(text: str) -> None:
    assert not matches(text)
    assert matches(f"not ({text})")


@pytest.mark.parametrize(
    "text",
    [
        "framing = astm and end = eot and complete = yes",
        "type = Result",
        "R-4 = 5.4",
        "R-4 > 5",
        "R-3.4 = GLU",
        "P-6.1 = Testmann",
        "H-5 = ANALYZER",
        r"H-2 = \^&",
        "ack = ACK",
        "ack = answered",
        "not ack = unanswered",
        "L exists",
    ],
)
def test_records(text: str) -> None:
    assert matches(text, ASTM)


def test_a_refused_frame() -> None:
    refused = session(*astm_transfer()[:2], (0, frame(1, RECORDS[0])), (1, NAK), (0, b"\x04"))
    assert matches("ack = NAK and ack = negative and ack = ACK", refused) is False  # ENQ is no message
    assert matches("ack = NAK and ack = negative", refused)


def test_findings_are_the_summary_s_or_worked_out_from_the_document() -> None:
    silent = session((0, mllp(oru("1"))))
    known = summary_of(silent)
    assert known.findings is None
    assert Filter.of("finding = ack-missing").decide(known) is None
    assert matches("finding = ack-missing", silent)
    assert matches("finding = clock and not finding = ack-missing", MLLP)
    known.findings = (("clock", "note"),)
    assert Filter.of("finding = clock").decide(known)
    assert Filter.of("finding = ack-missing").decide(known, silent) is False
    assert Filter.of("finding exists").decide(summary_of(open_session(elements=1))) is False


def test_findings_that_the_caller_knows_count() -> None:
    assert matches("finding = ack-missing", findings={"ack-missing"})
    assert matches("finding exists", findings={"x"})
    assert Filter.of("a or not finding = x").asks_findings
    assert not Filter.of("a or not ack = AA").asks_findings


def test_every_name_is_tested() -> None:
    used = " ".join((*YES, *NO, "finding"))
    assert not [name for name in NAMES if name not in used]


# -- with a summary alone --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*YES, *NO])
def test_a_summary_never_says_anything_else(text: str) -> None:
    alone = Filter.of(text).decide(summary_of(MLLP))
    assert alone is None or alone == matches(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("device = 10.0.0.5 and type = ORU and not complete = no", True),
        ("framing = stx and PID-3 = 1", False),
        ("framing = mllp or PID-3 = 1", True),
        ("framing = mllp and PID-3 = 1", None),
        ("not PID-3 = 1", None),
        ("flag = gap", False),
        ("10.0.0.5", True),
        ("zebra", None),
    ],
)
def test_what_a_summary_tells(text: str, answer: bool | None) -> None:
    assert Filter.of(text).decide(summary_of(MLLP)) is answer


def test_what_an_index_has_found_counts() -> None:
    asked = Filter.of('Zebra and not text ~ "A B"')
    assert asked.texts == ("zebra", "a b")
    summary = summary_of(MLLP)
    assert asked.decide(summary, found={"zebra": {MLLP.session_id}, "a b": set()}) is True
    assert asked.decide(summary, found={"zebra": set(), "a b": set()}) is False
    assert asked.decide(summary, found={"zebra": {MLLP.session_id}}) is None


# -- mistakes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("framing = ", 10, "expected a value after `=`"),
        ("framing = )", 11, "expected a value after `=`, not `)`"),
        ("(a", 3, "a closing parenthesis is missing"),
        ("a)", 2, "there is no opening parenthesis"),
        ('a "b', 3, "this quotation mark is not closed"),
        ("a and", 6, "expected a condition after `and`"),
        ("= 3", 1, "expected a condition"),
        ("id in 3", 7, "expected values in parentheses after `in`"),
        ("id in (a b)", 10, "expected a comma or a closing parenthesis"),
        ("port = 1 = 2", 10, "expected `and` or `or` after `1`"),
        ("device = lab", 10, "“lab” is no address"),
        ("a latency > 2x", 13, "“2x” is no duration"),
        ("latency > 2ſ", 11, "“2ſ” is no duration"),
        ("port = x", 8, "“x” is no number"),
        ("time > tomorrow", 8, "“tomorrow” is no time"),
        ("time > 2026-02-30", 8, "no time in the calendar"),
        ("complete = maybe", 12, "expected yes or no"),
        ("fraiming = mllp", 1, "did you mean `framing`?"),
        ("glucose = 3", 1, "there is no name `glucose`"),
        ("PID-x = 3", 1, "no path into a message"),
        ("framing < stx", 9, "`framing` does not go with `<`"),
        ("framing = http", 11, "is one of mllp, stx, astm, none"),
        ("ack = XX", 7, "is one of AA, AE"),
        ("text ~ /(/", 8, "the pattern cannot be read"),
        ("text ~ /a/x", 8, "no flag “x”"),
        ('text ~ ""', 8, "expected a text behind `~`"),
        ("not " * 99 + "a", 1, "stand in one another"),
        ("a" * 10_001, 10_001, "10,000 characters at most"),
    ],
)
def test_mistakes_are_said_with_their_place(text: str, column: int, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert said in caught.value.problem
    assert caught.value.column == column
    assert f"at column {column}: " in str(caught.value)


def test_patterns_take_linear_time() -> None:
    """This one takes an engine that goes back 2^5000 steps."""
    evil = session((0, mllp(oru("a" * 5000 + "!"))))
    assert not matches("text ~ /(a+)+$/ and text ~ /zebra/", evil)


# -- anything --------------------------------------------------------------------------------------------------

SOME = ["and", "OR", "in", "/x/", 'a "b"', "\\", "a\\", "ORU^R01", "é\n"]
WORDS = st.one_of(st.sampled_from(SOME), st.text(min_size=1))
PATTERNS = st.builds(Pattern, st.sampled_from(["a", r"a\/b", "[a-z]+$", "", r"\\"]), st.sampled_from(["", "i", "ims"]))
VALUES = st.builds(Text, st.text())


def comparisons(
    names: list[str], operators: list[str], values: st.SearchStrategy[tuple[Text | Pattern, ...]]
) -> st.SearchStrategy[Node]:
    return st.builds(Comparison, st.sampled_from(names), st.sampled_from(operators), values)


COMPARISONS = st.one_of(
    comparisons(["text", "PID-3.1", "OBX[*]-5", "R-4"], ["=", "!="], st.tuples(VALUES)),
    comparisons(["text", "source", "NTE"], ["~"], st.tuples(PATTERNS | st.builds(Text, WORDS))),
    comparisons(["id", "probe"], ["in"], st.lists(VALUES, min_size=1, max_size=3).map(tuple)),
    comparisons(["latency", "PID-8", "flag"], ["exists"], st.just(())),
    comparisons(["latency", "duration"], ["<", "<=", ">", ">=", "!="], st.just((Text("2s"),))),
    st.sampled_from([parse(text) for text in (*YES, *NO) if text]),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    st.builds(Word, WORDS) | COMPARISONS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(TREES)
def test_any_tree_is_read_again_as_it_was_written(tree: Node) -> None:
    assert parse(text_of(tree)) == tree


@given(
    st.text()
    | st.lists(
        st.sampled_from([*NAMES, *"()=~,<>!/", "and", "or", "not", "in", "exists", '"', "PID-3", "2s", "x", "/a/i"])
    ).map(" ".join)
)
def test_any_text_is_a_filter_or_a_mistake(text: str) -> None:
    try:
        asked = Filter.of(text)
    except FilterError as error:
        column = error.column
    else:
        column = 1
        asked.matches(MLLP)
        asked.decide(summary_of(ASTM))
    assert 1 <= column <= len(text) + 1


def naive(node: Node, leaf: dict[Node, bool]) -> bool:
    """Logic as in a book."""
    match node:
        case Not(part):
            return not naive(part, leaf)
        case And(parts):
            return all(naive(part, leaf) for part in parts)
        case Or(parts):
            return any(naive(part, leaf) for part in parts)
        case _:
            return leaf[node]


KNOWN = {parse(text): answer for texts, answer in ((YES[1:40], True), (NO[:25], False)) for text in texts}
LOGIC: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from([node for node in KNOWN if node is not None and not isinstance(node, And | Or | Not)]),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=4).map(tuple)),
    ),
)


@given(LOGIC)
def test_logic_is_that_of_a_book(tree: Node) -> None:
    expected = naive(tree, KNOWN)  # type: ignore[arg-type]
    assert Filter(tree).matches(MLLP) is expected
    assert Filter(tree).decide(summary_of(MLLP)) in (expected, None)


# -- paths -----------------------------------------------------------------------------------------------------


def everything(nodes: tuple[message_tree.Node, ...]) -> dict[str, str]:
    return {
        key: value for node in nodes for key, value in ({node.path: node.value} | everything(node.children)).items()
    }


PARTS = st.text(st.sampled_from("ab^&~|\\"), max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["PID", "OBX", "MSH", "NTE"]), PARTS), max_size=5))
def test_paths_are_those_of_the_tree(segments: list[tuple[str, str]]) -> None:
    lines = ["MSH|^~\\&|A|B"] + [f"{n}|{'^~' + chr(92) + '&|' if n == 'MSH' else ''}{rest}" for n, rest in segments]
    check_paths("\r".join(lines))


@given(st.lists(st.tuples(st.sampled_from("PORLC"), PARTS), max_size=5))
def test_paths_are_those_of_the_tree_of_records(records: list[tuple[str, str]]) -> None:
    check_paths("\r".join(["H|\\^&|||A^b"] + [f"{name}|{rest}" for name, rest in records]))


def check_paths(text: str) -> None:
    from hl7capture.hl7.er7 import unescape
    from hl7capture.hl7.tree import delimiters_of

    for path, value in everything(message_tree.parse(text)).items():
        # A node with repetitions has the path of its first one, which stands below it.
        found = list(path_of(path).values(text))
        assert found == ([unescape(value, delimiters_of(text))] if value else []), path


def test_notes_are_asked_of_the_document_where_there_is_one() -> None:
    made = session((0, mllp(oru("1"))))
    assert not matches("note exists", made)
    made.note = "Cable of device 3"
    assert matches("note exists and note ~ CABLE and notes ~ /dev.ce [0-9]/ and not note = cable", made)
    wanted = Filter.of("note ~ cable")
    summary = summary_of(made)
    assert wanted.decide(summary) is None
    summary.has_note = False
    assert wanted.decide(summary) is False
