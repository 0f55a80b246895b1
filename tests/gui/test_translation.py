"""The window in German: every string has a translation, and nothing is lost in it."""

import ast
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from hl7capture.model.settings import Language, Settings, field_of
from hl7capture.ui import main, translation
from hl7capture.ui.main_window import MainWindow
from hl7capture.ui.resources import resources
from hl7capture.ui.settings_dialog import SettingsDialog

TS = resources() / "translations" / "hl7capture_de.ts"
HOW = "run packaging/translate.py, write what it lists into resources/translations/hl7capture_de.ts, and run it again"


class Strings(ast.NodeVisitor):
    """Context and text of all strings that a file translates, also in f-strings, where lupdate does not look."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()
        self.lost: list[str] = []  # of which nobody knows the context
        self._class = ""

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outside, self._class = self._class, node.name
        self.generic_visit(node)
        self._class = outside

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        texts = [text for text in texts if isinstance(text, str)]
        if name == "tr" and texts:
            is_own = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "self"
            if is_own and self._class:
                self.found.add((self._class, texts[0]))
            else:
                self.lost.append(texts[0])
        elif name.lstrip("_") in ("translate", "QT_TRANSLATE_NOOP") and len(texts) >= 2:
            self.found.add((texts[0], texts[1]))
        self.generic_visit(node)


def strings() -> Strings:
    collected = Strings()
    for path in sorted(Path(main.__file__).parent.rglob("*.py")):
        collected.visit(ast.parse(path.read_text(encoding="utf-8")))
    collected.found |= {("Settings", field_of(key).description) for key in Settings().values()}
    return collected


def translations() -> list[tuple[str, str, list[str]]]:
    """Context, text and its translation (several for plurals) of the .ts file."""
    return [
        (
            context.findtext("name", ""),
            message.findtext("source", ""),
            [form.text or "" for form in message.iter("numerusform")] or [message.findtext("translation", "")],
        )
        for context in ElementTree.parse(TS).getroot().iter("context")
        for message in context.iter("message")
    ]


def said(translator: QTranslator, context: str, text: str) -> str:
    return translator.translate(context, text) or translator.translate(context, text, None, 2)  # type: ignore[arg-type]


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    installed = translation.install(qapp, "de")
    yield
    for translator in installed:
        qapp.removeTranslator(translator)


def test_every_string_of_the_window_has_a_german_translation() -> None:
    translator = QTranslator()
    assert translator.load(str(TS.with_suffix(".qm")))
    missing = sorted(one for one in strings().found if not said(translator, *one))
    assert not missing, f"{HOW}:\n" + "\n".join(f"{context}: {text!r}" for context, text in missing)


def test_every_string_has_a_context() -> None:
    assert not strings().lost, "only self.tr in a class is translated; elsewhere: translate(context, text)"


def test_what_the_program_reads_is_what_was_written() -> None:
    translator = QTranslator()
    assert translator.load(str(TS.with_suffix(".qm")))
    for context, text, words in translations():
        assert said(translator, context, text) in words, f"{context}: {text!r}: {HOW}"


def test_nothing_is_lost_in_translation() -> None:
    for context, text, words in translations():
        for word in words:
            where = f"{context}: {text!r}: {word!r}"
            assert sorted(re.findall(r"\{\d+\}|%n", word)) == sorted(re.findall(r"\{\d+\}|%n", text)), where
            assert word.count("&") == text.count("&"), where
            assert word.endswith("…") == text.endswith("…"), where
            assert word.startswith(" ") == text.startswith(" "), where
            assert word.count("\n") == text.count("\n"), where


@pytest.mark.usefixtures("german")
def test_the_window_speaks_german(open_window: Callable[[], MainWindow]) -> None:
    window = open_window()
    assert [action.text() for action in window.menuBar().actions()] == ["&Datei", "&Mitschnitt", "&Ansicht", "&Hilfe"]
    assert window.status.state.text() == "● Bereit"
    dialog = SettingsDialog(window.controller.settings, "", window)
    assert dialog.windowTitle() == "Einstellungen"
    assert "Sprache des Fensters" in dialog.editor("language").accessibleDescription()
    assert dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel).text() == "Abbrechen"  # Qt's own


@pytest.mark.parametrize(("language", "one", "many"), [("en", "1 day", "30 days"), ("de", "1 Tag", "30 Tage")])
def test_plurals_are_right(qapp: QApplication, language: Language, one: str, many: str) -> None:
    installed = translation.install(qapp, language)
    dialog = SettingsDialog(Settings(), "")
    days = dialog.editor("retentionDays")
    days.setValue(1)
    assert days.text() == one
    days.setValue(30)
    assert days.text() == many
    dialog.deleteLater()
    for translator in installed:
        qapp.removeTranslator(translator)


def test_the_first_language_of_the_system_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted, expected in ((["en-US", "de-DE"], "en"), (["de-AT", "en"], "de"), (["C"], "c"), ([], "en")):
        monkeypatch.setattr(QLocale, "uiLanguages", lambda _self, wanted=wanted: wanted)
        assert translation._system_language() == expected
