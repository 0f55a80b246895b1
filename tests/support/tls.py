"""The first message of TLS, made by hand."""


def vector(data: bytes, size: int = 2) -> bytes:
    return len(data).to_bytes(size, "big") + data


def client_hello(name: bytes | None = b"lis.example.org", padding: int = 0) -> bytes:
    """RFC 8446 §4.1.2, one record."""
    extensions = b"\x00\x15" + vector(bytes(padding))
    if name is not None:
        extensions += b"\x00\x00" + vector(vector(b"\x00" + vector(name)))
    extensions += b"\x00\x2b" + vector(b"\x02\x03\x04")
    body = b"\x03\x03" + bytes(32) + vector(bytes(32), 1) + vector(b"\x13\x01\x13\x02") + vector(b"\0", 1)
    body += vector(extensions)
    return b"\x16\x03\x01" + vector(b"\x01" + vector(body, 3))
