"""What is wrong with links where no session shows it: in a line of the window, in the dashboard, in notifications."""

import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import State
from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.ui.dashboard.link_model import CONNECTIONS, LIS, STATE
from hl7capture.ui.dashboard.page import DashboardPage
from hl7capture.ui.desktop.presence import Desktop
from hl7capture.ui.main_window import MainWindow
from tests.gui.conftest import read
from tests.support.rights import needs_capture_rights
from tests.support.wire import ACK, DEVICE, MILLISECOND, RST, START, SYN, Segment, pcap
from tests.support.wire import LIS as SERVER

NOW = START / MILLISECOND
REFUSED = LinkTrouble(TroubleKind.REFUSED, DEVICE[0], *SERVER, number=2, first=NOW, last=NOW + 1000)


def told(window: MainWindow, *troubles: LinkTrouble, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.controller.links.found):
        window.controller.links.judge(list(troubles))


def page_of(window: MainWindow) -> DashboardPage:
    assert window.dashboard.page is not None
    return window.dashboard.page


def row_of(page: DashboardPage, lis: str) -> int:
    links = page.links.links
    return next(row for row in range(links.rowCount()) if links.index(row, LIS).data() == lis)


def test_a_line_that_leads_to_the_link(window: MainWindow, qtbot: QtBot) -> None:
    told(window, REFUSED, qtbot=qtbot)
    (text,) = window.banner.texts
    assert text.startswith("10.0.0.5 → 10.1.0.1:2575: The LIS refused 2 connections of the device between ")
    assert window.banner.remedy.text() == "Show"
    window.banner.remedy.click()
    page = page_of(window)
    assert window.pages.currentWidget() is page
    qtbot.waitUntil(lambda: page.links.chosen is not None)
    row = row_of(page, "10.1.0.1:2575")
    assert page.links.links.index(row, STATE).data() == "no session"
    assert page.links.links.index(row, CONNECTIONS).data() == "Error: connection-refused"
    assert not page.links.links.index(row, CONNECTIONS).data(Qt.ItemDataRole.DecorationRole).isNull()
    assert "See whether the receiving software runs" in page.connections.text()
    assert page.connections.isVisible()
    assert not window.banner.texts


def test_a_line_is_kept_up_to_date_and_does_not_come_back(window: MainWindow, qtbot: QtBot) -> None:
    told(window, REFUSED, qtbot=qtbot)
    told(window, replace(REFUSED, number=9), qtbot=qtbot)
    (text,) = window.banner.texts
    assert "refused 9 connections" in text
    window.banner.close_button.click()
    told(window, replace(REFUSED, number=10), qtbot=qtbot)
    assert window.banner.texts == []
    window.controller.links.begin()  # another capture
    told(window, REFUSED, qtbot=qtbot)
    assert len(window.banner.texts) == 1


def test_a_scan_of_the_network_is_no_flood(window: MainWindow, qtbot: QtBot) -> None:
    troubles = [replace(REFUSED, server_ip=f"10.1.{n // 250}.{n % 250}") for n in range(2000)]
    told(window, *troubles, qtbot=qtbot)
    assert len(window.banner.texts) == 4
    assert window.banner.texts[3] == "Connections of other links fail, too: 997. The dashboard has them all."
    told(window, *troubles, qtbot=qtbot)
    assert len(window.banner.texts) == 4


def test_what_is_over_leaves_its_line_to_what_is_wrong_now(window: MainWindow, qtbot: QtBot) -> None:
    troubles = [replace(REFUSED, server_ip=f"10.1.0.{n}") for n in range(1, 9)]
    told(window, *troubles[:7], qtbot=qtbot)
    assert window.banner.texts[3] == "Connections of other links fail, too: 4. The dashboard has them all."
    told(window, *troubles[2:7], qtbot=qtbot)
    assert window.banner.texts[0].startswith("10.0.0.5 → 10.1.0.3:2575")
    assert "Connections of other links fail, too: 2. The dashboard has them all." in window.banner.texts
    told(window, troubles[7], qtbot=qtbot)
    (text,) = window.banner.texts
    assert text.startswith("10.0.0.5 → 10.1.0.8:2575")


