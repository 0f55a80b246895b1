"""An export and its end before its end."""

from dataclasses import replace
from pathlib import Path

import pytest

from hl7capture.app.export import CancelledError, Export
from hl7capture.model.session import Session
from hl7capture.store.export.formats import Format
from tests.support.engine import sessions_of
from tests.support.speech import mllp, oru
from tests.support.wire import conversation, pcap

(SESSION,) = sessions_of(pcap(conversation((0, mllp(oru()))).segments))


def many(count: int) -> dict[str, Session]:
    ids = [f"{SESSION.session_id[:-8]}{number:08x}" for number in range(count)]
    return {one: replace(SESSION, session_id=one) for one in ids}


@pytest.mark.parametrize(("is_folder", "left"), [(False, 0), (True, 3)])
def test_cancelled_it_leaves_whole_files_alone(is_folder: bool, left: int, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    export = Export(Format.PCAP, folder if is_folder else folder / "all.pcap", is_folder=is_folder)

    def progress(done: int) -> None:
        if done == 3:
            export.cancel()

    sessions = {one: (lambda session=session: session) for one, session in many(10).items()}
    with pytest.raises(CancelledError):
        export.run(sessions, progress)
    assert len(list(folder.iterdir())) == len(export.written) == left


def test_sessions_are_asked_for_one_by_one(tmp_path: Path) -> None:
    asked: list[str] = []
    done: list[int] = []

    def load(session: Session) -> Session:
        assert len(done) == len(asked)
        asked.append(session.session_id)
        return session

    sessions = {one: (lambda session=session: load(session)) for one, session in many(5).items()}
    Export(Format.JSON, tmp_path / "all.json", is_folder=False).run(dict(reversed(sessions.items())), done.append)
    assert asked == sorted(sessions)
    assert done == [1, 2, 3, 4, 5]
