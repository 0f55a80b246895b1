"""Large blocks go back to the system."""

import platform
import sys

import pytest

from hl7capture.app.memory import give_back_large_blocks


def test_the_system_takes_them() -> None:
    assert give_back_large_blocks() is (platform.libc_ver()[0] == "glibc")


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not give_back_large_blocks()
