"""TLS where HL7 was to be expected is told, once; elsewhere it is nobody's business."""

from hl7capture.model.events import Notice
from hl7capture.model.settings import Settings
from tests.support.engine import events_of
from tests.support.speech import mllp, oru
from tests.support.wire import Talk, conversation, pcap

HELLO = b"\x16\x03\x01\x00\x05hello"
TLS = conversation((0, HELLO), (1, HELLO)).segments
OPEN = Talk((70_000, 80_000)).open().say(0, mllp(oru())).close().segments


def notices(data: bytes, **values: object) -> list[Notice]:
    return [event for event in events_of(data, 0, Settings(**values)) if isinstance(event, Notice)]  # type: ignore[arg-type]


def test_tls_on_the_port_of_the_lis_is_told_once() -> None:
    told = notices(pcap(TLS + TLS), lis_port=2575)
    assert [notice.text for notice in told] == [
        "Connections to 10.1.0.1:2575 are encrypted (TLS); their messages cannot be read"
    ]
    assert not told[0].is_problem


def test_tls_of_a_host_of_interest_is_told() -> None:
    assert len(notices(pcap(TLS), device_ip="10.0.0.5")) == 1
    assert len(notices(pcap(TLS), lis_ip="10.1.0.1")) == 1


def test_tls_on_a_server_that_spoke_hl7_is_told_whichever_came_first() -> None:
    assert len(notices(pcap(TLS + OPEN))) == 1
    assert len(notices(pcap(OPEN + TLS))) == 1


def test_other_tls_is_counted_alone() -> None:
    assert notices(pcap(TLS)) == []
    assert notices(pcap(TLS), lis_port=6661, device_ip="10.0.0.99") == []
