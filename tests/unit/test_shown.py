"""What is shown, decided without a window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.hl7.session_summary import opening_of
from hl7capture.model.search import matches, terms_of
from hl7capture.model.session import EndReason
from hl7capture.ui import shown_text
from hl7capture.ui.hex_view import hex_line
from hl7capture.ui.plain import visible
from hl7capture.ui.resources import resources
from hl7capture.ui.session_row import SessionRow, state_of
from hl7capture.ui.shown_text import MOST, ShownText, column_in_text, column_in_utf16
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import conversation, pcap


def row() -> SessionRow:
    (session,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
    made = SessionRow(opening_of(session), session)
    made.refresh()
    return made


@given(st.text(st.one_of(st.sampled_from("\r\n\x0bäx\u202e"), st.characters()), max_size=60), st.integers(1, 7))
def test_each_character_is_found_where_it_is_shown(text: str, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shown_text, "PIECE", piece)
        shown = ShownText(text)
        places = [shown.place(at) for at in range(len(text) + 1)]
        for at, place in enumerate(places):
            if place is not None and text[at : at + 1] not in ("\r", "\n", ""):
                line, column = place
                assert shown.lines[line][column] == visible(text[at])[0] or column == len(shown.lines[line])
                assert shown.character(*place) == at
        known = [place for place in places if place is not None]
        assert known == sorted(known)
        for line, shown_line in enumerate(shown.lines):
            for column in range(len(shown_line) + 1):
                assert 0 <= shown.character(line, column) <= len(text)


def test_what_is_beyond_the_shown_part_has_no_place() -> None:
    shown = ShownText("x" * (MOST + 1))
    assert shown.place(MOST) is not None
    assert shown.place(MOST + 1) is None
    assert ShownText("").place(0) is None
    assert ShownText("").character(0, 0) == 0


@pytest.mark.parametrize("line", ["plain", "a\U0001d11eb", "\U0001d11e\U0001d11e", ""])
def test_columns_of_qt(line: str) -> None:
    for column in range(len(line) + 1):
        assert column_in_text(line, column_in_utf16(line, column)) == column


@given(st.text(max_size=200))
def test_nothing_invisible_is_left(text: str) -> None:
    assert visible(text).isprintable()


def test_visible_characters_stay_and_long_texts_are_cut() -> None:
    assert visible("Müller^Zoë|5.4 µg") == "Müller^Zoë|5.4 µg"
    assert visible("a\rb\x1b") == "a␍b␛"
    assert visible("x" * 30, 10) == "x" * 10 + "…"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("  ORU  glucose ", ["oru", "glucose"]),
        ('"two words" one', ["two words", "one"]),
        ('"not closed', ["not closed"]),
        ('""', []),
    ],
)
def test_terms_of_a_filter(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


def test_every_term_must_be_found() -> None:
    made = row()
    assert matches(made.summary, made.session.messages, terms_of("10.0.0.5 mllp oru testmann"))
    assert not matches(made.summary, made.session.messages, terms_of("10.0.0.5 nobody"))


def test_summaries_are_made_for_new_messages_alone() -> None:
    made = row()
    assert made.summary.kinds_text == "1 × ORU^R01, 1 × ACK^R01"
    made.session.messages.append(oru("2").decode())
    made.refresh()
    assert made.summary.kinds_text == "2 × ORU^R01, 1 × ACK^R01"


def test_states_in_words() -> None:
    session = row().summary
    assert state_of(session).word == "closed"
    session.is_complete = False
    assert state_of(session).word == "closed, incomplete"
    session.end_reason = EndReason.STOPPED
    assert state_of(session).word == "stopped, incomplete"
    session.end_reason = None
    assert state_of(session).word == "open"


def test_every_state_has_an_icon_of_its_own() -> None:
    session = row().summary
    icons = []
    for reason in (*EndReason, None):
        session.end_reason = reason
        icons.append(state_of(session).icon)
    session.end_reason, session.is_complete = EndReason.CLOSED, False
    icons.append(state_of(session).icon)
    badges = ["error", "incomplete", "notice"]
    shapes = {(resources() / "icons" / f"{name}.svg").read_text() for name in [*icons, *badges]}
    assert len(shapes) == len(EndReason) + 2 + len(badges)


def test_hex_line() -> None:
    assert hex_line(b"\x0bMSH|^~\\&|ANALYZER", 0) == (
        "00000000",
        "0b 4d 53 48 7c 5e 7e 5c  26 7c 41 4e 41 4c 59 5a",
        "·MSH|^~\\&|ANALYZ",
    )
    assert hex_line(b"0123456789abcdefgh", 1)[1].strip() == "67 68"
