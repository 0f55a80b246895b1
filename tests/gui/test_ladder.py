"""The ladder, used as a person uses it, and exported."""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontInfo, QHelpEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QToolTip
from pytestqt.qtbot import QtBot

from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.findings.report import findings_of
from hl7capture.hl7.session_summary import summary_of
from hl7capture.model.elements import Direction
from hl7capture.model.session import Session
from hl7capture.ui import theme
from hl7capture.ui.ladder import Ladder
from hl7capture.ui.ladder.layout import Row
from hl7capture.ui.ladder.words import silence_text, spoken
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.session_row import SessionRow
from tests.gui.conftest import read
from tests.support.engine import sessions_of
from tests.support.sessions import complete, grow, open_session
from tests.support.speech import answer, astm_transfer, mllp, oru, timely
from tests.support.wire import conversation, pcap

SVG = "{http://www.w3.org/2000/svg}"
LONG = 4_000  # messages


def row_of(session: Session) -> SessionRow:
    row = SessionRow(summary_of(session), session)
    row.refresh()
    return row


def said(*turns: tuple[int, bytes]) -> Session:
    (session,) = sessions_of(timely(conversation(*turns).segments))
    return session


def refused() -> Session:
    """A message and its answer; one that is refused, and one whose answer comes late."""
    turns = [(0, mllp(oru("1"))), (1, mllp(answer("1"))), (0, mllp(oru("2"))), (1, mllp(answer("2", "AE")))]
    session = said(*turns, (0, mllp(oru("3"))), (1, mllp(answer("3"))))
    last = session.elements[-1]
    session.elements[-1] = last._replace(timestamp=last.timestamp + 12_000)
    return session


def long_session(messages: int = LONG) -> Session:
    return complete(open_session(elements=messages))


@pytest.fixture
def ladder(qtbot: QtBot) -> Ladder:
    theme.apply(QApplication.instance(), "light")  # type: ignore[arg-type]
    made = Ladder()
    qtbot.addWidget(made)
    made.resize(560, 480)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    return made


def find(ladder: Ladder, session: Session, qtbot: QtBot) -> None:
    """Lets the ladder show what is wrong in its session."""
    ladder.show_findings(session.session_id, "", findings_of(session))
    qtbot.waitUntil(lambda: bool(ladder.marks.by_number))


def keys(ladder: Ladder, qtbot: QtBot, *pressed: Qt.Key) -> int:
    for key in pressed:
        qtbot.keyClick(ladder, key)
    return ladder.selected


def words(ladder: Ladder) -> list[str]:
    """What each row says."""
    assert ladder.row is not None
    assert ladder.layout_ is not None
    layout = ladder.layout_
    return [spoken(ladder.row, layout, row, ladder.marks) for row in layout.rows(0, layout.height)]


def rows(ladder: Ladder) -> list[Row]:
    assert ladder.layout_ is not None
    return list(ladder.layout_.rows(0, ladder.layout_.height))


