"""How a severity is shown, wherever that is: its icon, its colour, its word."""

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from hl7capture.hl7.findings.finding import Severity

translate = QCoreApplication.translate  # by this name the collector of strings knows it


class Badge(NamedTuple):
    """icon: its name. colour: a name of the theme, and a property of labels."""

    icon: str
    colour: str


# Each of its own shape, as the states of sessions have theirs. A severity out of the index, a string, is a key as well.
BADGES: dict[str, Badge] = {
    Severity.ERROR: Badge("error", "bad"),
    Severity.WARNING: Badge("incomplete", "warning"),
    Severity.NOTE: Badge("notice", "muted"),
}


def severity_word(severity: Severity) -> str:
    """`Error`, `Warnung`"""
    words = {
        Severity.ERROR: translate("Severity", "Error"),
        Severity.WARNING: translate("Severity", "Warning"),
        Severity.NOTE: translate("Severity", "Note"),
    }
    return words[severity]
