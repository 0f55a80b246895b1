"""Packets to TCP segments, as columns: every step works on all packets of a batch at once.

A packet is read layer by layer, from its link to TCP (`layers`, `link`, `labels`, `ip`, `tunnels`, `tcp`); the
plainest kind, which most captures hold alone, in one step (`plain`). IP fragments are joined (`fragments`), and of
packets that a mirror port delivered twice the second copy is left out (`mirror`). `decoder` puts it all together.
"""

from hl7capture.capture.packets.decoder import PacketDecoder, segments
from hl7capture.capture.packets.segment_batch import ACK, FIN, RST, SYN, SegmentBatch

__all__ = ["ACK", "FIN", "RST", "SYN", "PacketDecoder", "SegmentBatch", "segments"]
