"""What a person can do about an error of the disk."""

from pathlib import Path


def remedy(error: OSError, root: Path) -> str:
    """The error in a sentence that names what it is about and what to do."""
    if error.strerror is None:
        return f"{error}."
    name = error.filename or root
    hints = {
        "No space left on device": "free some space on the disk",
        "Permission denied": "give this user the right to write there, or choose another output folder",
        "Read-only file system": "choose another output folder",
    }
    hint = hints.get(error.strerror, "choose another output folder, or mend this one")
    return f"{name}: {error.strerror}; {hint}."
