"""What is easily got wrong in a window, looked at one by one."""

import gc
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.hl7.tree import parse
from hl7capture.model.elements import Flag
from hl7capture.model.events import SessionCompleted
from hl7capture.model.session import Session
from hl7capture.model.source import SourceError
from hl7capture.ui import fields_model, text_view, theme
from hl7capture.ui.banner import Remedy
from hl7capture.ui.detail import _FLAGS
from hl7capture.ui.fields_model import FieldsModel
from hl7capture.ui.garbage import ShortSearches, no_search
from hl7capture.ui.icons import icon
from hl7capture.ui.locale_words import since_text
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.recent_files import RecentFiles
from hl7capture.ui.session_model import NUMBER, SessionModel
from hl7capture.ui.settings_dialog import SettingsDialog
from hl7capture.ui.shown_text import ShownText
from hl7capture.ui.text_view import TextView
from tests.gui.conftest import close, read
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import conversation, pcap


def sessions(count: int) -> list[Session]:
    made = []
    for number in range(1, count + 1):
        (session,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
        session.number = number
        session.start_time += number
        session.session_id = f"20261121T101530.123Z-{number:08x}"
        made.append(session)
    return made


def press(name: str) -> Callable[[], None]:
    """Answers the question that is asked."""

    def pressed() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(button for button in box.findChildren(QPushButton) if button.text() == name).click()

    return pressed


# -- the table ---------------------------------------------------------------------------------------------------


def test_rows_between_two_changed_ones_are_left_alone(qtbot: QtBot) -> None:
    model = SessionModel()
    made = sessions(30)
    model.take([SessionCompleted(session) for session in made])
    model.flush()
    named: list[int] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        named.extend(range(first.row(), last.row() + 1))

    model.dataChanged.connect(note)
    model.take([SessionCompleted(made[n]) for n in (29, 3, 4)])
    model.flush()
    assert named == [3, 4, 29]


def test_who_hears_of_removed_rows_finds_the_others(qtbot: QtBot) -> None:
    model = SessionModel()
    made = sessions(10)
    model.take([SessionCompleted(session) for session in made])
    model.flush()
    gone = [made[n] for n in (0, 1, 5, 9)]
    found: list[bool] = []

    def look() -> None:
        rows = [model.row(number) for number in range(model.rowCount())]
        found.append(all(model.row_of(row.session_id) is row for row in rows))

    model.rowsRemoved.connect(look)
    model.remove([session.session_id for session in gone])
    assert found == [True, True, True]
    assert [model.row(n).summary.number for n in range(model.rowCount())] == [3, 4, 5, 7, 8, 9]
    assert all(model.row_of(session.session_id) is None for session in gone)


def test_newest_on_top_stays_in_sight(window: MainWindow, qtbot: QtBot) -> None:
    window.go_to_sessions()
    window.table.sortByColumn(NUMBER, Qt.SortOrder.DescendingOrder)
    window.model.take([SessionCompleted(session) for session in sessions(200)])
    window.model.flush()
    QApplication.processEvents()
    assert window.table.verticalScrollBar().maximum() > 0
    assert window.table.verticalScrollBar().value() == 0
    assert window.filter.row(0).summary.number == 200


def test_opened_capture_is_shown_among_what_is_there(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    older = sessions(40)
    for session in older:
        session.start_time -= 86_400_000
    window.model.take([SessionCompleted(session) for session in older])
    window.model.flush()
    window.go_to_sessions()
    window.table.selectRow(5)
    read(window, capture_file, qtbot)
    (chosen,) = window.table.selected()
    assert chosen.source == "three.pcap"
    assert window.detail.hex.data == mllp(oru("MSG1"))
    place = window.table.visualRect(window.table.selectionModel().selectedRows()[0])
    assert window.table.viewport().rect().contains(place.center())


def test_state_icons_are_drawn_once(window: MainWindow) -> None:
    assert icon("complete", "#123456").cacheKey() == icon("complete", "#123456").cacheKey()
    assert icon("complete", "#123456").cacheKey() != icon("complete", "#654321").cacheKey()


def test_escape_takes_the_words_then_leaves_the_filter(window: MainWindow, capture_file: Path, qtbot: QtBot) -> None:
    read(window, capture_file, qtbot)
    qtbot.keyClick(window.table, Qt.Key.Key_Slash)
    qtbot.waitUntil(window.filtering.box.hasFocus)
    qtbot.keyClicks(window.filtering.box, "astm/")
    assert window.filtering.box.text() == "astm/"
    qtbot.keyClick(window.filtering.box, Qt.Key.Key_Escape)
    assert window.filtering.box.text() == ""
    assert window.filter.rowCount() == 3
    qtbot.keyClick(window.filtering.box, Qt.Key.Key_Escape)
    assert window.table.hasFocus()


# -- ladder and detail -------------------------------------------------------------------------------------------


def test_offsets_are_as_fine_as_they_need_to_be() -> None:
    assert [since_text(ms) for ms in (0, 0.13, 999.9, 2045)] == ["0.000 ms", "0.130 ms", "999.900 ms", "2.045 s"]


def test_text_leaves_nothing_out_and_shows_unusual_ends() -> None:
    assert ShownText("MSH|^~\\&|A\rPID|1\r").lines == ["MSH|^~\\&|A", "PID|1"]
    assert ShownText("\x0b MSH|\r\nPID|1\nOBX|1").lines == ["␋ MSH|␍␊", "PID|1␊", "OBX|1"]
    assert ShownText("A\r\rB").lines == ["A", "", "B"]


def test_long_lines_come_in_pieces_without_a_loss() -> None:
    value = "".join(chr(0x41 + n % 26) for n in range(9_500))
    lines = ShownText(f"OBX|1|ED|{value}\rOBX|2\r").lines
    assert max(map(len, lines)) <= 2_002
    assert lines[0] + "".join(line.removeprefix("↳ ") for line in lines[1:-1]) == f"OBX|1|ED|{value}"
    assert lines[-1] == "OBX|2"


def test_flags_are_said_in_words(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "flags.pcap"
    message = mllp(oru())
    path.write_bytes(pcap(conversation((0, message[:-1]), (1, mllp(answer())), (0, message[:60])).segments))
    read(window, path, qtbot)
    elements = window.model.row_of(window.table.selected()[0].session_id).session.elements
    assert [element.flags for element in elements] == [(Flag.MISSING_CR,), (), (Flag.TRUNCATED,)]
    assert "without the CR" in window.detail.flags.text()
    window.ladder.select(1)
    assert window.detail.flags.isHidden()
    window.ladder.select(2)
    assert "its end was never seen" in window.detail.flags.text()


def test_every_flag_and_framing_has_words(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    assert set(_FLAGS) == set(Flag)
    path = tmp_path / "bare.pcap"
    path.write_bytes(pcap(conversation((0, oru()), (1, mllp(answer()))).segments))
    read(window, path, qtbot)
    assert "nothing frames it" in window.detail.flags.text()
    model = window.table.model()
    assert [model.index(0, column).data() for column in range(model.columnCount())].count("none") == 1


@pytest.mark.parametrize("with_empty", [True, False])
def test_tree_knows_what_has_children_without_making_them(with_empty: bool, qtbot: QtBot) -> None:
    model = FieldsModel()
    model.set_with_empty(with_empty)
    model.show_nodes(parse("MSH|^~\\&|A^B|^|\rNTE||\rPID|1||4711^^^LAB&X||Testmann^Tilda\r"), None)
    seen: list[bool] = []

    def compare(parent: QModelIndex) -> None:
        said = model.hasChildren(parent)
        seen.append(said)
        assert said == (model.rowCount(parent) > 0)
        for row in range(model.rowCount(parent)):
            compare(model.index(row, 0, parent))

    compare(QModelIndex())
    assert {True, False} == set(seen)
    assert len(seen) > 10


def test_of_very_many_segments_more_are_made_when_they_are_asked_for(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields_model, "_AT_ONCE", 100)
    nodes = parse("MSH|^~\\&|A\r" + "".join(f"OBX|{n}|NM|{n}^x\r" for n in range(1, 1000)))
    fields, model = window.detail.fields, window.detail.fields.model
    window.go_to_sessions()
    fields.show_nodes(nodes, None)
    before = model.rowCount()
    assert 100 <= before < 500
    bar = fields.tree.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: model.rowCount() > before)
    field = nodes[650].children[2]
    fields.go_to((nodes[650], field))
    assert model.node(fields.tree.currentIndex()) is field
    count = model.rowCount()
    assert [model.node(model.index(row, 0)) for row in range(count)] == list(nodes[:count])
    assert 650 < count < 1000
    fields.go_to((nodes[999],))
    assert model.rowCount() == 1000
    assert not model.canFetchMore(QModelIndex())


def test_lines_that_are_too_many_for_a_moment_come_at_once_where_they_are_wanted(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_view, "_AT_ONCE", 10)
    lines = [f"OBX|{n}|NM|{n}^x" for n in range(500)]
    text = window.detail.text
    window.detail.tabs.setCurrentWidget(text)
    text.show_message("\r".join(lines))
    assert text.text == "\n".join(lines[:10])
    at = len("\r".join(lines[:400])) + 1
    text.mark(at, at + 7)
    assert text.marked_text() == "OBX|400"
    text.show_message("\r".join(lines[::-1]))
    qtbot.waitUntil(lambda: text.text == "\n".join(lines[::-1]))
    text.show_message("NTE|1\r")
    qtbot.wait(20)
    assert text.text == "NTE|1"  # nothing of the message before comes behind it


# -- trouble -----------------------------------------------------------------------------------------------------


def test_why_a_capture_failed_stays_when_the_interfaces_arrive(window: MainWindow, qtbot: QtBot) -> None:
    window.capturing.listen("nowhere0")
    qtbot.waitUntil(lambda: "nowhere0" in window.welcome.problem.text(), timeout=10_000)
    window.capturing.refresh_interfaces()
    window.capturing.interface.clear()
    qtbot.waitUntil(lambda: window.capturing.interface.count() > 0, timeout=20_000)
    assert "nowhere0" in window.welcome.problem.text()


def test_interfaces_that_cannot_be_listed_are_told_wherever_one_is(window: MainWindow, qtbot: QtBot) -> None:
    window.go_to_sessions()
    window.capturing._on_no_interfaces(SourceError("libpcap is not installed."))
    assert window.banner.texts == ["libpcap is not installed."]
    assert window.welcome.problem.text() == "libpcap is not installed."
    qtbot.mouseClick(window.banner.remedy, Qt.MouseButton.LeftButton)  # it is there again
    qtbot.waitUntil(lambda: not window.banner.texts, timeout=20_000)
    assert window.welcome.problem.text() == ""


def test_banner_says_how_bad_it_is_and_what_to_do(window: MainWindow, qtbot: QtBot) -> None:
    done: list[str] = []
    window.banner.say("first", is_error=False)
    window.banner.say("second", remedy=Remedy("Mend it", lambda: done.append("mended")))
    assert window.banner.label.accessibleName() == "Notice"
    assert window.banner.remedy.isHidden()
    qtbot.mouseClick(window.banner.close_button, Qt.MouseButton.LeftButton)
    assert (window.banner.label.text(), window.banner.label.accessibleName()) == ("second", "Error")
    qtbot.mouseClick(window.banner.remedy, Qt.MouseButton.LeftButton)
    assert done == ["mended"]
    qtbot.mouseClick(window.banner.close_button, Qt.MouseButton.LeftButton)
    assert not window.banner.isVisible()


def test_closing_asks_before_sessions_are_put_aside(window: MainWindow, output: Path, qtbot: QtBot) -> None:
    output.write_text("a file where the folder should be")
    window.capturing.try_it()
    qtbot.waitUntil(lambda: bool(window.controller.store.problem), timeout=10_000)
    QTimer.singleShot(200, press("Keep open"))
    window.close()
    assert window.isVisible()
    assert window.controller.state is State.CAPTURING
    output.unlink()
    window.controller.change_settings(autosaveSeconds=1)
    qtbot.waitUntil(lambda: not window.controller.store.problem, timeout=10_000)
    shown = window.model.rowCount()
    close(window, qtbot)  # no question now
    assert len(list(output.glob("sessions/*.json"))) >= shown


def test_closing_puts_aside_what_cannot_be_saved(
    window: MainWindow, output: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "aside"))
    output.write_text("a file where the folder should be")
    window.capturing.try_it()
    qtbot.waitUntil(lambda: bool(window.controller.store.problem), timeout=10_000)
    QTimer.singleShot(200, press("Put aside and close"))
    with qtbot.waitSignal(window.controller.shut_down, timeout=15_000) as told:
        window.close()
    assert told.args[0]
    qtbot.waitUntil(lambda: not window.isVisible())
    assert sorted(path.stem for path in tmp_path.glob("aside/*/*.json")) == sorted(told.args[0])


def test_nothing_begins_while_the_window_closes(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.controller.shut_down, timeout=15_000):
        window.close()
        window.capturing.try_it()
        assert window.controller.state is State.IDLE
    qtbot.waitUntil(lambda: not window.isVisible())


# -- settings and files ------------------------------------------------------------------------------------------


def test_wheel_scrolls_the_settings_and_changes_none(window: MainWindow, qtbot: QtBot) -> None:
    dialog = SettingsDialog(window.controller.settings, "", window)
    qtbot.addWidget(dialog)
    dialog.show()
    for key in ("retentionDays", "startMarker"):
        editor = dialog.editor(key)
        editor.setFocus()
        before = editor.value()
        turn = QWheelEvent(
            QPointF(5, 5),
            editor.mapToGlobal(QPointF(5, 5)),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(editor, turn)
        assert editor.value() == before


def test_wrong_field_is_marked_until_it_is_right(window: MainWindow, qtbot: QtBot) -> None:
    dialog = SettingsDialog(window.controller.settings, "", window)
    qtbot.addWidget(dialog)
    dialog.show()
    line: QLineEdit = dialog.editor("lisIP")
    line.setText("10.0.0.300")
    dialog.accept()
    assert line.property("invalid") is True
    line.setText("10.0.0.30")
    dialog.accept()
    assert line.property("invalid") is False
    assert dialog.settings.lis_ip == "10.0.0.30"


def test_another_output_folder_shows_its_own_sessions(
    open_window: Callable[[], MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.delenv("HL7CAPTURE_OUTPUT_FOLDER")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_text(json.dumps({"outputFolder": str(first)}))
    window = open_window()
    window.capturing.try_it()
    qtbot.waitUntil(lambda: len(list(first.glob("sessions/*.json"))) >= 2, timeout=10_000)
    window.commands.start.trigger()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=5000)
    qtbot.waitUntil(lambda: window.controller.store.waiting == 0)
    window.model.flush()
    count = window.model.rowCount()
    qtbot.waitUntil(lambda: len(window.saved) == count)
    window.controller.change_settings(outputFolder=str(second))
    assert window.model.rowCount() == 0
    window.controller.change_settings(outputFolder=str(first))
    qtbot.waitUntil(lambda: window.model.rowCount() == count)


def test_recent_files_added_before_the_list_was_read_do_not_replace_it(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "recent.json"
    path.write_text(json.dumps(["/captures/old.pcap", "/captures/new.pcap"]))
    recent = RecentFiles(path)
    recent.add(Path("/captures/new.pcap"))
    wanted = ["/captures/new.pcap", "/captures/old.pcap"]
    qtbot.waitUntil(lambda: [str(one) for one in recent.paths] == wanted)
    qtbot.waitUntil(lambda: json.loads(path.read_text()) == wanted)


def test_dropped_files_reach_the_window_from_everywhere(window: MainWindow) -> None:
    window.go_to_sessions()
    for widget in (window.filtering.box, window.detail.text, window.detail.text.viewport(), window.table.viewport()):
        assert not widget.acceptDrops()
    assert window.acceptDrops()


def test_pictures_follow_the_theme(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.change_settings(theme="light")
    light = window.welcome.open.icon().cacheKey(), window.welcome.interfaces.item(0).icon().cacheKey()
    window.controller.change_settings(theme="dark")
    dark = window.welcome.open.icon().cacheKey(), window.welcome.interfaces.item(0).icon().cacheKey()
    assert light[0] != dark[0]
    assert light[1] != dark[1]


def test_searches_for_garbage_leave_old_sessions_alone(window: MainWindow, qtbot: QtBot) -> None:
    gc.unfreeze()
    try:
        searches = ShortSearches(window.controller)
        window.capturing.try_it()
        assert gc.get_freeze_count() > 0
        assert searches._timer.isActive()
        window.commands.start.trigger()
        qtbot.waitUntil(lambda: window.controller.state is State.IDLE, timeout=5000)
        assert not searches._timer.isActive()
    finally:
        gc.unfreeze()


def test_searches_for_garbage_go_on_after_large_work() -> None:
    def work() -> None:
        with no_search():
            assert not gc.isenabled()
            raise ValueError("in the middle")

    try:
        with pytest.raises(ValueError, match="in the middle"):
            work()
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_a_text_that_nobody_sees_is_shown_when_somebody_does(window: MainWindow, qtbot: QtBot) -> None:
    window.go_to_sessions()
    tabs, text = window.detail.tabs, window.detail.text
    tabs.setCurrentWidget(window.detail.fields)
    lines = [f"OBX|{n}|NM|{n}^x" for n in range(200)]
    at = len("\r".join(lines[:150])) + 1
    text.show_message("\r".join(lines))
    text.mark(at, at + 7)
    assert text.toPlainText() == ""
    tabs.setCurrentWidget(text)
    assert text.toPlainText() == "\n".join(lines)
    assert text.marked_text() == "OBX|150"
    (mark,) = text.extraSelections()
    assert text.viewport().rect().contains(text.cursorRect(mark.cursor).center())
    before = text.verticalScrollBar().value()
    tabs.setCurrentWidget(window.detail.fields)
    tabs.setCurrentWidget(text)
    assert text.verticalScrollBar().value() == before > 0  # it is not filled again


def test_many_segments_are_opened_little_by_little(window: MainWindow, qtbot: QtBot) -> None:
    fields = window.detail.fields
    nodes = parse("MSH|^~\\&|A\r" + "NTE|1||x\r" * 100)
    window.detail.tabs.setCurrentWidget(fields)

    def opened() -> int:
        return sum(fields.tree.isExpanded(fields.model.index(row, 0)) for row in range(101))

    fields.show_nodes(nodes, None)
    assert 0 < opened() < 101
    qtbot.waitUntil(lambda: opened() == 101)
    fields.show_nodes(nodes, None)
    collapse = next(action for action in fields.tree.actions() if action.text() == "Collapse all")
    collapse.trigger()
    qtbot.wait(50)
    assert opened() == 0


def test_all_that_is_shown_of_a_long_text_can_be_copied_deidentified(qtbot: QtBot) -> None:
    """Also with the line below it, which says how much there is."""
    view = TextView()
    qtbot.addWidget(view)
    view.show()
    view.show_message("MSH|^~\\&|A\rNTE|1||" + "x" * 300_000)
    view.selectAll()
    assert view.document().lastBlock().text() == "… the first 200,000 of 300,018 characters"
    copy = next(action for action in view.context_menu().actions() if action.text() == "Copy de-identified")
    with qtbot.waitSignal(view.deidentified_wanted) as wanted:
        copy.trigger()
    assert wanted.args == [0, 200_000]
    view.show_message("MSH|^~\\&|A\rPID|1||4711")
    cursor = view.document().find("4711")
    view.setTextCursor(cursor)
    with qtbot.waitSignal(view.deidentified_wanted) as wanted:
        copy.trigger()
    assert wanted.args == [18, 22]


# -- the text's colours ------------------------------------------------------------------------------------------


def coloured(view: TextView, line: int) -> dict[str, str]:
    """Pieces of a line that have a colour, by what they are."""
    block = view.document().findBlockByNumber(line)
    raw = block.text().encode("utf-16-le")
    return {
        raw[2 * each.start : 2 * (each.start + each.length)].decode("utf-16-le"): each.format.foreground()
        .color()
        .name()
        for each in block.layout().formats()
    }


@pytest.mark.parametrize("name", ["light", "dark"])
def test_names_separators_and_escapes_have_colours(qtbot: QtBot, name: theme.Theme) -> None:
    theme.apply(QApplication.instance(), name)  # type: ignore[arg-type]
    view = TextView()
    qtbot.addWidget(view)
    view.show()
    view.show_message("MSH|^~\\&|A\rPID|1||\U0001f600^x\\T\\y|Z\rNTE|1\r")
    found = coloured(view, 1)
    assert found["PID"] == found["\\T\\"] == theme.colours().accent
    assert found["||"] == found["^"] == theme.colours().muted
    assert set(found) == {"PID", "|", "||", "^", "\\T\\"}


def test_separators_are_those_that_the_message_declares(qtbot: QtBot) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.show()
    view.show_message("MSH#*~\\&#A\rPID#1#a*b|c^d\r")
    assert set(coloured(view, 1)) == {"PID", "#", "*"}


def test_lines_are_wrapped_where_that_is_wanted(qtbot: QtBot) -> None:
    view = TextView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    view.show_message("NTE|1||" + "x" * 1_000_000)
    assert view.horizontalScrollBar().maximum() == 0
    view.wrap.trigger()
    qtbot.waitUntil(lambda: view.horizontalScrollBar().maximum() > 0)
    assert view.wrap in view.context_menu().actions()
