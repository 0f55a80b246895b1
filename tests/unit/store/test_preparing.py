"""Threads of the store that are the first to write, at the same time."""

import threading
from pathlib import Path

from hl7capture.store.session_folder import FolderInUseError, SessionFolder


def test_threads_of_one_program_do_not_lock_each_other_out(tmp_path: Path) -> None:
    refused: list[Exception] = []
    for number in range(30):
        folder = SessionFolder(tmp_path / str(number))
        barrier = threading.Barrier(4)

        def prepare(folder: SessionFolder = folder, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            try:
                folder.prepare()
            except (FolderInUseError, OSError) as error:
                refused.append(error)

        threads = [threading.Thread(target=prepare) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        folder.release()
    assert refused == []
