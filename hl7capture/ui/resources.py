"""Where the icons and samples lie: beside the package in a checkout, inside it when installed."""

from functools import cache
from pathlib import Path

import hl7capture


@cache
def resources() -> Path:
    """The folder `resources`."""
    package = Path(hl7capture.__file__).parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"
