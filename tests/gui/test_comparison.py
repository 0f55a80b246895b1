"""Two messages side by side."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from hl7capture.hl7.difference.comparison import Kind
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.ui.comparison.table import cells_of
from hl7capture.ui.comparison.window import ComparisonWindow
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import read
from tests.support.engine import sessions_of
from tests.support.speech import mllp
from tests.support.stored import put
from tests.support.wire import conversation, pcap

FIRST = (
    "MSH|^~\\&|AN|LAB|LIS|H|20260101101530||ORU^R01^ORU_R01|17|P|2.5.1\r"
    "PID|1||4711^^^LAB||Testmann^Erika||19700101|F\r"
    "OBX|1|NM|K^Potassium||4.1|mmol/L\r"
    "OBX|2|NM|NA^Sodium||140|mmol/L\r"
)
SECOND = (
    "MSH|^~\\&|AN|LAB|LIS|H|20260101102000||ORU^R01^ORU_R01|18|P|2.5.1\r"
    "PID|1||4711^^^LAB||Probst^Erika||19700101|F\r"
    "OBX|1|NM|NA^Sodium||140|mmol/L\r"
    "NTE|1||<b>bold</b>\u202e\x07\U0001f600\r"
)


def session_of(*messages: str) -> Session:
    said = [(0, mllp(message.encode())) for message in messages]
    (session,) = sessions_of(pcap(conversation(*said).segments))
    return session


@pytest.fixture
def window(qtbot: QtBot) -> ComparisonWindow:
    made = ComparisonWindow()
    qtbot.addWidget(made)
    return made


def show(window: ComparisonWindow, qtbot: QtBot, first: str = FIRST, second: str = SECOND) -> None:
    with qtbot.waitActive(window):
        window.show_messages((session_of(first), 0), (session_of(second), 0))
    wait(window, qtbot)


def wait(window: ComparisonWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.status.text() != "Comparing…")


def rows(window: ComparisonWindow) -> dict[str, tuple[Kind, str, str]]:
    places = [window.model.place(row) for row in range(window.model.rowCount())]
    return {place.path: (place.kind, place.before, place.after) for place in places}


def current(window: ComparisonWindow) -> str:
    return window.model.place(window.table.currentIndex().row()).path


def test_all_fields_stand_side_by_side(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    found = rows(window)
    assert found["PID-5.1"] == (Kind.CHANGED, "Testmann", "Probst")
    assert found["PID-5.2"] == (Kind.SAME, "Erika", "Erika")
    assert found["OBX"][0] is Kind.REMOVED
    assert found["NTE"][0] is Kind.ADDED
    assert found["OBX[2]-5 → OBX-5"] == (Kind.SAME, "140", "140")
    assert window.status.text() == "Difference 1 of 6"
    words = {cells_of(window.model.place(row))[0] for row in range(window.model.rowCount())}
    assert words == {"same", "changed", "added", "removed"}


def test_keys_go_from_difference_to_difference(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    assert current(window) == "MSH-7"
    seen = []
    for _ in range(6):
        qtbot.keyClick(window.table, Qt.Key.Key_F3)
        seen.append(current(window))
    assert seen == ["MSH-10", "PID-5.1", "OBX", "OBX[2]-1 → OBX-1", "NTE", "MSH-7"]
    qtbot.keyClick(window.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert current(window) == "NTE"
    assert window.status.text() == "Difference 6 of 6"


def test_only_differences(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    window.go_to_difference(is_next=True)
    window.only_differences.click()
    assert window.model.rowCount() == 6
    assert current(window) == "MSH-10"
    window.go_to_difference(is_next=False)
    assert current(window) == "MSH-7"
    window.only_differences.click()
    assert window.model.rowCount() > 20
    assert current(window) == "MSH-7"


def test_fields_can_be_left_out(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    window.ignored.setFocus()
    qtbot.keyClicks(window.ignored, "MSH-7, MSH-10")
    qtbot.keyClick(window.ignored, Qt.Key.Key_Return)
    wait(window, qtbot)
    assert rows(window)["MSH-7"][0] is Kind.IGNORED
    assert window.status.text() == "Difference 1 of 4"
    qtbot.keyClicks(window.ignored, ", PID-?")
    qtbot.keyClick(window.ignored, Qt.Key.Key_Return)
    assert window.mistake.isVisible()
    assert "PID-?" in window.mistake.text()


def test_same_messages_say_so(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot, FIRST, FIRST)
    assert window.status.text() == "They mean the same."
    window.go_to_difference(is_next=True)


def test_hostile_bytes_are_plain_text(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    row = next(row for row in range(window.model.rowCount()) if window.model.place(row).path == "NTE")
    assert window.model.index(row, 4).data() == "NTE|1||<b>bold</b>‹202E›␇\U0001f600"
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in window.findChildren(QLabel))


def test_masked_values_are_compared_and_not_shown(window: ComparisonWindow, qtbot: QtBot) -> None:
    window.apply_settings(Settings(mask_patient_data=True))
    show(window, qtbot)
    assert rows(window)["PID-5.1"] == (Kind.CHANGED, "●●●●●●●●", "●●●●●●")
    window.copy_all.trigger()
    qtbot.waitUntil(lambda: "PID-5.1" in QGuiApplication.clipboard().text())
    assert "Testmann" not in QGuiApplication.clipboard().text()
    window.apply_settings(Settings())
    wait(window, qtbot)
    assert rows(window)["PID-5.1"] == (Kind.CHANGED, "Testmann", "Probst")


def test_rows_are_copied_as_text(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot)
    window.only_differences.click()
    window.table.selectRow(2)
    window.copy.trigger()
    line = "changed\tPID-5.1\tFamily Name\tTestmann\tProbst"
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == line)
    window.copy_all.trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().count("\n") > 5)
    assert line in QGuiApplication.clipboard().text().split("\n")
    assert "ORU^R01 · 17" in QGuiApplication.clipboard().text().split("\n")[0]


def test_another_message_of_a_side(window: ComparisonWindow, qtbot: QtBot) -> None:
    session = session_of(FIRST, SECOND)
    with qtbot.waitActive(window):
        window.show_messages((session, 0), (session, 0))
    wait(window, qtbot)
    assert window.status.text() == "They mean the same."
    window.sides[1].number.setValue(2)
    wait(window, qtbot)
    assert window.status.text() == "Difference 1 of 6"


def test_many_segments_are_compared_in_the_background(window: ComparisonWindow, qtbot: QtBot) -> None:
    results = "".join(f"OBX|{n}|NM|T{n}^Test||{n}|mmol/L\r" for n in range(1, 1001))
    show(window, qtbot, FIRST + results, FIRST + results.replace("|500|mmol", "|501|mmol"))
    assert window.status.text() == "Difference 1 of 1"


def test_long_value_without_a_break(window: ComparisonWindow, qtbot: QtBot) -> None:
    show(window, qtbot, FIRST + "NTE|1||" + "x" * 1_000_000 + "\r", FIRST + "NTE|1||" + "y" * 1_000_000 + "\r")
    assert window.status.text() == "Difference 1 of 1"
    assert len(window.model.index(window.table.currentIndex().row(), 4).data()) < 3000


# -- how one gets there ----------------------------------------------------------------------------------------------


def test_two_messages_of_the_ladder(open_window: Callable[[], MainWindow], capture_file: Path, qtbot: QtBot) -> None:
    main = open_window()
    comparing = main.workspace.comparing
    assert not comparing.choose.isEnabled()
    read(main, capture_file, qtbot)
    main.table.selectRow(0)
    for place in (main.ladder, main.detail.fields.tree, main.detail.text, main.detail.hex, main.detail.compare.menu()):
        assert comparing.choose in place.actions()
    assert comparing.choose in main.detail.text.context_menu().actions()
    assert not comparing.compare.isEnabled()
    comparing.choose.trigger()
    main.table.selectRow(1)
    assert comparing.compare.text() == "Compare with ORU^R01 · MSG1 (#1)"
    comparing.compare.trigger()
    assert comparing.window is not None
    wait(comparing.window, qtbot)
    assert rows(comparing.window)["MSH-10"] == (Kind.CHANGED, "MSG1", "MSG2")
    comparing.window.close()
    assert comparing.window.model.rowCount() == 0


def test_two_sessions_of_the_table(
    open_window: Callable[[], MainWindow], capture_file: Path, output: Path, qtbot: QtBot
) -> None:
    sessions = sessions_of(capture_file.read_bytes())
    for session in sessions:
        put(output / "sessions", session)
    main = open_window()
    qtbot.waitUntil(lambda: [main.model.document_of(each.session_id) is None for each in sessions] == [False] * 3)
    ids = [session.session_id for session in sessions]
    row = main.model.row_of(ids[1])
    assert row is not None
    row.release()  # its document has to be read
    main.compare_sessions(ids[:2])
    qtbot.waitUntil(lambda: main.workspace.comparing.window is not None)
    window = main.workspace.comparing.window
    assert window is not None
    wait(window, qtbot)
    assert rows(window)["MSH-10"] == (Kind.CHANGED, "MSG1", "MSG2")
    window.close()
    main.compare_sessions(ids)
    assert "exactly two" in main.banner.texts[-1]
