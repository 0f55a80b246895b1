"""What a later start may say to the window that is open."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hl7capture.ui.desktop.single_instance import files_in, restored_in, server_name

A_PATH = str(Path("/captures/a b.pcap").absolute())


def test_files_are_absolute_paths() -> None:
    assert files_in(json.dumps({"files": [A_PATH]}).encode()) == [Path(A_PATH)]
    assert files_in(b'{"files": []}') == []


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"GET / HTTP/1.1",
        b"[]",
        b"{}",
        b'{"files": "x"}',
        b'{"files": [1]}',
        b'{"files": ["relative.pcap"]}',
        b'{"files": ["/a\\u0000b"]}',
        b"[" * 100_000,
        json.dumps({"files": ["/" + "a" * 5000]}).encode(),
    ],
)
def test_anything_else_is_refused(line: bytes) -> None:
    assert files_in(line) is None


def test_sessions_to_restore_are_ids() -> None:
    wanted = ["20261121T101530.123Z-5f1c9a2e"]
    assert restored_in(json.dumps({"files": [], "restore": wanted}).encode()) == wanted
    assert restored_in(b'{"files": []}') == []
    for line in (b"", b"[]", b'{"restore": "x"}', b'{"restore": ["../x"]}', b'{"restore": [1]}', b"[" * 100_000):
        assert restored_in(line) is None


@given(st.binary(max_size=200))
def test_no_line_raises(line: bytes) -> None:
    assert files_in(line) in (None, [])
    assert restored_in(line) in (None, [])


def test_each_folder_has_a_window_of_its_own(tmp_path: Path) -> None:
    assert server_name(tmp_path) == server_name(tmp_path)
    assert server_name(tmp_path) != server_name(tmp_path / "other")
