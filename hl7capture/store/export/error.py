"""What cannot be exported."""


class ExportError(ValueError):
    """The text says what cannot be written and why, without a full stop; it never quotes contents."""
