"""One setting: its editor, what it is for, and what is wrong with it."""

from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from hl7capture.model.settings import Settings, SettingsError, field_of
from hl7capture.ui.font_size import scaled
from hl7capture.ui.plain_label import PlainLabel
from hl7capture.ui.settings.editors import Editor, put, value_of

_TITLE_WIDTH = 120  # pixels


class SettingRow(QWidget):
    """title: the label that stands before it."""

    def __init__(self, key: str, title: str, editor: Editor, field: QWidget | None = None) -> None:
        """field: what the editor stands in, where it does not stand alone."""
        super().__init__()
        self.key = key
        self.editor = editor
        self.title = QLabel(title)
        self.title.setBuddy(editor)
        self.title.setWordWrap(True)
        self.title.setMinimumWidth(scaled(_TITLE_WIDTH))
        explanation = QCoreApplication.translate("Settings", field_of(key).description) + "."
        editor.setAccessibleName(title)
        editor.setAccessibleDescription(explanation)
        self._explanation = _small(explanation, "muted")
        self._problem = _small("", "bad")
        self._problem.hide()
        self._words = f"{key} {title} {explanation}".casefold()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for widget in (field or editor, self._explanation, self._problem):
            column.addWidget(widget)

    @property
    def value(self) -> Any:
        return value_of(self.key, self.editor)

    @value.setter
    def value(self, value: Any) -> None:
        put(self.editor, value)

    @property
    def problem(self) -> str:
        """What is wrong with the value; "" where it is well."""
        return self._problem.text()

    def show_problem(self, text: str, *, is_mine: bool = True) -> None:
        """text: "" where nothing is wrong any more. is_mine: False where it is told here for want of a better place."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self.editor.setAccessibleDescription(text or self._explanation.text())
        is_invalid = bool(text) and is_mine
        if bool(self.editor.property("invalid")) != is_invalid:
            self.editor.setProperty("invalid", is_invalid)
            self.editor.style().unpolish(self.editor)
            self.editor.style().polish(self.editor)

    def check(self) -> None:
        """Marks what was typed where it cannot be; the other editors hold nothing that cannot."""
        if isinstance(self.editor, QLineEdit):
            try:
                Settings().changed(**{self.key: self.value})
                self.show_problem("")
            except SettingsError as error:
                self.show_problem(str(error))
        else:
            self.show_problem("")

    def matches(self, words: list[str]) -> bool:
        """Do all these words, in lower case, stand in its key, its title or its explanation?"""
        return all(word in self._words for word in words)


def _small(text: str, kind: str) -> QLabel:
    label = PlainLabel(text, wraps=True)
    label.setProperty(kind, True)
    return label