def middle_of(ladder: Ladder, row: Row, x: int = 200) -> QPoint:
    return QPoint(x, ladder.viewport().height() - ladder.room + row.top + row.height // 2)


def picture_of(ladder: Ladder) -> QImage:
    ladder.viewport().repaint()
    return ladder.viewport().grab().toImage()


# -- what it says ------------------------------------------------------------------------------------------------


def test_arrows_say_what_was_said_and_how_long_the_answer_took(ladder: Ladder, qtbot: QtBot) -> None:
    session = refused()
    ladder.show_session(row_of(session))
    find(ladder, session, qtbot)
    assert words(ladder) == [
        "1/6: ORU^R01 · 1 · 179 B, device to LIS",
        "2/6: ACK^R01 AA · 1 ms · A1 · 86 B, LIS to device",
        "3/6: ORU^R01 · 2 · 179 B, device to LIS, Error: ack-negative",
        "4/6: ACK^R01 AE · refused · 1 ms · A1 · 86 B, LIS to device",
        "5/6: ORU^R01 · 3 · 179 B, device to LIS, Warning: ack-late",
        "6/6: ACK^R01 AA · 12.0 s (late) · A1 · 86 B, LIS to device, 12 s of silence before it",
    ]
    assert ladder.accessibleDescription() == words(ladder)[0]


def test_frames_stand_in_one_row_until_they_are_unfolded(ladder: Ladder, qtbot: QtBot) -> None:
    ladder.show_session(row_of(said(*astm_transfer())))
    assert words(ladder) == [
        "1/11: ENQ, device to LIS",
        "2/11: ACK · 1 ms, LIS to device",
        "3/11: Result · 4 frames · 103 B, device to LIS, 4 ACK · ≤ 1 ms, folded",
        "11/11: EOT, device to LIS",
    ]
    assert ladder.selected == 2
    assert keys(ladder, qtbot, Qt.Key.Key_Right) == 2
    assert words(ladder)[2].endswith("unfolded")
    assert words(ladder)[3:5] == ["3/11: Frame 1 · 24 B, device to LIS", "4/11: ACK · 1 ms, LIS to device"]
    assert len(rows(ladder)) == 4 + 8


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (12_345, "12 s"),
        (200_000, "3 min 20 s"),
        (7_500_000, "2 h 05 min"),
        (86_400_000, "1 day"),
        (4e8, "4 days"),
        (float("inf"), "115,740 days"),
    ],
)
def test_silences_are_said_in_words(milliseconds: float, text: str) -> None:
    assert silence_text(milliseconds) == f"{text} of silence"


def test_findings_of_another_session_are_not_shown(ladder: Ladder, qtbot: QtBot) -> None:
    session = refused()
    ladder.show_session(row_of(session))
    ladder.show_findings("another", "", findings_of(session))
    qtbot.wait(50)
    assert not ladder.marks.by_number
    find(ladder, session, qtbot)
    ladder.show_session(row_of(said((0, mllp(oru("9"))))))
    assert not ladder.marks.by_number


def test_tool_tip_names_the_findings_and_nothing_of_the_wire(ladder: Ladder, qtbot: QtBot) -> None:
    session = refused()
    ladder.show_session(row_of(session))
    find(ladder, session, qtbot)
    place = middle_of(ladder, rows(ladder)[2])
    event = QHelpEvent(QEvent.Type.ToolTip, place, ladder.viewport().mapToGlobal(place))
    QApplication.sendEvent(ladder.viewport(), event)
    assert QToolTip.text() == "Error: ack-negative"
    QToolTip.hideText()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_everything_is_painted_in_the_colours_of_the_theme(ladder: Ladder, name: theme.Theme, qtbot: QtBot) -> None:
    theme.apply(QApplication.instance(), name)  # type: ignore[arg-type]
    session = refused()
    ladder.show_session(row_of(session))
    plain = picture_of(ladder)
    find(ladder, session, qtbot)
    marked = picture_of(ladder)
    assert plain != marked
    painted = {marked.pixelColor(x, y).name() for x in range(marked.width()) for y in range(marked.height())}
    now = theme.colours()
    assert {now.accent, now.bad, now.good, now.line, now.selection} <= painted


def test_times_that_no_clock_has_are_painted_all_the_same(ladder: Ladder, qtbot: QtBot, export: "Export") -> None:
    session = said(*astm_transfer())
    times = [1e308, -1e308, float("nan"), 0.0, float("inf"), 1e300, -1.0]
    session.elements[:] = [
        element._replace(timestamp=times[number % len(times)]) for number, element in enumerate(session.elements)
    ]
    session.start_time = float("nan")
    row = row_of(session)
    ladder.show_session(row)
    for is_open in (True, False):
        ladder.unfold_all(is_open=is_open)
        assert not picture_of(ladder).isNull()
        assert words(ladder)
    assert not export(row, "times.svg")[1]


# -- mouse and keys ----------------------------------------------------------------------------------------------


