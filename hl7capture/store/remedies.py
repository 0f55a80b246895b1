"""What a person can do about an error of the disk."""

import errno
from pathlib import Path

_HINTS = {
    errno.ENOSPC: "free some space on the disk",
    errno.EDQUOT: "free some of your space on the disk: the quota is used up",
    errno.EACCES: "give this user the right to write there, or choose another output folder",
    errno.EPERM: "give this user the right to write there, or choose another output folder",
    errno.EROFS: "choose another output folder",
    errno.EIO: "look after the disk: it reports errors",
    errno.ESTALE: "connect the network drive again",
    errno.EHOSTDOWN: "connect the network drive again",
    errno.ENOTCONN: "connect the network drive again",
}


def remedy(error: OSError, root: Path) -> str:
    """The error in a sentence that names what it is about and what to do."""
    if error.strerror is None:
        return f"{error}."
    hint = _HINTS.get(error.errno or 0, "choose another output folder, or mend this one")
    return f"{error.filename or root}: {error.strerror}; {hint}."
