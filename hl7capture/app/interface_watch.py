"""Listens on all interfaces at once, lightly, to show where something passes; nothing of it is kept.

One capture process for each interface: their packets may be of different link types, which one pcap stream cannot
hold, and `any` would not say where a packet was seen.
"""

import logging
import threading
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from hl7capture.capture.framing.control import Markers
from hl7capture.capture.packet_batch import CaptureFormatError
from hl7capture.capture.traffic import SNAP_LENGTH, Traffic, TrafficMeter
from hl7capture.model.source import Interface, SourceError
from hl7capture.sources.capture_process import Measure
from hl7capture.sources.live import LiveSource

log = logging.getLogger(__name__)

MOST_INTERFACES = 12  # each costs a process of about 20 MB
GLIMPSE = Measure(snap_length=SNAP_LENGTH, kernel_bytes=2 << 20, most_waiting=4 << 20)
_EVERY_INTERFACE = "any"
_PAUSE = 0.05  # seconds between two looks: many packets at once cost less than many looks
_END_SECONDS = 5.0


def worth_watching(found: Sequence[Interface]) -> list[str]:
    """Those that are up; `any` would see all of them once more. The loopback comes last."""
    names = [interface for interface in found if interface.is_up and interface.name != _EVERY_INTERFACE]
    return [interface.name for interface in sorted(names, key=lambda one: one.is_loopback)][:MOST_INTERFACES]


class InterfaceWatch(QObject):
    """Begin and end as often as wanted; both return at once. What passed by: `traffic`."""

    hindered = Signal(object)  # SourceError: nothing can be listened to at all, by this user or on this machine

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ears: dict[str, _Ear] = {}
        self._ending: list[_Ear] = []
        self._starter: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def is_on(self) -> bool:
        return bool(self._ears)

    def begin(self, names: Sequence[str], markers: Markers) -> None:
        """Listens on these interfaces, instead of those before."""
        self.end()
        stopping = self._stopping = threading.Event()
        self._ears = {name: _Ear(name, markers, stopping) for name in names}
        ears = list(self._ears.values())
        self._starter = threading.Thread(target=self._start, args=(ears, stopping), name="interface-watch", daemon=True)
        self._starter.start()

    def end(self) -> None:
        """The processes end soon after."""
        self._stopping.set()
        self._ending = [ear for ear in (*self._ending, *self._ears.values()) if not ear.is_over]
        self._ears = {}

    def traffic(self) -> dict[str, Traffic]:
        """By interface, since `begin`; those that cannot be listened to, or not yet, are left out."""
        return {name: ear.meter.traffic for name, ear in self._ears.items() if ear.is_listening}

    def wait_until_ended(self) -> bool:
        """For the end of the program: a moment after `end`."""
        if self._starter is not None:
            self._starter.join(_END_SECONDS)
        for ear in self._ending:
            if ear.is_alive():
                ear.join(_END_SECONDS)
        return not any(ear.is_alive() for ear in self._ending)

    def _start(self, ears: "Sequence[_Ear]", stopping: threading.Event) -> None:
        """The first one shows whether anything can be heard; then the others need not be told, or asked, as well."""
        for number, ear in enumerate(ears):
            if stopping.is_set():
                return
            ear.start()
            if number == 0:
                ear.has_tried.wait()
            if ear.problem is not None and ear.problem.lacks_rights:
                if not stopping.is_set():
                    self.hindered.emit(ear.problem)
                return


class _Ear(threading.Thread):
    """One interface."""

    def __init__(self, name: str, markers: Markers, stopping: threading.Event) -> None:
        super().__init__(name="interface-ear", daemon=True)
        self.meter = TrafficMeter(markers)
        self.problem: SourceError | None = None  # once it `has_tried`
        self.has_tried = threading.Event()
        self.is_listening = False
        self._source = LiveSource(name, measure=GLIMPSE)
        self._stopping = stopping

    @property
    def is_over(self) -> bool:
        return self.ident is not None and not self.is_alive()

    def run(self) -> None:
        """An interface that cannot be listened to has no traffic to show, that is all."""
        try:
            self._source.open()
            self.is_listening = True
            self.has_tried.set()
            while not self._stopping.wait(_PAUSE) and (data := self._source.read()) is not None:
                if data:
                    self.meter.feed(data)
        except SourceError as error:
            self.problem = error
        except CaptureFormatError:
            log.warning("What passes %s cannot be shown: its capture is damaged", self._source.name)
        finally:
            self.is_listening = False
            self._source.close()
            self.has_tried.set()
