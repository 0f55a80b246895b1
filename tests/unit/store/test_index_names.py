"""The index is found to be read wherever the folder is, whatever it is called."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from hl7capture.store.index import SessionIndex

NAMES = ["sessions", "a b", "50 %", "what?#1", "Größe", "a&mode=rw"]
if sys.platform == "linux":
    NAMES.append("\udcff")  # a byte that is no UTF-8


@pytest.mark.parametrize("name", NAMES)
def test_an_index_is_read_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    if sys.platform == "win32" and "?" in name:
        return  # there is no such name
    root = tmp_path / name
    root.mkdir()
    written = SessionIndex.open(root)
    assert written is not None
    written.close()
    read = SessionIndex.to_read(root)
    assert read is not None
    with closing(read):
        assert read.known() == {}
