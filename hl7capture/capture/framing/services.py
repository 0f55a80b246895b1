"""Services that greet whoever connects, before anybody has said a word: none of them takes HL7 or ASTM."""

_GREETINGS = {
    b"SSH-": "SSH",  # RFC 4253 §4.2
    b"HTTP/": "HTTP",
    b"220 ": "mail or FTP",  # RFC 5321 §4.3.1, RFC 959 §5.4
    b"220-": "mail or FTP",
    b"+OK ": "POP3",  # RFC 1939 §4
    b"* OK ": "IMAP",  # RFC 9051 §7.1.1
    b"RFB 0": "VNC",  # RFC 6143 §7.1.1
}


def service_of(greeting: bytes) -> str | None:
    """Which service begins like this; None for one that is not known."""
    return next((name for begin, name in _GREETINGS.items() if greeting.startswith(begin)), None)
