"""One reader for every capture format: it looks at the first bytes and takes the reader that fits."""

from hl7capture.capture.packet_batch import CaptureFormatError, PacketBatch
from hl7capture.capture.pcap import MAGIC, PcapReader
from hl7capture.capture.pcapng import SECTION_HEADER, PcapngReader


class CaptureReader:
    """Bytes of a pcap or pcapng stream in, packets out."""

    def __init__(self) -> None:
        self._first = b""
        self._reader: PcapReader | PcapngReader | None = None

    @property
    def dropped(self) -> int:
        """Packets that the capturing system dropped, as the capture has told so far (pcapng alone does)."""
        return self._reader.dropped if self._reader else 0

    def feed(self, data: bytes) -> PacketBatch | None:
        """The packets that `data` completes. Raises CaptureFormatError where the bytes are no capture."""
        if self._reader is None:
            data = self._first + data
            if len(data) < 4:
                self._first = data
                return None
            if data[:4] in MAGIC:
                self._reader = PcapReader()
            elif data[:4] == SECTION_HEADER:
                self._reader = PcapngReader()
            else:
                raise CaptureFormatError("This is not a capture: neither pcap nor pcapng")
            self._first = b""
        return self._reader.feed(data)

    def finish(self) -> str | None:
        """At the end of the stream: what is wrong with its end, in a sentence, or None. Raises CaptureFormatError."""
        if self._reader is None:
            if self._first:
                return "This is not a capture: it is only a few bytes long"
            return "The capture is empty: it has not even a file header"
        self._reader.feed(b"")  # damage that stands behind the last packets is met here
        if self._reader.left_over and not self._reader.position:
            return "The capture is cut in the middle of its header: there is no packet in it"
        if self._reader.left_over:
            return (
                f"The capture is cut in the middle of a packet, which begins at byte {self._reader.position:,}: "
                f"the last {self._reader.left_over:,} bytes are left out"
            )
        return None
