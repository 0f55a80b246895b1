"""Pictures of the window are made from a real window."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_scene_becomes_a_picture(theme: str, tmp_path: Path) -> None:
    run = [
        sys.executable,
        "-m",
        "tests.scenes",
        str(tmp_path),
        "missing-acknowledgement",
        "--theme",
        theme,
        "--scale",
        "1",
    ]
    done = subprocess.run(run, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    picture = QImage(str(tmp_path / f"missing-acknowledgement-{theme}-1.png"))
    assert (picture.width(), picture.height()) == (1280, 800)
    background = picture.pixelColor(640, 790).lightness()
    assert background > 200 if theme == "light" else background < 60
