"""A capture filter, looked at by libpcap while it is typed; the window never waits for that."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QLineEdit

from hl7capture.model.source import SourceError
from hl7capture.sources.interface_list import check_filter
from hl7capture.ui.background import Background

_QUIET_MS = 400  # nobody types any more


class FilterCheck(QObject):
    """Watches `line`. problem: what is wrong with the filter, "" where nothing is; it counts once `is_known`.

    A problem that is not the filter's (no libpcap, say, or an error of the program) is none here: it is told when a
    capture begins.
    """

    checked = Signal()  # what stands in the line is known

    def __init__(self, line: QLineEdit, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.problem = ""
        self._line = line
        self._known = ""
        self._asked: str | None = None
        self._timer = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._timer.timeout.connect(self.check_now)
        line.textChanged.connect(lambda _text: self._timer.start())

    @property
    def is_known(self) -> bool:
        return self._line.text().strip() == self._known

    def accept_as_it_is(self) -> None:
        """What is in the settings already does not keep the dialog open."""
        self._timer.stop()
        self._known = self._line.text().strip()

    def check_now(self) -> None:
        """`checked` tells when it is known."""
        self._timer.stop()
        expression = self._line.text().strip()
        if expression == self._asked:
            return  # the answer is on its way
        self._asked = expression
        nothing = partial(self._on_answer, (expression, ""))
        Background(lambda: _problem_of(expression), self._on_answer, on_broken=nothing).start()

    def _on_answer(self, answer: tuple[str, str]) -> None:
        expression, problem = answer
        if expression != self._asked:
            return  # something else was typed meanwhile, and asked for
        self._asked = None
        self._known = expression
        self.problem = problem
        if self.is_known:
            self.checked.emit()
        else:
            self.check_now()


def _problem_of(expression: str) -> tuple[str, str]:
    try:
        check_filter(expression)
    except SourceError as error:
        return expression, str(error) if error.is_usage else ""
    return expression, ""
