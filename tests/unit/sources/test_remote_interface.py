"""Names of interfaces on other machines."""

import pytest

from hl7capture.model.source import SourceError
from hl7capture.sources.ssh import RemoteInterface, is_remote


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("ssh://lab@probe-3/eth0", RemoteInterface("probe-3", "eth0", "lab")),
        ("ssh://Probe3/any", RemoteInterface("Probe3", "any")),
        ("ssh://lab@10.0.0.9:2222/ens3.17", RemoteInterface("10.0.0.9", "ens3.17", "lab", 2222)),
        ("ssh://[fe80::1%eth1]:22/eth0", RemoteInterface("fe80::1%eth1", "eth0", "", 22)),
        ("ssh://DOMAIN%5Clab@host/a%20b%2Fc", RemoteInterface("host", "a b/c", "DOMAIN\\lab")),
    ],
)
def test_names_are_read_and_written(url: str, remote: RemoteInterface) -> None:
    assert is_remote(url)
    assert RemoteInterface.parse(url) == remote
    assert remote.url == url


@pytest.mark.parametrize(
    "url",
    [
        "ssh://",
        "ssh://host",
        "ssh://host/",
        "ssh:///eth0",
        "ssh://lab:secret@host/eth0",
        "ssh://-oProxyCommand=x/eth0",
        "ssh://-lroot@host/eth0",
        "ssh://a b/eth0",
        "ssh://$(id)/eth0",
        "ssh://`id`@host/eth0",
        "ssh://x%24%28id%29@host/eth0",
        "ssh://host:0/eth0",
        "ssh://host:99999/eth0",
        "ssh://host/eth0?x",
        "ssh://host/eth0/eth1",
        "ssh://host/%0A",
    ],
)
def test_what_cannot_be_a_name_is_said(url: str) -> None:
    with pytest.raises(SourceError, match="is written ssh://") as caught:
        RemoteInterface.parse(url)
    assert caught.value.is_usage
