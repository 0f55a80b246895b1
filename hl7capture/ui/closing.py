"""The question before the window closes, where sessions or notes could not be saved."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QWidget

from hl7capture.store.session_store import SessionStore
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.plain import visible
from hl7capture.ui.question import agrees

translate = QCoreApplication.translate  # by this name the collector of strings knows it


def may_close(store: SessionStore, parent: QWidget) -> bool:
    """Where sessions cannot be saved, closing puts them aside: that is for the person to decide."""
    if not (store.waiting and store.problem) or is_log_off():
        return True
    text = translate(
        "Closing",
        "Sessions that could not be saved: {0}. When the window closes they are put aside in the system's folder "
        "for temporary files, and brought back at the next start, if nobody empties that folder before.",
    )
    return agrees(
        parent,
        translate("Closing", "Sessions are not saved"),
        text.format(number_text(store.waiting)),
        translate("Closing", "Put aside and close"),
        no=translate("Closing", "Keep open"),
        more=visible(store.problem),
    )


def may_lose_notes(count: int, reason: str, parent: QWidget) -> bool:
    """Where notes cannot be saved, closing loses them: that is for the person to decide."""
    if is_log_off():
        return True
    text = translate("Closing", "Notes that could not be saved: {0}. They are lost when the window closes.")
    return agrees(
        parent,
        translate("Closing", "Notes are not saved"),
        text.format(number_text(count)),
        translate("Closing", "Close without them"),
        no=translate("Closing", "Keep open"),
        more=visible(reason),
    )


def is_log_off() -> bool:
    """The system ends the program; nobody is there to be asked."""
    application = QApplication.instance()
    return isinstance(application, QApplication) and application.isSavingSession()
