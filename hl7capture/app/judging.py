"""Says what is wrong with sessions as they end, on a thread of its own: nobody waits for it.

A judged session has its `findings`. An answer or a repeat in a later session may change what is wrong with an earlier
one: that is judged again, as long as it is remembered.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QThreadPool, Signal

from hl7capture.app.unjudged import Unjudged
from hl7capture.hl7.findings.history import Heard, History
from hl7capture.hl7.findings.judgement import judge
from hl7capture.hl7.findings.report import Report, report_of, reports_of
from hl7capture.hl7.findings.verdict import verdict_of
from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.hl7.privacy.rules import rules_of
from hl7capture.hl7.privacy.sessions import Deidentification
from hl7capture.model.session import Session
from hl7capture.model.settings import Settings
from hl7capture.store.jobs import Job
from hl7capture.store.waiting import weight_of
from hl7capture.turns import step_back, turns

_MOST_REMEMBERED = 32 << 20  # bytes of sessions, and of what is known of their answers
_ANSWER_MEMORY = 1000  # bytes, roughly, for what is known of one message or frame
_TOLD_AT_ONCE = 100  # sessions
_MEMORY_AT_ONCE = 4 << 20  # bytes of sessions: what is judged, and not told of yet, stays in memory


class Judge(QObject):
    """`take` and `explain` may be called from any thread; they return at once.

    neighbours: sessions of the same link around one that is not remembered, itself among them, in the order of their
    beginning. find: a session that is on disk; raises OSError, ValueError. Both are called on the judge's thread.
    """

    judged = Signal(list)  # list[Session]: their findings are known, or are others now
    explained = Signal(str, str, list)  # session id, verdict, list[Finding]

    def __init__(
        self,
        settings: Settings,
        neighbours: Callable[[Session], Sequence[Session]],
        find: Callable[[str], Session],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self._neighbours = neighbours
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._lock = threading.Lock()
        self._unjudged = Unjudged(find)
        self._asked: Session | None = None
        self._is_asked_alone = False
        self._is_running = False
        self._is_closing = False
        self._history = History()
        self._remembered: OrderedDict[str, tuple[Session, Heard, int]] = OrderedDict()  # with the bytes they take
        self._memory = 0

    def take(self, session: Session) -> None:
        """A session has ended: `judged` soon."""
        self._unjudged.put(session)
        self._start()

    def explain(self, session: Session, *, is_alone: bool = False) -> None:
        """All there is to say of a session that has ended: `explained`. What was asked for before is forgotten.

        is_alone: it is from elsewhere; sessions on disk are none of its neighbours.
        """
        with self._lock:
            self._asked = session
            self._is_asked_alone = is_alone
        self._start()

    def close(self, milliseconds: int) -> bool:
        """What waits is not judged any more; the index does that later. False where it takes longer than that."""
        with self._lock:
            self._is_closing = True
        return self._pool.waitForDone(milliseconds)

    def _start(self) -> None:
        with self._lock:
            if self._is_running or self._is_closing:
                return
            self._is_running = True
        self._pool.start(Job(self._run))

    def _run(self) -> None:
        step_back()
        try:
            self._judge_what_waits()
        except BaseException:  # one session that cannot be judged shall not keep the others
            with self._lock:
                self._is_running = False
                is_more = bool(self._unjudged or self._asked)
            if is_more:
                self._start()
            raise

    def _judge_what_waits(self) -> None:
        while True:
            with self._lock:
                asked, self._asked = self._asked, None
                is_alone = self._is_asked_alone
                if self._is_closing or (asked is None and not self._unjudged):
                    self._is_running = False
                    return
            self._judge_some()
            if asked is not None:
                report = self._report_of(asked, is_alone)
                self.explained.emit(asked.session_id, verdict_of([report]), report.findings)

    def _judge_some(self) -> None:
        judged: dict[str, Session] = {}
        memory = 0
        try:
            while self._unjudged and len(judged) < _TOLD_AT_ONCE and memory < _MEMORY_AT_ONCE:
                one, more = self._unjudged.next()
                memory += more
                if one is not None:
                    judged |= {session.session_id: session for session in self._judge(one)}
                    one.words = []  # hardly anybody asks for them any more
        finally:
            if judged:
                turns.call()
                self.judged.emit(list(judged.values()))

    def _judge(self, session: Session) -> list[Session]:
        """This session, and those before it that it tells more of."""
        heard = self._history.take(session)
        self._remember(session, heard)
        told_of = {one.session_id for one in heard.acknowledgements.changed}
        told_of |= {repeat.earlier.session_id for repeat in heard.repeats} | {session.session_id}
        touched = [self._remembered[session_id] for session_id in told_of if session_id in self._remembered]
        return [one for one, known, _ in touched if judge(one, known, self.settings)]

    def _remember(self, session: Session, heard: Heard) -> None:
        if (before := self._remembered.pop(session.session_id, None)) is not None:  # a capture that is read twice
            self._memory -= before[2]
        memory = weight_of(session) + _ANSWER_MEMORY * (len(heard.acknowledgements.said) + 1)
        self._remembered[session.session_id] = session, heard, memory
        self._memory += memory
        while self._memory > _MOST_REMEMBERED and len(self._remembered) > 1:
            _, (_, _, memory) = self._remembered.popitem(last=False)
            self._memory -= memory

    def _report_of(self, session: Session, is_alone: bool) -> Report:
        """Where patients' data is masked, what is quoted has pseudonyms."""
        report = self._whole_report_of(session, is_alone)
        if not self.settings.mask_patient_data:
            return report
        pseudonyms = Pseudonyms(keeps_times=True, keeps_addresses=True)
        masked = Deidentification(rules_of(self.settings), pseudonyms).session(session)
        masked.session_id = session.session_id  # by which answers are found in it
        return report_of(masked, report.heard, self.settings)

    def _whole_report_of(self, session: Session, is_alone: bool) -> Report:
        known = self._remembered.get(session.session_id)
        if known is not None:
            return report_of(session, known[1], self.settings)
        if is_alone:
            return report_of(session, None, self.settings)
        reports = reports_of(self._neighbours(session), self.settings)
        found = next((report for report in reports if report.session.session_id == session.session_id), None)
        return found or report_of(session, None, self.settings)
