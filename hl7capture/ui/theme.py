"""Colours, light and dark, in one place."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from hl7capture.model.settings import Theme
from hl7capture.ui.font_size import scaled
from hl7capture.ui.resources import resources


@dataclass(slots=True, frozen=True)
class Colours:
    """One accent; the others tell of states, always together with a word."""

    window: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    good: str
    warning: str
    bad: str
    check: str  # the tick that can be seen on the accent


LIGHT = Colours(
    window="#f5f6f8",
    panel="#ffffff",
    raised="#ebeef2",
    line="#d9dee5",
    text="#1b2430",
    muted="#667384",
    accent="#0b6e99",
    on_accent="#ffffff",
    selection="#d3e8f2",
    good="#1c7c4a",
    warning="#9a6200",
    bad="#b3261e",
    check="check-light",
)
DARK = Colours(
    window="#15191f",
    panel="#1c222a",
    raised="#262d37",
    line="#343d49",
    text="#e4e9ef",
    muted="#94a1b1",
    accent="#4db5df",
    on_accent="#08212c",
    selection="#1f4557",
    good="#5bc48a",
    warning="#e2ac4d",
    bad="#f2857d",
    check="check-dark",
)


_HEADING = 22  # pixels

_chosen: Theme = "system"


def colours() -> Colours:
    """Those of the theme at hand."""
    if _chosen == "system":
        return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if _chosen == "dark" else LIGHT


def colour(name: str) -> QColor:
    """One of them by name."""
    return QColor(getattr(colours(), name))


def monospaced() -> QFont:
    """The system's font for bytes and messages; its size is that of the other letters, and follows it."""
    font = QFont()
    font.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def apply(application: QApplication, theme: Theme) -> None:
    """Switches the whole application to a theme."""
    # Not every desktop lets a program choose its colour scheme, so the choice is kept here as well.
    global _chosen
    _chosen = theme
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}
    application.styleHints().setColorScheme(schemes[theme])
    paint(application)


def paint(application: QApplication) -> None:
    """Gives the application the colours of its colour scheme."""
    now = colours()
    application.setPalette(_palette(now))
    application.setStyleSheet(_style_sheet(now))


def _image(name: str) -> str:
    """A path as style sheets want it, on every system."""
    return (resources() / "icons" / f"{name}.svg").as_posix()


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, name in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.panel),
        (role.AlternateBase, c.window),
        (role.Text, c.text),
        (role.Button, c.raised),
        (role.ButtonText, c.text),
        (role.BrightText, c.bad),
        (role.ToolTipBase, c.panel),
        (role.ToolTipText, c.text),
        (role.PlaceholderText, c.muted),
        (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent),
        (role.Link, c.accent),
        (role.Mid, c.line),
        (role.Dark, c.line),
        (role.Light, c.panel),
        (role.Accent, c.accent),
    ):
        palette.setColor(which, QColor(name))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.muted))
    return palette


