"""What is wrong with links without a session, as the capture goes on."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from hl7capture.app.link_watch import LinkFindings, LinkWatch
from hl7capture.hl7.findings.finding import Severity
from hl7capture.model.link import LinkTrouble, TroubleKind
from hl7capture.model.settings import Settings
from tests.support.engine import sessions_of
from tests.support.speech import answer, mllp, oru
from tests.support.wire import DEVICE, LIS, MILLISECOND, START, conversation, pcap

NOW = START / MILLISECOND
REFUSED = LinkTrouble(TroubleKind.REFUSED, DEVICE[0], *LIS, number=2, first=NOW - 9000, last=NOW - 8000)


def found(watch: LinkWatch, *troubles: LinkTrouble, qtbot: QtBot) -> list[LinkFindings]:
    with qtbot.waitSignal(watch.found) as told:
        watch.judge(list(troubles))
    (findings,) = told.args
    assert isinstance(findings, list)
    return findings


def test_a_session_that_comes_later_makes_it_harmless(qtbot: QtBot) -> None:
    watch = LinkWatch(Settings())
    (one,) = found(watch, REFUSED, qtbot=qtbot)
    assert (one.findings[0].severity, one.has_sessions) == (Severity.ERROR, False)
    watch.take(sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)))
    (one,) = found(watch, REFUSED, qtbot=qtbot)
    assert (one.findings[0].severity, one.has_sessions) == (Severity.WARNING, True)
    assert "Later a connection stood" in one.findings[0].evidence[0]


def test_another_capture_begins_anew(qtbot: QtBot) -> None:
    watch = LinkWatch(Settings())
    watch.take(sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments)))
    with qtbot.waitSignal(watch.found) as told:
        watch.begin()
    assert told.args == [[]]
    (one,) = found(watch, REFUSED, qtbot=qtbot)
    assert not one.has_sessions


def test_what_is_kept_and_told_is_bounded(qtbot: QtBot) -> None:
    watch = LinkWatch(Settings())
    troubles = [replace(REFUSED, server_ip=f"10.1.{n // 250}.{n % 250}") for n in range(1500)]
    assert len(found(watch, *troubles, qtbot=qtbot)) == 1000
    (session,) = sessions_of(pcap(conversation((0, mllp(oru())), (1, mllp(answer()))).segments))
    for number in range(1200):
        watch.take([replace(session, session_id=str(number), lis_port=number)])
    for number in range(300):
        watch.take([replace(session, session_id=f"again {number}")])
    assert len(watch._spans) == 1000
    assert max(map(len, watch._spans.values())) == 100
