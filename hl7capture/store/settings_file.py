"""The settings on disk: one JSON file in the system's configuration folder."""

import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from hl7capture.model.settings import Settings, SettingsError, settings_from
from hl7capture.store.atomic import write_atomically

log = logging.getLogger(__name__)

_APP = "hl7capture"
CONFIG_VARIABLE = "HL7CAPTURE_CONFIG_DIR"
OUTPUT_VARIABLE = "HL7CAPTURE_OUTPUT_FOLDER"


@dataclass(slots=True)
class Loaded:
    """Settings as read; `problems` are sentences about what could not be taken from the file."""

    settings: Settings
    problems: list[str] = field(default_factory=list)


class SettingsFile:
    """Reads and writes the settings file."""

    def __init__(self, path: Path | None = None) -> None:
        folder = os.environ.get(CONFIG_VARIABLE) or platformdirs.user_config_dir(_APP, appauthor=False)
        self.path = path or Path(folder) / "settings.json"

    def load(self) -> Loaded:
        """The settings; defaults stand for what is missing or wrong. A broken file is kept beside as `.broken`."""
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("not an object")  # noqa: TRY004 - broken is broken
        except FileNotFoundError:
            return Loaded(Settings())
        except OSError as error:
            return Loaded(Settings(), [f"Settings {self.path}: {error.strerror}; defaults are used."])
        except (ValueError, RecursionError):
            return Loaded(Settings(), [self._set_aside()])
        return _taken(values)

    def save(self, settings: Settings) -> None:
        """Writes the settings atomically. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(settings.values(), indent=2, ensure_ascii=False)
        write_atomically(self.path, text.encode() + b"\n")

    def _set_aside(self) -> str:
        broken = self.path.with_name(self.path.name + ".broken")
        try:
            self.path.replace(broken)
        except OSError as error:
            return f"Settings {self.path} are broken (no valid JSON): {error.strerror}; defaults are used."
        return f"Settings {self.path} were broken (no valid JSON); they are kept as {broken.name}, defaults are used."


def output_folder(settings: Settings, chosen: Path | None = None) -> Path:
    """Where sessions are kept: chosen on the command line, else by the environment, the settings, the system."""
    if chosen is not None:
        return chosen
    named = os.environ.get(OUTPUT_VARIABLE) or settings.output_folder
    return Path(named) if named else Path(platformdirs.user_data_dir(_APP, appauthor=False))


def _taken(values: dict[str, Any]) -> Loaded:
    """Wrong values fall back to their defaults, one by one."""
    problems: list[str] = []
    while True:
        try:
            return Loaded(settings_from(values), problems)
        except SettingsError as error:
            problems.append(f"{error} The default is used.")
            if error.key not in values:
                return Loaded(Settings(), problems)
            del values[error.key]
