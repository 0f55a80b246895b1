"""gzip and zstd, recognised by their first bytes; everything else passes as it is.

Several members (gzip, RFC 1952 §2.2) or frames (zstd, RFC 8878 §3.1) follow one another, as `cat`, bgzip and pzstd make
them. Whatever is packed, no more than a few megabytes are unpacked at a time.
"""

import re
import sys
import zlib
from collections.abc import Callable
from typing import Protocol

from hl7capture.model.source import SourceCutError, SourceError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP = b"\x1f\x8b\x08"
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, or one to be skipped
_MAGIC_LENGTH = 4
_PIECE = 4 << 20  # given at a time
_MOST = 1 << 20  # unpacked at a time
# Taken at a time: what stands behind the end of a member is copied, and a member may be a few bytes long.
_BITE = 16_384


class _Decoder(Protocol):
    def decompress(self, data: bytes, max_length: int) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


class Unpacker:
    """Passes on what `source` gives, unpacked where it is packed.

    source: a function like Source.read, that takes how many bytes are wanted; it may give more. name: of the file, for
    messages.
    """

    def __init__(self, source: Callable[[int], bytes | None], name: str) -> None:
        self._source = source
        self._name = name
        self._is_plain = False
        self._is_first = True  # no member has begun yet
        self._decoder: _Decoder | None = None  # of the member that is being read
        self._is_full = False  # the decoder gives more before it takes more
        self._buffer = b""
        self._at = 0  # what stands before was used
        self._taken = 0  # bytes from the source
        self._failure: SourceError | None = None

    def read(self, size: int = _PIECE) -> bytes | None:
        """See Source.read; size: about so many bytes at the most.

        Raises SourceError where packed data is damaged, SourceCutError where it ends too early; all before was given.
        """
        if self._failure is not None:
            raise self._failure
        if self._is_plain:
            return self._source(size)
        if self._wants_input():
            data = self._source(size)
            if data is None:
                return self._end()
            self._taken += len(data)
            self._buffer, self._at = self._buffer[self._at :] + data, 0
        ready: list[bytes] = []
        room = size
        while room > 0 and self._failure is None and not self._wants_input():
            if self._decoder is None:
                if not self._begin():
                    return self._buffer
            else:
                ready.append(self._unpack(self._decoder))
                room -= len(ready[-1])
        return b"".join(ready)

    def _wants_input(self) -> bool:
        rest = len(self._buffer) - self._at
        return rest < _MAGIC_LENGTH if self._decoder is None else rest == 0 and not self._is_full

    def _begin(self) -> bool:
        """Between two members, or at the very beginning: looks what stands there. False where nothing is packed."""
        if self._buffer.startswith(_GZIP, self._at):
            self._decoder = _Gzip()
        elif _ZSTD.match(self._buffer, self._at):
            self._decoder = zstd.ZstdDecompressor()
        elif self._is_first:
            self._is_plain = True
        elif self._buffer.startswith(b"\0", self._at):  # some writers fill up with zeros
            self._at = len(self._buffer) - len(self._buffer[self._at :].lstrip(b"\0"))
        else:
            self._failure = SourceError(f"{self._name} is damaged: what stands at byte {self._place:,} is not packed.")
        self._is_first = False
        return not self._is_plain

    def _unpack(self, decoder: _Decoder) -> bytes:
        bite = b"" if self._is_full else self._buffer[self._at : self._at + _BITE]
        self._at += len(bite)
        try:
            piece = decoder.decompress(bite, _MOST)
        except (zlib.error, zstd.ZstdError) as error:
            self._failure = SourceError(f"{self._name} is damaged near byte {self._place:,}: {error}.")
            return b""
        self._is_full = len(piece) == _MOST and not decoder.eof
        if decoder.eof:
            self._at -= len(decoder.unused_data)
            self._decoder = None
        return piece

    def _end(self) -> bytes | None:
        rest = self._buffer[self._at :]
        if self._is_first and rest:
            self._is_plain = True
            return rest
        if self._decoder is not None or rest.strip(b"\0"):
            raise SourceCutError(f"The packed data is cut behind byte {self._taken:,}: the rest is missing")
        return None

    @property
    def _place(self) -> int:
        return self._taken - len(self._buffer) + self._at


class _Gzip:
    """One member."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data
