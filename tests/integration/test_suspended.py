"""A computer that is suspended stops the program and its helper in the middle of a connection, and goes on later."""

import os
import signal
import sys
import time

import pytest

from tests.integration.test_cli import Capture
from tests.support.command import children_of, summary_in
from tests.support.rights import needs_capture_rights
from tests.support.speech import answer, mllp, oru
from tests.support.talk import say, talk


def exchange(number: int) -> list[tuple[int, bytes]]:
    return [(0, mllp(oru(str(number)))), (1, mllp(answer(str(number))))]


@needs_capture_rights
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the helper in /proc")
def test_capturing_goes_on_with_the_same_session() -> None:
    capture = Capture("--no-persist")
    stopped = [capture.process.pid, *children_of(capture.process.pid)]
    assert len(stopped) > 1
    port, ends = talk(exchange(1), close=False)
    for process in stopped:
        os.kill(process, signal.SIGSTOP)
    say(ends, exchange(2))  # here somebody still talks: the kernel keeps it
    time.sleep(2)
    for process in reversed(stopped):
        os.kill(process, signal.SIGCONT)
    say(ends, exchange(3))
    code, documents, err = capture.end(signal.SIGTERM)
    for end in ends:
        end.close()
    (document,) = [document for document in documents if document["lisPort"] == port]
    assert document["messages"] == [text(str(n)).decode() for n in (1, 2, 3) for text in (oru, answer)]
    assert (document["endReason"], [element["flags"] for element in document["elements"]]) == ("stopped", [[]] * 6)
    assert (code, summary_in(err)["dropped"]) == (0, 0)
