"""What keeps the archive from being used."""


class ArchiveError(Exception):
    """The archive cannot be used; the text says why, and what to do. No password is in it, and nothing of a message."""


class SchemaError(ArchiveError):
    """The database can be reached, but its tables are not those of this program."""
