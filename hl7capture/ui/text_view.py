"""Text: the message as it reads, one segment a line."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QShowEvent, QTextCursor
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QTextEdit, QWidget

from hl7capture.hl7.tree import delimiters_of
from hl7capture.ui.locale_words import number_text
from hl7capture.ui.shown_text import MOST, ShownText, column_in_text, column_in_utf16
from hl7capture.ui.text_colours import TextColours
from hl7capture.ui.theme import colour, monospaced
from hl7capture.ui.until_seen import UntilSeen

_AT_ONCE = 300  # lines that are laid out and coloured in some milliseconds


class TextView(QPlainTextEdit):
    """Read only, plain, monospaced; filled when it is seen.

    chosen: the character of the message at which a person has put the cursor.
    deidentified_wanted: these characters of the message, from the first to before the second, without patients' data.
    """

    chosen = Signal(int)
    deidentified_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Message text"))
        self.setReadOnly(True)
        self.setTextInteractionFlags(  # a cursor is there for the keys, too
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # files dropped here are for the window
        self.setFont(monospaced())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.document().setDocumentMargin(10)
        self._colours = TextColours(self.document())
        self.wrap = QAction(self.tr("Wrap long lines"), self)
        self.wrap.setCheckable(True)
        self.wrap.setChecked(True)
        self.wrap.setShortcut(QKeySequence("Alt+Z"))
        self.wrap.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.wrap.toggled.connect(self._set_wrapped)
        self.addAction(self.wrap)
        self._message = ""
        self._shown = ShownText("")
        self._filling = UntilSeen(self, self._fill)
        self._marked: tuple[int, int] | None = None
        self._is_led = False  # to the mark
        self._marking = UntilSeen(self, self._show_mark)
        self._waiting: list[str] = []  # lines that are to be shown yet
        self._more = QTimer(self, interval=0, singleShot=True)
        self._more.timeout.connect(self._show_more)
        self.cursorPositionChanged.connect(self._on_cursor)

    def show_message(self, text: str) -> None:
        """Another message; "" for none."""
        self._message = text
        self._marked = None
        self._filling.want()

    def _fill(self) -> None:
        text = self._message
        self._shown = ShownText(text)
        lines = self._shown.lines
        if len(text) > MOST:
            lines = [
                *lines,
                self.tr("… the first {0} of {1} characters").format(number_text(MOST), number_text(len(text))),
            ]
        self.setExtraSelections([])
        self._colours.set_delimiters(delimiters_of(text[:MOST]))
        self._waiting = lines[_AT_ONCE:]
        self.blockSignals(True)
        self.setPlainText("\n".join(lines[:_AT_ONCE]))
        self.blockSignals(False)
        if self._waiting:
            self._more.start()

    def _show_more(self) -> None:
        """Some of the lines that were too many to be laid out at once."""
        self._append(_AT_ONCE)
        if self._waiting:
            self._more.start()

    def _append(self, most: int) -> None:
        lines, self._waiting = self._waiting[:most], self._waiting[most:]
        if lines:
            end = QTextCursor(self.document())
            end.movePosition(QTextCursor.MoveOperation.End)
            self.blockSignals(True)
            end.insertText("\n" + "\n".join(lines))
            self.blockSignals(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._filling.now()
        self._marking.now()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.context_menu()
        menu.exec(event.globalPos())

    def context_menu(self) -> QMenu:
        """The usual menu, and a way to copy without patients' data: what is selected, or else all."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = QAction(self.tr("Copy de-identified"), menu)
        copy.setEnabled(bool(self._message))
        copy.triggered.connect(lambda: self.deidentified_wanted.emit(*self._selected()))
        actions = menu.actions()
        menu.insertAction(actions[1] if len(actions) > 1 else None, copy)  # type: ignore[arg-type]
        menu.addSeparator()
        menu.addActions(self.actions())
        return menu

    def _selected(self) -> tuple[int, int]:
        """The characters of the message that are selected; all of them where none are."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return 0, len(self._message)
        return self._character(cursor.selectionStart()), self._character(cursor.selectionEnd())

    def _character(self, position: int) -> int:
        """The character of the message that is shown there; behind them where it is said that there are more."""
        block = self.document().findBlock(position)
        line = block.blockNumber()
        if line >= len(self._shown.lines):
            return min(len(self._message), MOST)
        return self._shown.character(line, column_in_text(self._shown.lines[line], position - block.position()))

    def mark(self, start: int, end: int, *, into_sight: bool = True) -> None:
        """Marks characters of the message; the cursor stays where it is."""
        self._marked, self._is_led = (start, end), into_sight
        self._marking.want()

    def _show_mark(self) -> None:
        self._paint_mark()
        first = self._cursor(self._marked[0]) if self._marked is not None and self._is_led else None
        if first is not None and not self.viewport().rect().contains(self.cursorRect(first).center()):
            self.verticalScrollBar().setValue(max(first.block().firstLineNumber() - 3, 0))

    @property
    def text(self) -> str:
        """All that is shown."""
        self._filling.now()
        return self.toPlainText()

    def marked_text(self) -> str:
        """What is marked, as it is shown."""
        self._filling.now()
        self._marking.now()
        return "".join(selection.cursor.selectedText() for selection in self.extraSelections())

    def refresh_colours(self) -> None:
        """After a change of theme."""
        self._colours.refresh_colours()
        self._paint_mark()

    def _set_wrapped(self, is_wrapped: bool) -> None:
        mode = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(mode.WidgetWidth if is_wrapped else mode.NoWrap)

    def _paint_mark(self) -> None:
        selections = []
        if self._marked is not None:
            start, end = self._marked
            first, last = self._cursor(start), self._cursor(min(end, MOST))
            if first is not None and last is not None:
                first.setPosition(last.position(), QTextCursor.MoveMode.KeepAnchor)
                selection = QTextEdit.ExtraSelection()
                selection.cursor = first
                selection.format.setBackground(colour("selection"))
                selections.append(selection)
        self.setExtraSelections(selections)

    def _cursor(self, at: int) -> QTextCursor | None:
        place = self._shown.place(at)
        if place is None:
            return None
        line, column = place
        if line >= self.document().blockCount():
            self._append(len(self._waiting))
        cursor = QTextCursor(self.document())
        cursor.setPosition(
            self.document().findBlockByNumber(line).position() + column_in_utf16(self._shown.lines[line], column)
        )
        return cursor

    def _on_cursor(self) -> None:
        cursor = self.textCursor()
        if not cursor.hasSelection() and cursor.blockNumber() < len(self._shown.lines):
            self.chosen.emit(self._character(cursor.position()))
