"""What keeps the archive from being used."""


class ArchiveError(Exception):
    """The archive cannot be used; the text says why, and what to do. No password is in it, and nothing of a message."""


class SchemaError(ArchiveError):
    """The database can be reached, but its tables are not those of this program."""


class ReaderError(ArchiveError):
    """The login may read the archive, and send nothing: it is no probe."""
