"""python -m tests.scenes FOLDER [SCENE …]: each scene, light and dark, at 1280×800 and at twice that."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.scenes.scenes import SCENES

_SMALL_DISK = "300k"
# Loopback and the full disk are the scene's own, and go with it.
_OWN_PLACE = f'ip link set lo up && mount -t tmpfs -o size={_SMALL_DISK} none "$0" && exec "$@"'


def main() -> int:
    """Exit 1 where a scene could not be shown."""
    parser = argparse.ArgumentParser(prog="python -m tests.scenes", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"one of {', '.join(SCENES)}; none: all")
    parser.add_argument("--theme", choices=("light", "dark"), action="append")
    parser.add_argument("--scale", type=int, choices=(1, 2), action="append")
    wanted = parser.parse_intermixed_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    code = 0
    for scene in wanted.scenes or SCENES:
        for theme in wanted.theme or ("light", "dark"):
            for scale in wanted.scale or (1, 2):
                picture = wanted.folder / f"{scene}-{theme}-{scale}.png"
                code |= _shoot(scene, theme, scale, picture.resolve())
    return code


def _shoot(scene: str, theme: str, scale: int, picture: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        disk, home = Path(folder, "disk"), Path(folder, "home")
        disk.mkdir()
        home.mkdir()
        run = [sys.executable, "-m", "tests.scenes.stage", scene, theme, str(picture), str(home), str(disk)]
        if sys.platform == "linux" and os.geteuid() == 0:
            run = ["unshare", "-mn", "sh", "-c", _OWN_PLACE, str(disk), *run]
        environment = {**os.environ, "QT_SCALE_FACTOR": str(scale), "HL7CAPTURE_CONFIG_DIR": str(home)}
        done = subprocess.run(run, env=environment, check=False)
    sys.stdout.write(f"{picture if done.returncode == 0 else f'{scene} could not be shown'}\n")
    return done.returncode and 1


if __name__ == "__main__":
    sys.exit(main())
