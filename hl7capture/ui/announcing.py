"""What painted widgets say to a screen reader: what is chosen in them, in words."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def describe(widget: QWidget, text: str) -> None:
    """Makes `text` the widget's description; while it has the focus, that is said at once."""
    if text == widget.accessibleDescription():
        return
    widget.setAccessibleDescription(text)
    if text and widget.hasFocus():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
