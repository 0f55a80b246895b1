"""A command that meets an error of the program: one line, exit 1, and nothing of what was on the wire."""

import threading

import pytest

from hl7capture.cli import commands, interfaces


def failing() -> None:
    raise KeyError("PID|1||SIM-4711||Testmann^Tilda")


def failing_aside() -> None:
    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()


@pytest.mark.parametrize("callback", [failing, failing_aside])
def test_one_line_and_exit_1(
    callback: object,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(interfaces.interfaces, "callback", lambda **_options: callback())  # type: ignore[operator]
    monkeypatch.setattr(commands, "log_to_stderr", lambda: None)  # the test's own handler stands for it
    assert commands.run(["interfaces"]) == 1
    (line,) = caplog.messages
    assert line.startswith("Error of the program: KeyError at ")
    assert "Traceback" not in capfd.readouterr().err
