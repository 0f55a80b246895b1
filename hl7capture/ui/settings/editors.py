"""The widgets that a setting is changed with, and what stands in them."""

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox

from hl7capture.model.settings import bounds_of, parse_value
from hl7capture.ui.font_size import scaled

Editor = QCheckBox | QSpinBox | QComboBox | QLineEdit

_WIDEST = 190  # pixels, of what holds a number or a few words


class _Number(QSpinBox):
    """The wheel scrolls the page; it changes no number that nobody meant."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(8, 0, 0, 0)  # a style sheet does not reach it

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _Choice(QComboBox):
    """As above."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def toggle() -> QCheckBox:
    return QCheckBox()


def number(key: str, suffix: str | Callable[[int], str] = "") -> QSpinBox:
    """A whole number in the setting's range; suffix: what is counted, or its word for one number or another."""
    box = _Number()
    box.setRange(*bounds_of(key))
    if callable(suffix):
        box.valueChanged.connect(lambda value: box.setSuffix(suffix(value)))
        box.setSuffix(suffix(box.value()))
    else:
        box.setSuffix(suffix)
    box.setMaximumWidth(scaled(_WIDEST))
    return box


def byte(key: str) -> QSpinBox:
    """A number that is shown in hexadecimal, too."""
    box = number(key)
    box.valueChanged.connect(lambda value: box.setSuffix(_hex(value)))
    box.setSuffix(_hex(box.value()))
    return box


def line(placeholder: str = "") -> QLineEdit:
    made = QLineEdit()
    made.setPlaceholderText(placeholder)
    return made


def choice(entries: Iterable[tuple[str, str]]) -> QComboBox:
    """entries: values and what they are called."""
    box = _Choice()
    box.setMaximumWidth(scaled(_WIDEST))
    for value, title in entries:
        box.addItem(title, value)
    return box


def value_of(key: str, editor: Editor) -> Any:
    """What stands in the editor, as the settings take it."""
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, QSpinBox):
        return editor.value()
    if isinstance(editor, QComboBox):
        return editor.currentData()
    return parse_value(key, editor.text().strip())


def put(editor: Editor, value: Any) -> None:
    """Shows a value of the settings."""
    if isinstance(editor, QCheckBox):
        editor.setChecked(value)
    elif isinstance(editor, QSpinBox):
        editor.setValue(value)
    elif isinstance(editor, QComboBox):
        editor.setCurrentIndex(editor.findData(value))
    else:
        editor.setText("" if value is None else str(value))


def _hex(value: int) -> str:
    return f"   (hex {value:02X})"
