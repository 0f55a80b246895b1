"""The window in the person's language; docs/translations.md says how a translation is made."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from hl7capture.model.settings import Language
from hl7capture.ui.resources import resources


def install(application: QApplication, language: Language) -> list[QTranslator]:
    """Translates all strings asked for from now on, and Qt's own; what was installed. English gets its plurals."""
    spoken = _system_language() if language == "system" else language
    folder = str(resources() / "translations")
    own = QTranslator(application)
    if not own.load(f"hl7capture_{spoken}", folder):
        spoken = "en"  # also for Qt's buttons: in another language than the rest they would be odd
        own.load(f"hl7capture_{spoken}", folder)
    qt = QTranslator(application)
    qt.load(f"qtbase_{spoken}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (qt, own):
        application.installTranslator(translator)
    return [qt, own]


def _system_language() -> str:
    """The one that the person wants first, as ISO 639: a second choice shall not take the place of English."""
    return next(iter(QLocale.system().uiLanguages()), "en").split("-")[0].lower()
