"""TCP headers to segments: for packets that have been read down to TCP. Source: RFC 9293."""

import numpy as np
from numpy.typing import NDArray

from hl7capture.capture.packet_batch import Ints
from hl7capture.capture.packets.layers import Layers
from hl7capture.capture.packets.segment_batch import Longs, SegmentBatch, connections, end_words, special

_TCP = np.dtype(
    [
        ("ports", ">u2", (2,)),
        ("sequence", ">u4"),
        ("acknowledgement", ">u4"),
        ("offset", "u1"),
        ("flags", "u1"),
        ("window", ">u2"),
        ("checksum", ">u2"),
        ("urgent", ">u2"),
    ]
)


def tcp(layers: Layers, rows: Ints) -> SegmentBatch:
    """The segments of `rows`; those whose header does not fit become BROKEN. Bytes behind the snap length are lost."""
    rows = layers.with_room(rows, 20)
    header = layers.header(rows, _TCP)
    payload = layers.at[rows] + (header["offset"] >> 4).astype(np.int64) * 4
    fits = (payload >= layers.at[rows] + 20) & (payload <= layers.wire[rows])
    rows, header, payload = layers.where(rows, fits), header[fits], payload[fits]
    start = np.minimum(payload, layers.end[rows])  # the header's options may lie behind the snap length, too
    length = layers.end[rows] - start

    ports = header["ports"].astype(np.int64)
    addresses = layers.addresses[rows]
    swapped = _sender_is_higher(addresses, ports)
    addresses = np.where(swapped[:, None], addresses[:, [2, 3, 0, 1]], addresses)
    ports = np.where(swapped[:, None], ports[:, ::-1], ports)
    lost = layers.wire[rows] - payload - length
    mark = _marks(header, layers.identification[rows])
    return SegmentBatch(
        data=layers.data,
        start=start,
        length=length,
        lost=lost,
        order=layers.order[rows],
        time=layers.time[rows],
        side=swapped.astype(np.int64),
        addresses=addresses,
        ports=ports,
        sequence=header["sequence"].astype(np.int64),
        acknowledgement=header["acknowledgement"].astype(np.int64),
        flags=header["flags"].astype(np.int64),
        connection=connections(end_words(addresses[:, :2], ports[:, 0]), end_words(addresses[:, 2:], ports[:, 1])),
        mark=mark,
        is_special=special(mark, lost),
    )


def _marks(header: NDArray[np.void], identification: Ints) -> Longs:
    """The column `mark` of SegmentBatch, of headers with the fields of TCP."""
    words = header["offset"].astype(np.uint64) << np.uint64(56)
    words |= header["flags"].astype(np.uint64) << np.uint64(48)
    words |= header["window"].astype(np.uint64) << np.uint64(32)
    words |= header["checksum"].astype(np.uint64) << np.uint64(16)
    words |= identification.astype(np.uint64)
    return words


def _sender_is_higher(addresses: Longs, ports: Ints) -> NDArray[np.bool_]:
    source_high, source_low, target_high, target_low = addresses.T
    higher: NDArray[np.bool_] = (source_high > target_high) | (
        (source_high == target_high)
        & ((source_low > target_low) | ((source_low == target_low) & (ports[:, 0] > ports[:, 1])))
    )
    return higher
