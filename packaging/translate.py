"""Brings the translations up to date: python packaging/translate.py

Collects the strings of the window (pyside6-lupdate), keeps what is translated already, and makes the .qm that the
program reads (pyside6-lrelease). Prints what has no translation yet; write it into the .ts, by hand or with
pyside6-linguist, and run this again. Exit 1 while something is missing.
"""

import subprocess
import sys
import sysconfig
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from hl7capture.model.settings import Settings, field_of

_ROOT = Path(__file__).resolve().parent.parent
_SOURCES = _ROOT / "hl7capture" / "ui"
_FOLDER = _ROOT / "resources" / "translations"
_LANGUAGES = {"de": (), "en": ("-pluralonly",)}  # English needs the forms of "day(s)" alone
_TOOLS = Path(sysconfig.get_path("scripts"))


def main() -> int:
    """Updates all languages; 1 where a string has no translation."""
    _FOLDER.mkdir(exist_ok=True)
    missing = []
    for language, options in _LANGUAGES.items():
        path = _FOLDER / f"hl7capture_{language}.ts"
        _update(path, language, *options)
        _run("pyside6-lrelease", "-silent", path, "-qm", path.with_suffix(".qm"))
        missing += [f"{path.name}: {context}: {source!r}" for context, source in untranslated(path)]
    print("\n".join(missing) or "All strings are translated.")  # noqa: T201 - it is what the command is for
    return 1 if missing else 0


def untranslated(path: Path) -> list[tuple[str, str]]:
    """Context and text of what has no translation in a .ts file."""
    return [
        (context.findtext("name", ""), message.findtext("source", ""))
        for context in ElementTree.parse(path).getroot().iter("context")  # noqa: S314 - a file of our own
        for message in context.iter("message")
        if (words := message.find("translation")) is None or words.get("type") == "unfinished"
    ]


def _update(path: Path, language: str, *more: str) -> None:
    with tempfile.TemporaryDirectory(dir=_SOURCES) as folder:  # lupdate follows no other paths than those beside
        extra = Path(folder) / "settings.py"
        # What a setting is for is said in the model, which knows no Qt: here it gets a form that lupdate reads.
        texts = (f'translate("Settings", {_quoted(field_of(key).description)})' for key in Settings().values())
        extra.write_text("\n".join(f"QCoreApplication.{text}" for text in texts), encoding="utf-8")
        files = [*sorted(_SOURCES.rglob("*.py"))]
        options = (
            "-silent",
            *more,
            "-no-obsolete",
            "-locations",
            "none",
            "-source-language",
            "en",
            "-target-language",
            language,
        )
        _run("pyside6-lupdate", *options, *files, "-ts", path)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(tool: str, *arguments: str | Path) -> None:
    subprocess.run([_TOOLS / tool, *map(str, arguments)], check=True, cwd=_ROOT)  # noqa: S603 - our own arguments


if __name__ == "__main__":
    sys.exit(main())
