"""The archive beside a capture, and beside the clean-up."""

import json
import os
import shlex
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from pytestqt.qtbot import QtBot

from hl7capture.app.controller import CaptureController
from hl7capture.archive.state import ArchiveState, Condition
from hl7capture.cli.output import clean_up_sentence
from hl7capture.store import retention
from tests.support.archived import archive_all, documents_in, put_some, same
from tests.support.command import COMMAND, run
from tests.support.postgres import Database
from tests.support.rights import needs_capture_rights
from tests.support.stored import DAY_MS, put, session_of

AWAY = "postgresql://nobody@127.0.0.1:1/hl7"


@pytest.fixture
def url(archive: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    made = archive.url(archive.new_probe())
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", made)
    return made


# -- capturing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_away", [False, True])
@needs_capture_rights
def test_a_capture_without_a_window_archives(archive: Database, is_away: bool) -> None:
    """At its end it takes its time for the last ones; an archive that is away takes none, and is told of."""
    url = AWAY if is_away else archive.socket_url(archive.new_probe())
    capture = shlex.join([*COMMAND, "capture", "-i", "lo", "--duration", "4", "--json"])
    talk = shlex.join([*COMMAND, "simulate", "--messages", "3", "--rate", "0"])
    script = f"ip link set lo up; {capture} & sleep 2; {talk} >/dev/null 2>&1; wait $!"
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", script],
        env=os.environ | {"HL7CAPTURE_ARCHIVE_URL": url},
        capture_output=True,
        timeout=120,
        check=False,
    )
    printed = {json.loads(line)["sessionId"]: line for line in done.stdout.splitlines()}
    assert printed, done.stderr
    if is_away:
        assert "Archive away since" in done.stderr.decode()
        assert documents_in(archive) == {}
    else:
        assert same(printed, documents_in(archive))


def test_notes_marks_and_imports_follow(archive: Database, url: str, output: Path, qtbot: QtBot) -> None:
    ours = put_some(output, 2)
    first, second = ours
    controller = CaptureController(output=output)
    states: list[ArchiveState] = []
    controller.archiving.changed.connect(states.append)
    controller.archiving.start()
    qtbot.waitUntil(lambda: len(documents_in(archive)) == 2, timeout=20_000)
    controller.store.annotate(first, "as the vendor asked")
    controller.store.keep([second])
    controller.store.bring_in(session_of(7))
    rows = "SELECT note, kept FROM hl7capture.sessions ORDER BY session_id"
    wanted = [("as the vendor asked", False), ("", True), ("", False)]
    qtbot.waitUntil(lambda: archive.ask(rows) == wanted, timeout=20_000)
    qtbot.waitUntil(lambda: bool(states) and states[-1].condition is Condition.READY, timeout=20_000)
    end(controller, qtbot)


def test_findings_that_another_session_changes_follow(archive: Database, url: str, output: Path, qtbot: QtBot) -> None:
    put_some(output, 1)
    controller = CaptureController(output=output)
    controller.archiving.start()
    codes = "SELECT finding_codes FROM hl7capture.sessions"
    qtbot.waitUntil(lambda: len(archive.ask(codes)) == 1, timeout=20_000)
    (name,) = documents_in(archive)
    session = controller.store.find(name)
    session.findings = (("clock", "note"),)
    controller.judge.judged.emit([session])
    qtbot.waitUntil(lambda: archive.ask(codes) == [(["clock"],)], timeout=20_000)
    assert archive.ask("SELECT code FROM hl7capture.findings") == [("clock",)]
    end(controller, qtbot)


def test_settings_count_at_once(archive: Database, output: Path, qtbot: QtBot) -> None:
    put_some(output, 2)
    controller = CaptureController(output=output)
    controller.archiving.start()
    assert controller.archiving.state.condition is Condition.OFF
    controller.change_settings(archiveUrl=archive.url(archive.new_probe()))
    qtbot.waitUntil(lambda: controller.archiving.state.condition is Condition.READY, timeout=20_000)
    assert len(documents_in(archive)) == 2
    controller.change_settings(archiveUrl="")
    assert controller.archiving.state == ArchiveState()
    put_some(output, 1, 2)
    end(controller, qtbot)
    assert len(documents_in(archive)) == 2


