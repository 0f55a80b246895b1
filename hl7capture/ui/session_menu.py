"""What can be done with chosen sessions."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from hl7capture.model.session_summary import SessionSummary
from hl7capture.ui.clipboard import copy_text
from hl7capture.ui.plain import visible

if TYPE_CHECKING:
    from hl7capture.ui.session_table import SessionTable

_LONGEST_TITLE = 60  # characters of what came from the wire
_COMPARED = 2


class SessionMenu(QMenu):
    """The context menu of the table; what is chosen in it the table's signals tell."""

    def __init__(self, chosen: Sequence[SessionSummary], table: "SessionTable") -> None:
        super().__init__(table)
        self.setToolTipsVisible(True)
        self._table = table
        self._ids = [session.session_id for session in chosen]
        self._fill(chosen)

    def _fill(self, chosen: Sequence[SessionSummary]) -> None:
        self._add_looking(chosen)
        self.addSeparator()
        self._add_copying(chosen)
        self.addSeparator()
        ids, table = self._ids, self._table
        self._add(self.tr("Export…"), lambda: table.export_wanted.emit(ids, False))
        self._add(self.tr("Export de-identified…"), lambda: table.export_wanted.emit(ids, True))
        self.addSeparator()
        self._add_keeping(chosen)
        self.addSeparator()
        self._add(
            self.tr("Delete"), table.delete_action.trigger, is_possible=any(not session.is_open for session in chosen)
        ).setShortcut(table.delete_action.shortcut())

    def _add_looking(self, chosen: Sequence[SessionSummary]) -> None:
        ids, table = self._ids, self._table
        self._add(self.tr("Open"), lambda: table.open_wanted.emit(ids[0]), is_possible=len(ids) == 1)
        self._add(
            self.tr("Compare two"), lambda: table.compare_wanted.emit(ids), is_possible=len(ids) == _COMPARED
        ).setToolTip(self.tr("Choose exactly two sessions to compare them"))
        self._add_filters(chosen)

    def _add_copying(self, chosen: Sequence[SessionSummary]) -> None:
        ids, table = self._ids, self._table
        has_messages = any(session.message_count for session in chosen)
        self._add(self.tr("Copy messages"), lambda: table.copy_wanted.emit(ids), is_possible=has_messages)
        self._add(
            self.tr("Copy messages de-identified"),
            lambda: table.copy_deidentified_wanted.emit(ids),
            is_possible=has_messages,
        )
        copied = "\n".join(map(self._copied_id, ids))
        self._add(self.tr("Copy session id"), lambda: copy_text(copied))

    def _copied_id(self, session_id: str) -> str:
        return session_id

    def _add(self, title: str, do: Callable[[], object], *, is_possible: bool = True) -> QAction:
        action = self.addAction(title)
        action.setEnabled(is_possible)
        action.triggered.connect(lambda: do())
        return action

    def _add_filters(self, chosen: Sequence[SessionSummary]) -> None:
        from hl7capture.ui.filter_by import conditions_of  # brings the language along

        menu = self.addMenu(self.tr("Filter by this"))
        for condition in conditions_of(chosen):
            action = menu.addAction(visible(condition.title, _LONGEST_TITLE).replace("&", "&&"))
            action.triggered.connect(lambda _on=False, text=condition.text: self._table.filter_wanted.emit(text))
        menu.setEnabled(not menu.isEmpty())

    def _add_keeping(self, chosen: Sequence[SessionSummary]) -> None:
        for title, is_kept in ((self.tr("Keep"), True), (self.tr("Do not keep"), False)):
            others = [
                session.session_id
                for session in chosen
                if session.pinned is not is_kept and (session.saved_at is not None or session.is_open)
            ]
            action = self._add(
                title,
                lambda others=others, is_kept=is_kept: self._table.keep_wanted.emit(others, is_kept),  # type: ignore[misc]
                is_possible=bool(others),
            )
            action.setToolTip(self.tr("What is kept stays on disk when its days are over"))