def test_keys_lead_through_the_rows(ladder: Ladder, qtbot: QtBot) -> None:
    key = Qt.Key
    ladder.show_session(row_of(said(*astm_transfer())))
    assert keys(ladder, qtbot, key.Key_Home) == 0
    assert keys(ladder, qtbot, key.Key_Up) == 0
    assert keys(ladder, qtbot, key.Key_Down, key.Key_Down) == 2
    assert keys(ladder, qtbot, key.Key_Down) == 10  # the frames are one row
    assert keys(ladder, qtbot, key.Key_Down) == 10
    assert keys(ladder, qtbot, key.Key_Up, key.Key_Right, key.Key_Right) == 2  # unfolded, then on to its first frame
    assert keys(ladder, qtbot, key.Key_Down, key.Key_Down) == 4
    assert keys(ladder, qtbot, key.Key_Left) == 2
    assert len(rows(ladder)) == 12
    assert keys(ladder, qtbot, key.Key_Left) == 2
    assert len(rows(ladder)) == 4
    assert keys(ladder, qtbot, key.Key_End) == 10
    with qtbot.waitSignal(ladder.details_wanted):
        qtbot.keyClick(ladder, key.Key_Return)


def test_pages_and_ends_of_a_long_session(ladder: Ladder, qtbot: QtBot) -> None:
    ladder.show_session(row_of(long_session()))
    qtbot.waitUntil(lambda: ladder.layout_ is not None and ladder.layout_.count == LONG)
    page = keys(ladder, qtbot, Qt.Key.Key_PageDown)
    assert 8 < page < 16
    assert keys(ladder, qtbot, Qt.Key.Key_PageDown) == 2 * page
    assert keys(ladder, qtbot, Qt.Key.Key_PageUp) == page
    assert keys(ladder, qtbot, Qt.Key.Key_End) == LONG - 1
    bar = ladder.verticalScrollBar()
    assert bar.maximum() - 20 <= bar.value() <= bar.maximum()
    assert keys(ladder, qtbot, Qt.Key.Key_PageDown) == LONG - 1
    assert keys(ladder, qtbot, Qt.Key.Key_Home) == 0
    assert bar.value() == 0


def test_clicks_choose_and_fold(ladder: Ladder, qtbot: QtBot) -> None:
    ladder.show_session(row_of(said(*astm_transfer())))
    left = Qt.MouseButton.LeftButton
    with qtbot.waitSignal(ladder.element_selected) as told:
        qtbot.mouseClick(ladder.viewport(), left, pos=middle_of(ladder, rows(ladder)[3]))
    assert told.args == [10]
    triangle = next(x for x in range(ladder.viewport().width()) if ladder.is_triangle(x, rows(ladder)[2])) + 12
    qtbot.mouseClick(ladder.viewport(), left, pos=middle_of(ladder, rows(ladder)[2], triangle))
    assert ladder.selected == 2
    assert len(rows(ladder)) == 12
    qtbot.mouseClick(ladder.viewport(), left, pos=middle_of(ladder, rows(ladder)[5]))
    assert ladder.selected == 4
    qtbot.mouseClick(ladder.viewport(), left, pos=middle_of(ladder, rows(ladder)[2], triangle))
    assert ladder.selected == 2
    assert len(rows(ladder)) == 4
    qtbot.mouseDClick(ladder.viewport(), left, pos=middle_of(ladder, rows(ladder)[2]))
    assert len(rows(ladder)) == 12
    qtbot.mouseClick(ladder.viewport(), left, pos=QPoint(200, ladder.viewport().height() - 2))  # below all rows
    assert ladder.selected == 2


