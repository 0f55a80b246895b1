"""The interfaces of this machine, and whether a capture filter is one: asked of the helper, which needs no right."""

import json
import subprocess

from hl7capture.model.source import Interface, SourceError
from hl7capture.sources.capture_helper import helper_command, told_by
from hl7capture.sources.capture_process import Failure, spawn
from hl7capture.sources.remedies import source_error

_ANSWER_SECONDS = 20.0


def interfaces() -> list[Interface]:
    """The interfaces; those that are down come last, the loopback before them. Takes a moment. Raises SourceError."""
    found = [
        Interface(
            entry["name"],
            entry["description"] or "",
            tuple(entry["addresses"]),
            entry["isUp"],
            entry["isLoopback"],
        )
        for entry in json.loads(_ask("interfaces"))
    ]
    return sorted(found, key=lambda one: (not one.is_up, one.is_loopback, not one.addresses))


def check_filter(expression: str) -> None:
    """Raises SourceError, with libpcap's own words, where it is no capture filter. Takes a fraction of a second.

    An interface may still refuse it: `ether` means nothing on a link without Ethernet.
    """
    if expression.strip():
        _ask("check", "--", expression)


def _ask(*arguments: str) -> bytes:
    process = spawn(helper_command(*arguments))
    try:
        out, err = process.communicate(timeout=_ANSWER_SECONDS)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise SourceError("The capture helper does not answer.") from error
    if process.returncode != 0:
        told = [told for told in map(told_by, err.splitlines()) if told.get("event") == "error"]
        failure = Failure(told[-1]["kind"], told[-1]["detail"]) if told else Failure("capture", "the helper failed")
        raise source_error(failure, expression=arguments[-1])
    return out
