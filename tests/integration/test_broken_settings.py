"""The window as a program of its own: settings that are broken are set aside, and the person hears of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json
from PySide6.QtCore import QTimer
from hl7capture.ui import main

class Window(main.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(0, self.tell)

    def tell(self):
        print(json.dumps(self.banner.texts))
        self.close()

main.MainWindow = Window
raise SystemExit(main.run([], None))
"""


def test_the_window_says_that_the_settings_were_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.json").write_text("{broken")
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True)
    (said,) = json.loads(done.stdout)
    assert "they are kept as settings.json.broken" in said
    assert (config / "settings.json.broken").read_text() == "{broken"