def test_frames_that_answer_the_device_have_their_triangle_at_the_other_rail(ladder: Ladder) -> None:
    session = said(*astm_transfer())
    other = {one: one.opposite for one in Direction}
    session.elements[:] = [element._replace(direction=other[element.direction]) for element in session.elements]
    ladder.show_session(row_of(session))
    row = rows(ladder)[2]
    assert not any(ladder.is_triangle(x, row) for x in range(ladder.viewport().width() // 2))
    assert any(ladder.is_triangle(x, row) for x in range(ladder.viewport().width()))


def test_choosing_a_frame_unfolds_its_message(ladder: Ladder) -> None:
    ladder.show_session(row_of(said(*astm_transfer())))
    ladder.select(5)
    assert ladder.selected == 5
    assert len(rows(ladder)) == 12
    ladder.unfold_all(is_open=False)
    assert ladder.selected == 2
    ladder.select(99)
    assert ladder.selected == 2


def test_next_and_previous_finding(ladder: Ladder, qtbot: QtBot) -> None:
    session = refused()
    ladder.show_session(row_of(session))
    assert not ladder.next_finding.isEnabled()
    find(ladder, session, qtbot)
    assert keys(ladder, qtbot, Qt.Key.Key_N) == 2
    assert keys(ladder, qtbot, Qt.Key.Key_N, Qt.Key.Key_N) == 4
    ladder.previous_finding.trigger()
    assert ladder.selected == 2


# -- long and growing sessions -----------------------------------------------------------------------------------


def test_a_long_session_is_laid_out_bit_by_bit(ladder: Ladder, qtbot: QtBot) -> None:
    ladder.show_session(row_of(long_session()))
    ladder.select(LONG - 1)
    qtbot.waitUntil(lambda: ladder.selected == LONG - 1)
    assert ladder.verticalScrollBar().value() > 0


def test_who_looks_at_the_end_goes_on_doing_so(ladder: Ladder) -> None:
    session = open_session(elements=30)
    row = row_of(session)
    ladder.show_session(row)
    bar = ladder.verticalScrollBar()
    assert bar.value() == 0

    def more() -> None:
        for _ in range(10):
            grow(session)
        row.refresh()
        ladder.grow()

    more()
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    more()
    assert bar.value() == bar.maximum() > 0
    assert ladder.selected == 0
    assert len(rows(ladder)) == 50


def test_minimap_shows_a_long_session_and_leads_there(ladder: Ladder, qtbot: QtBot) -> None:
    ladder.show_session(row_of(refused()))
    assert ladder.minimap.isHidden()
    session = long_session()
    ladder.show_session(row_of(session))
    qtbot.waitUntil(lambda: ladder.layout_ is not None and ladder.layout_.count == LONG)
    assert ladder.minimap.isVisible()
    height = ladder.minimap.height()
    qtbot.waitUntil(lambda: is_drawn(ladder))
    plain = ladder.minimap.grab().toImage()
    found = [Finding("ack-negative", Severity.ERROR, "", "", session.session_id, 0.0, (LONG // 2,))]
    ladder.show_findings(session.session_id, "", found)
    qtbot.waitUntil(lambda: bool(ladder.marks.by_number))
    marked = ladder.minimap.grab().toImage()
    differs = [y for y in range(height) if plain.pixel(plain.width() - 4, y) != marked.pixel(marked.width() - 4, y)]
    assert differs
    assert all(abs(y - height / 2) < 8 for y in differs)
    middle = marked.width() // 2 - 2
    assert theme.colours().muted not in {plain.pixelColor(middle, y).name() for y in range(height)}
    late = [element._replace(timestamp=element.timestamp + 60_000) for element in session.elements[LONG // 4 :]]
    session.elements[LONG // 4 :] = late
    ladder.show_session(row_of(session))
    qtbot.waitUntil(lambda: ladder.layout_ is not None and ladder.layout_.count == LONG)

    def silences() -> list[int]:
        drawn = ladder.minimap.grab().toImage()
        return [y for y in range(height) if drawn.pixelColor(middle, y).name() == theme.colours().muted]

    qtbot.waitUntil(lambda: is_drawn(ladder))
    assert silences()
    assert all(abs(y - height / 4) < 3 for y in silences())
    bar = ladder.verticalScrollBar()
    qtbot.mousePress(ladder.minimap, Qt.MouseButton.LeftButton, pos=QPoint(10, height // 2))
    assert bar.value() == pytest.approx(bar.maximum() / 2, rel=0.02)
    drag(ladder, QPointF(10, height - 1))
    assert bar.value() == pytest.approx(bar.maximum(), rel=0.02)


def is_drawn(ladder: Ladder) -> bool:
    """Shows the minimap what there is now? While a session grows it is drawn a few times a second only."""
    ladder.minimap.grab()
    return not ladder.minimap._redraw.isActive()


def drag(ladder: Ladder, to: QPointF) -> None:
    left = Qt.MouseButton.LeftButton
    place = ladder.minimap.mapToGlobal(to)
    event = QMouseEvent(QEvent.Type.MouseMove, to, place, Qt.MouseButton.NoButton, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(ladder.minimap, event)


# -- pictures ----------------------------------------------------------------------------------------------------


@pytest.fixture
def export(
    ladder: Ladder, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[SessionRow, str], tuple[str, bool]]:
    """Exports a session to a file of this name; what is told then."""

    def exported(row: SessionRow, name: str) -> tuple[str, bool]:
        chosen = (str(tmp_path / name) if name else "", "PNG picture (*.png)")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
        if ladder.row is not row:
            ladder.show_session(row)
        with qtbot.waitSignal(ladder.told, timeout=20_000) as told:
            ladder.export_action.trigger()
        return told.args[0], told.args[1]

    return exported


Export = Callable[[SessionRow, str], tuple[str, bool]]


def texts_of(path: Path) -> list[str]:
    return ["".join(element.itertext()).strip() for element in ElementTree.parse(path).iter(f"{SVG}text")]


def test_svg_says_what_the_window_says(ladder: Ladder, export: Export, tmp_path: Path, qtbot: QtBot) -> None:
    session = refused()
    row = row_of(session)
    ladder.show_session(row)
    find(ladder, session, qtbot)
    text, is_error = export(row, "ladder.svg")
    assert not is_error
    assert text == f"Saved the ladder as {tmp_path / 'ladder.svg'}."
    written = texts_of(tmp_path / "ladder.svg")
    assert re.fullmatch(r"Session 1 · Device 10.0.0.5:40001 → LIS 10.1.0.1:2575 · 2026-11-2\d .*", written[0])
    for wanted in ("Device", "10.1.0.1:2575", "ACK^R01 AE · refused · 1 ms · A1 · 86 B", "ack-negative"):
        assert wanted in written
    assert "12 s of silence" in written
    root = ElementTree.parse(tmp_path / "ladder.svg").getroot()
    assert root.get("viewBox", "").split()[2] == "900"
    sizes = {group.get("font-size") for group in root.iter(f"{SVG}g")}
    assert str(QFontInfo(ladder.font()).pixelSize()) in sizes
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "ladder.svg").stat().st_mode) == 0o600


def test_svg_shows_frames_as_they_are_folded(ladder: Ladder, export: Export, tmp_path: Path) -> None:
    row = row_of(said(*astm_transfer()))
    export(row, "folded.svg")
    ladder.unfold_all(is_open=True)
    export(row, "unfolded.svg")
    assert "Frame 1 · 24 B" not in texts_of(tmp_path / "folded.svg")
    assert "Frame 1 · 24 B" in texts_of(tmp_path / "unfolded.svg")


def test_png_is_sharp_and_light_in_a_dark_window(ladder: Ladder, export: Export, tmp_path: Path) -> None:
    theme.apply(QApplication.instance(), "dark")  # type: ignore[arg-type]
    _, is_error = export(row_of(refused()), "ladder.PNG")
    assert not is_error
    image = QImage(str(tmp_path / "ladder.PNG"))
    assert image.width() == 1800
    assert image.pixelColor(2, image.height() - 2).name() == theme.LIGHT.panel
    painted = {image.pixelColor(x, y).name() for x in range(0, 1800, 3) for y in range(image.height())}
    assert {theme.LIGHT.bad, theme.LIGHT.good, theme.LIGHT.accent} <= painted


def test_what_was_on_the_wire_is_plain_text_in_a_picture(ladder: Ladder, export: Export, tmp_path: Path) -> None:
    hostile = "</text><script>&\x00\u202e\ufffe]]>\"'"
    session = said((0, mllp(oru("1"))))
    session.device_ip = "<b>&"
    session.messages[0] = session.messages[0].replace("|1|P|", f"|{hostile}|P|")
    text, is_error = export(row_of(session), "hostile.svg")
    assert not is_error, text
    written = texts_of(tmp_path / "hostile.svg")
    label = next(line for line in written if line.startswith("ORU^R01"))
    assert "</text><script>&␀‹202E›‹FFFE›]]>\"'" in label
    assert any("<b>&:40001" in line for line in written)
    assert {element.tag for element in ElementTree.parse(tmp_path / "hostile.svg").iter()} <= {
        f"{SVG}{tag}"
        for tag in ("svg", "title", "desc", "defs", "g", "text", "rect", "path", "polyline", "polygon", "circle")
    }


def test_a_picture_names_nobody(ladder: Ladder, export: Export, tmp_path: Path) -> None:
    export(row_of(said(*astm_transfer())), "astm.svg")
    export(row_of(said((0, mllp(oru("1"))))), "mllp.svg")
    for name in ("astm.svg", "mllp.svg"):
        content = (tmp_path / name).read_text(encoding="utf-8")
        assert not any(private in content for private in ("Testmann", "Tilda", "SIM-4711"))


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_long_session_gives_a_picture_of_what_is_in_sight(
    ladder: Ladder, export: Export, qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    row = row_of(long_session())
    ladder.show_session(row)
    ladder.select(2_000)
    qtbot.waitUntil(lambda: ladder.selected == 2_000)
    text, is_error = export(row, f"long.{suffix}")
    assert not is_error
    found = re.search(r"elements ([\d,]+) to ([\d,]+) of 4,000", text)
    assert found is not None, text
    first, last = (int(number.replace(",", "")) for number in found.groups())
    assert 1_980 < first <= 2_001 < last < 3_000
    if suffix == "svg":
        written = texts_of(tmp_path / "long.svg")
        assert f"elements {found[1]} to {found[2]} of 4,000" in written[0]
        assert sum("Message" in line or "hl7" in line or line.endswith(" B") for line in written) == last - first + 1
    else:
        assert QImage(str(tmp_path / "long.png")).width() == 900


def test_names_without_an_end_get_one_but_overwrite_nothing(ladder: Ladder, export: Export, tmp_path: Path) -> None:
    row = row_of(refused())
    assert export(row, "mine") == (f"Saved the ladder as {tmp_path / 'mine.png'}.", False)
    text, is_error = export(row, "mine")
    assert is_error
    assert "exists already" in text


def test_a_ladder_that_cannot_be_written_says_why(ladder: Ladder, export: Export) -> None:
    text, is_error = export(row_of(refused()), "nowhere/ladder.svg")
    assert is_error
    assert text.startswith("The ladder was not saved: ")


def test_an_empty_session_gives_no_picture(ladder: Ladder, export: Export) -> None:
    text, is_error = export(row_of(complete(open_session())), "empty.svg")
    assert is_error
    assert "empty" in text


def test_who_thinks_better_of_it_writes_nothing(
    ladder: Ladder, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ladder.export_action.isEnabled()
    ladder.show_session(row_of(refused()))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    with qtbot.assertNotEmitted(ladder.told, wait=100):
        ladder.export_action.trigger()
    assert not list(tmp_path.iterdir())


# -- in the window -----------------------------------------------------------------------------------------------


def test_findings_come_into_the_ladder_of_the_window(
    window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "refused.pcap"
    path.write_bytes(pcap(conversation((0, mllp(oru("1"))), (1, mllp(answer("1", "AE")))).segments))
    read(window, path, qtbot)
    qtbot.waitUntil(lambda: 0 in window.ladder.marks.by_number)
    assert "Error: ack-negative" in window.ladder.accessibleDescription()


def test_export_from_the_menu_of_the_window(
    window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(window, capture_file, qtbot)
    path = tmp_path / "ladder.svg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.ladder.export_action.trigger()
    qtbot.waitUntil(lambda: any(str(path) in text for text in window.banner.texts), timeout=10_000)
    assert path.exists()


def test_enter_goes_to_the_details(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    window.ladder.setFocus()
    qtbot.keyClick(window.ladder, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.detail.tabs.currentWidget().hasFocus())