def test_a_login_that_only_reads_is_no_trouble(
    archive: Database, output: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Nothing is sent, nothing is held back for it, and nobody is alarmed; made a probe, it sends."""
    reader = archive.new_login("hl7capture_reader")
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", archive.url(reader))
    (expired,) = put_expired(output, 1)
    put_some(output, 2, 10)
    controller = CaptureController(output=output)
    states: list[ArchiveState] = []
    controller.archiving.changed.connect(states.append)
    controller.archiving.start()
    qtbot.waitUntil(lambda: controller.archiving.state.condition is Condition.READING, timeout=20_000)
    assert all(state.condition is not Condition.AWAY for state in states)
    assert "GRANT hl7capture_probe" in controller.archiving.state.reason
    assert controller.store.clean_up_now().ids == [expired.stem]
    assert documents_in(archive) == {}
    archive.ask(f"GRANT hl7capture_probe TO {reader}")
    controller.archiving.try_now()
    qtbot.waitUntil(lambda: controller.archiving.state.condition is Condition.READY, timeout=20_000)
    assert len(documents_in(archive)) == 2
    end(controller, qtbot)


def test_pushing_with_a_login_that_only_reads_fails(archive: Database, output: Path) -> None:
    put_some(output, 1)
    reader = archive.new_login("hl7capture_reader")
    done = run("archive", "push", "--url", archive.url(reader), "--output-folder", str(output))
    assert done.returncode == 1
    assert b"This login only reads the archive" in done.stderr


def end(controller: CaptureController, qtbot: QtBot) -> None:
    with qtbot.waitSignal(controller.shut_down, timeout=15_000):
        controller.shutdown()


# -- cleaning up -----------------------------------------------------------------------------------------------


def put_expired(output: Path, *numbers: int) -> list[Path]:
    yesterday = time.time() * 1000 - DAY_MS
    return [put(output / "sessions", session_of(number, persisted_until=yesterday)) for number in numbers]


def test_what_is_not_archived_is_not_cleaned_up(archive: Database, url: str, output: Path) -> None:
    first, second = put_expired(output, 1, 2)
    second.rename(second.with_suffix(".later"))
    archive_all(output, url)
    second.with_suffix(".later").rename(second)
    store = CaptureController(output=output).store
    plan, done = store.plan_clean_up_now(), store.clean_up_now()
    assert ([*plan.ids], plan.held) == ([first.stem], 1)
    assert ([*done.ids], done.held, done.unarchived) == ([first.stem], 1, 0)
    assert clean_up_sentence(done, is_plan=False).endswith("1 that have expired stay until the archive has them.")
    assert (first.exists(), second.exists()) == (False, True)
    store.close()
    archive_all(output, url)
    said = run("sessions", "purge").stdout.decode()
    assert said.startswith("1 session deleted")
    assert not second.exists()


def test_without_an_archive_nothing_is_held(output: Path) -> None:
    (path,) = put_expired(output, 1)
    assert CaptureController(output=output).store.clean_up_now().ids == [path.stem]


def test_a_full_disk_comes_first_and_is_told(
    output: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The oldest go, as long as it is needed."""
    monkeypatch.setenv("HL7CAPTURE_ARCHIVE_URL", AWAY)
    paths = put_expired(output, 1, 2, 3)
    full = iter([True, True, False])
    monkeypatch.setattr(retention, "is_full", lambda _root: next(full))
    done = CaptureController(output=output).store.clean_up_now()
    assert (done.ids, done.unarchived, done.held) == ([path.stem for path in paths[:2]], 2, 1)
    assert "2 deleted sessions are in no archive: the disk is nearly full" in caplog.text
    assert "2 of them are in no archive: the disk is nearly full." in clean_up_sentence(done, is_plan=False)
    assert [path.exists() for path in paths] == [False, False, True]


def test_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for total, free, is_full in [(10 << 40, 2 << 30, False), (10 << 40, 1 << 29, True), (1 << 30, 1 << 29, False)]:
        monkeypatch.setattr(retention.shutil, "disk_usage", lambda _root, t=total, f=free: Usage(t, t - f, f))
        assert retention.is_full(tmp_path) == is_full


class Usage(NamedTuple):
    total: int
    used: int
    free: int
