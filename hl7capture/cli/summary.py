"""What a capture came to, in numbers for programs and in a sentence for people."""

from dataclasses import asdict

from hl7capture.model.events import Counters
from hl7capture.model.source import SourceState


def summary_numbers(state: SourceState, counters: Counters) -> dict[str, int | None]:
    """Each number by its camelCase name; null where the system does not count. docs/capture.md explains them."""
    numbers: dict[str, int | None] = {_camel(name): number for name, number in asdict(counters).items()}
    system = {"received": state.received, "dropped": state.dropped, "droppedByInterface": state.dropped_by_interface}
    return numbers | system


def summary_sentence(state: SourceState, counters: Counters) -> str:
    """What a person wants to know, and nothing that is 0 and should be."""
    said = [f"{counters.packets} packets"]
    troubles = (
        (state.dropped, "dropped by the system"),
        (state.dropped_by_interface, "dropped by the interface"),
        (counters.gaps, "gaps"),
        (counters.encrypted, "encrypted connections"),
        (counters.malformed, "malformed packets"),
        (counters.fragments, "fragments left out"),
        (counters.unknown_link, "packets of an unknown link type"),
        (counters.evicted, "connections given up"),
        (counters.gave_way, "times something was given up for want of room"),
        (counters.not_in_raw_file, "packets missing in the raw file"),
    )
    said += [f"{number} {what}" for number, what in troubles if number]
    said += [f"{counters.sessions} sessions", f"{counters.messages} messages"]
    return ", ".join(said) + "."


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