def _style_sheet(c: Colours) -> str:
    return f"""
    QToolBar {{ background: {c.panel}; border: 0; border-bottom: 1px solid {c.line}; padding: 6px 10px; spacing: 6px; }}
    QToolBar::separator {{ background: {c.line}; width: 1px; margin: 4px 6px; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 5px 10px; color: {c.text}; }}
    QToolButton:hover {{ background: {c.raised}; }}
    QToolButton:disabled {{ color: {c.muted}; }}
    QToolButton:focus {{ border-color: {c.accent}; }}
    QToolButton[opensMenu="true"] {{ padding-right: 24px; }}
    QToolButton::menu-indicator {{ image: url("{_image("chevron-down")}"); width: 10px; height: 10px;
        subcontrol-origin: padding; subcontrol-position: center right; right: 8px; }}
    QPushButton {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 6px; padding: 6px 14px; }}
    QPushButton:hover {{ border-color: {c.accent}; }}
    QPushButton:focus {{ border-color: {c.accent}; }}
    QPushButton:disabled {{ color: {c.muted}; }}
    QPushButton[link="true"] {{ background: transparent; color: {c.accent}; padding: 2px 8px; }}
    QPushButton[link="true"]:focus {{ background: {c.selection}; }}
    QPushButton[primary="true"], QToolButton[primary="true"] {{
        background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
    QPushButton[primary="true"]:focus, QToolButton[primary="true"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled {{
        background: {c.raised}; color: {c.muted}; border-color: {c.line}; }}
    QLineEdit, QComboBox, QSpinBox {{ background: {c.panel}; border: 1px solid {c.line}; border-radius: 6px;
        padding: 4px 8px; min-height: 20px; selection-background-color: {c.accent};
        selection-color: {c.on_accent}; }}
    QComboBox::drop-down {{ border: 0; width: 24px; }}
    QComboBox::down-arrow, QSpinBox::down-arrow {{ image: url("{_image("chevron-down")}"); width: 12px; height: 12px; }}
    QSpinBox::up-arrow {{ image: url("{_image("chevron-up")}"); width: 12px; height: 12px; }}
    QSpinBox::up-button, QSpinBox::down-button {{ border: 0; width: 22px; background: transparent; }}
    QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {c.muted}; border-radius: 4px;
        background: {c.panel}; }}
    QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {c.accent}; }}
    QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
        image: url("{_image(c.check)}"); }}
    QCheckBox:focus {{ color: {c.accent}; }}
    QComboBox QAbstractItemView {{ background: {c.panel}; border: 1px solid {c.line}; padding: 4px;
        selection-background-color: {c.selection}; selection-color: {c.text}; }}
    QLineEdit:focus, QComboBox:focus, QSpinBox:focus {{ border-color: {c.accent}; }}
    QLineEdit[invalid="true"], QSpinBox[invalid="true"] {{ border-color: {c.bad}; }}
    QTableView, QTreeView, QListView, QPlainTextEdit, QAbstractScrollArea#ladder, QAbstractScrollArea#hex {{
        background: {c.panel}; border: 0; alternate-background-color: {c.window};
        selection-background-color: {c.selection}; selection-color: {c.text}; }}
    QTableView, QTreeView, QPlainTextEdit, QScrollArea, QAbstractScrollArea#ladder, QAbstractScrollArea#hex,
        QWidget#plots {{ border: 1px solid transparent; }}
    QTableView:focus, QTreeView:focus, QPlainTextEdit:focus, QScrollArea:focus, QAbstractScrollArea#ladder:focus,
        QAbstractScrollArea#hex:focus, QWidget#plots:focus {{ border-color: {c.accent}; }}
    QTableView::item, QTreeView::item {{ padding: 3px 6px; }}
    QTableView, QTreeView, QListView {{ outline: 0; }}
    QListWidget {{ border: 1px solid transparent; border-radius: 6px; padding: 3px; }}
    QListWidget:focus {{ border-color: {c.accent}; }}
    QListView::item:selected, QTableView::item:selected, QTreeView::item:selected {{
        background: {c.selection}; color: {c.text}; }}
    QListView::item {{ border-radius: 6px; padding-left: 6px; }}
    QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
    QScrollBar::handle {{ background: {c.line}; border-radius: 4px; margin: 2px; min-height: 28px; min-width: 28px; }}
    QScrollBar::handle:hover {{ background: {c.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QHeaderView {{ background: {c.panel}; }}
    QHeaderView::section {{ background: {c.panel}; color: {c.muted}; border: 0; border-bottom: 1px solid {c.line};
        padding: 5px 8px; font-weight: 600; }}
    QMainWindow::separator {{ background: {c.line}; width: 1px; height: 1px; }}
    QToolButton[small="true"] {{ padding: 2px; border-radius: 4px; }}
    QSplitter::handle {{ background: {c.line}; }}
    QTabBar::tab {{ padding: 7px 14px; color: {c.muted}; border: 0; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
    QTabBar::tab:focus {{ color: {c.accent}; }}
    QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
    QTabBar QToolButton {{ background: {c.panel}; padding: 0; }}
    QTabWidget::pane {{ border: 0; border-top: 1px solid {c.line}; }}
    QStatusBar {{ background: {c.panel}; border-top: 1px solid {c.line}; color: {c.muted}; }}
    QStatusBar::item {{ border: 0; }}
    QMenuBar {{ background: {c.panel}; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {c.selection}; color: {c.text}; }}
    QMenu {{ background: {c.panel}; border: 1px solid {c.line}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px; border-radius: 4px; }}
    QToolTip {{ background: {c.panel}; color: {c.text}; border: 1px solid {c.line}; padding: 4px; }}
    QProgressBar {{ background: {c.raised}; border: 0; border-radius: 3px; height: 6px; text-align: right; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QLabel[muted="true"], QCheckBox[muted="true"] {{ color: {c.muted}; }}
    QLabel[heading="true"] {{ font-size: {scaled(_HEADING)}px; font-weight: 600; }}
    QLabel[section="true"] {{ font-weight: 600; }}
    QLabel[bad="true"] {{ color: {c.bad}; }}
    QLabel[warning="true"] {{ color: {c.warning}; }}
    QLabel[good="true"] {{ color: {c.good}; }}
    QFrame[card="true"] {{ background: {c.panel}; border: 1px solid {c.line}; border-radius: 8px; }}
    QFrame[banner="error"] {{ background: {c.panel}; border: 0; border-left: 4px solid {c.bad};
        border-bottom: 1px solid {c.line}; }}
    QFrame[banner="notice"] {{ background: {c.panel}; border: 0; border-left: 4px solid {c.warning};
        border-bottom: 1px solid {c.line}; }}
    """
