"""Regular expressions in linear time, whatever they are and whatever they look at (docs/decisions/0043)."""

from collections.abc import Callable
from functools import lru_cache

import re2

from hl7capture.hl7.filter.tree import Pattern

_LONGEST = 1000  # characters
_FLAGS = "ims"


@lru_cache(maxsize=100)
def compiled(pattern: Pattern) -> Callable[[str], bool]:
    """Whether a text has a place that the pattern fits. Raises ValueError, in words."""
    unknown = [flag for flag in pattern.flags if flag not in _FLAGS]
    if unknown:
        hint = "a text with slashes goes in quotes"
        raise ValueError(f"a pattern has no flag “{unknown[0]}”, only i, m and s; {hint}")
    if len(pattern.value) > _LONGEST:
        raise ValueError(f"a pattern has {_LONGEST:,} characters at most")
    flags = f"(?{''.join(dict.fromkeys(pattern.flags))})" if pattern.flags else ""
    options = re2.Options()
    options.log_errors = False
    try:
        expression = re2.compile((flags + pattern.value).encode(errors="replace"), options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"the pattern cannot be read: {reason}") from None

    def is_found(text: str) -> bool:
        return expression.search(text.encode(errors="replace")) is not None

    return is_found
