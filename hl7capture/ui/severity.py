"""How a severity is shown, wherever that is: its icon, its colour, its word."""

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from hl7capture.hl7.findings.finding import Severity

translate = QCoreApplication.translate  # by this name the collector of strings knows it


class Badge(NamedTuple):
    """icon: its name. colour: a name of the theme, and a property of labels."""

    icon: str
    colour: str


# Each icon has a shape of its own, as those of the states have. In the index severities are plain text: that is a key,
# too.
BADGES: dict[str, Badge] = {
    Severity.ERROR: Badge("error", "bad"),
    Severity.WARNING: Badge("incomplete", "warning"),
    Severity.NOTE: Badge("notice", "muted"),
}


def severity_word(severity: str) -> str:
    """`Error`, `Warnung`"""
    words: dict[str, str] = {
        Severity.ERROR: translate("Severity", "Error"),
        Severity.WARNING: translate("Severity", "Warning"),
        Severity.NOTE: translate("Severity", "Note"),
    }
    return words[severity]