def test_what_is_wrong_again_is_said_again_unless_its_line_was_closed(window: MainWindow, qtbot: QtBot) -> None:
    refused, other = REFUSED, replace(REFUSED, server_ip="10.1.0.2")
    told(window, refused, other, qtbot=qtbot)
    window.banner.close_button.click()
    told(window, qtbot=qtbot)
    assert window.banner.texts == []
    told(window, refused, other, qtbot=qtbot)
    (text,) = window.banner.texts
    assert text.startswith("10.0.0.5 → 10.1.0.2:2575")


def test_other_links_are_counted_not_their_findings(window: MainWindow, qtbot: QtBot) -> None:
    links = [replace(REFUSED, server_ip=f"10.1.0.{n}") for n in range(1, 6)]
    encrypted = [replace(link, kind=TroubleKind.ENCRYPTED) for link in links]
    told(window, *links, *encrypted, qtbot=qtbot)
    with_line = {text.split(" → ")[1].split(":")[0] for text in window.banner.texts[:3]}
    count = len(links) - len(with_line)
    assert window.banner.texts[3:] == [
        f"Connections of other links fail, too: {count}. The dashboard has them all.",
    ]


def test_what_may_be_idleness_has_no_line(window: MainWindow, qtbot: QtBot) -> None:
    window.dashboard.open()
    page = page_of(window)
    told(window, replace(REFUSED, kind=TroubleKind.SILENT), qtbot=qtbot)
    assert window.banner.texts == []
    qtbot.waitUntil(lambda: page.links.links.rowCount() == 1)
    assert page.links.links.index(0, CONNECTIONS).data() == "Note: connected-silent"


def test_what_was_on_the_wire_stays_text(window: MainWindow, qtbot: QtBot) -> None:
    told(window, replace(REFUSED, kind=TroubleKind.ENCRYPTED, name="<b>\u202eevil"), qtbot=qtbot)
    (text,) = window.banner.texts
    assert "<b>‹202E›evil" in text
    assert window.banner.label.textFormat() is Qt.TextFormat.PlainText


def test_what_nobody_expected_is_taken_back_when_it_is_known_where_messages_go(
    window: MainWindow, capture_file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    scan = replace(REFUSED, client="10.0.0.99", server_port=9100, is_expected=False)
    told(window, scan, qtbot=qtbot)
    assert len(window.banner.texts) == 1
    read(window, capture_file, qtbot)  # sessions, at another port
    told(window, scan, replace(REFUSED, is_expected=False), qtbot=qtbot)
    (text,) = window.banner.texts
    assert text.startswith("10.0.0.5 → 10.1.0.1:2575")


def test_a_capture_that_is_read_tells_it_too(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "refused.pcap"
    path.write_bytes(pcap([Segment(0, 1000, 0, SYN), Segment(1, 0, 1001, RST | ACK)]))
    read(window, path, qtbot)
    qtbot.waitUntil(lambda: bool(window.banner.texts))
    (text,) = window.banner.texts
    assert "The LIS refused 1 connection of the device" in text


def test_notifications_tell_of_each_kind_once(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    desktop = Desktop(window, window.controller, window)
    notified: list[str] = []
    monkeypatch.setattr(desktop.tray, "notify", lambda _title, text, is_error: notified.append(text))
    monkeypatch.setattr(window, "isActiveWindow", lambda: False)
    window.capturing.try_it()
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING)
    told(window, REFUSED, qtbot=qtbot)
    told(window, qtbot=qtbot)  # nothing is wrong, for a while
    told(window, REFUSED, qtbot=qtbot)
    qtbot.waitUntil(lambda: bool(notified))
    assert notified == ["connection-refused: 10.0.0.5 → 10.1.0.1:2575"]
    assert desktop._limiter.due_at() is None


@needs_capture_rights
def test_a_refused_connection_is_told_while_it_happens(window: MainWindow, qtbot: QtBot) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    window.controller.change_settings(lisPort=port, captureFilter=f"tcp port {port}")
    window.capturing.listen("lo")
    qtbot.waitUntil(lambda: window.controller.state is State.CAPTURING, timeout=20_000)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    qtbot.waitUntil(lambda: any("refused 1 connection of the device" in text for text in window.banner.texts))
    window.banner.remedy.click()
    page = page_of(window)
    qtbot.waitUntil(lambda: page.links.chosen is not None)
    row = row_of(page, f"127.0.0.1:{port}")
    assert page.links.links.index(row, CONNECTIONS).data() == "Error: connection-refused"
