"""From what a person names as an interface to the source that listens there."""

from hl7capture.model.source import Source
from hl7capture.sources.live import LiveSource
from hl7capture.sources.ssh import SshSource, is_remote


def names_in(setting: str) -> list[str]:
    """The interfaces of the setting `interface`: `eth0` or `eth0, eth1`; each once, in this order."""
    return list(dict.fromkeys(name for name in map(str.strip, setting.split(",")) if name))


def source_for(name: str, capture_filter: str, *, as_administrator: bool = False, may_ask: bool = False) -> Source:
    """The source that one name stands for; `open` says where there is none.

    as_administrator: capture with the system's help. may_ask: there is a terminal on which ssh may ask for a password.
    """
    if is_remote(name):
        return SshSource(name, capture_filter, may_ask=may_ask)
    return LiveSource(name, capture_filter, as_administrator=as_administrator)
