"""From what a person names as an interface to the source that listens there."""

from hl7capture.model.source import Source
from hl7capture.sources.live import LiveSource


def names_in(setting: str) -> list[str]:
    """The interfaces of the setting `interface`: `eth0` or `eth0, eth1`; each once, in this order."""
    return list(dict.fromkeys(name for name in map(str.strip, setting.split(",")) if name))


def source_for(name: str, capture_filter: str, *, as_administrator: bool = False) -> Source:
    """The source that one name stands for; `open` says where there is none."""
    return LiveSource(name, capture_filter, as_administrator=as_administrator)
