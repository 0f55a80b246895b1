"""What lies around TCP: links, tags, labels, tunnels. scapy writes the packets, so that a misreading shows."""

import ipaddress
import struct

import pytest
from scapy.contrib.erspan import ERSPAN_II, ERSPAN_III, ERSPAN_PlatformSpecific
from scapy.contrib.geneve import GENEVE, GeneveOptions
from scapy.contrib.mpls import MPLS
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_Router_Alert
from scapy.layers.inet6 import (
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import ARP, GRE, LLC, SNAP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether, Loopback
from scapy.layers.ppp import PPP, PPPoE
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet

from tests.support.decoding import Caught, Row, decoded

DEVICE, LIS = "02:00:00:00:00:05", "02:00:00:00:00:01"


def ether(target: str = LIS, **fields: int) -> Packet:
    """With both MACs, so that scapy asks nobody for them."""
    return Ether(src=DEVICE, dst=target, **fields)


TEXT = b"\x0bMSH|^~\\&|ANALYZER\r\x1c\r"
SAID = TCP(sport=40001, dport=2575, seq=1234567890, ack=4000000000, flags="PA") / TEXT
SAID_4 = IP(src="10.0.0.5", dst="10.1.0.1", id=77) / SAID
SAID_6 = IPv6(src="fd00::5", dst="fd00::1") / SAID
MIRRORED = ether() / SAID_4
OUTER = ether() / IP(src="192.0.2.1", dst="192.0.2.2", id=5)
OUTER_6 = ether() / IPv6(src="2001:db8::1", dst="2001:db8::2")


def number(address: str) -> int:
    parsed = ipaddress.ip_address(address)
    return int(parsed) | (0xFFFF << 32 if parsed.version == 4 else 0)


def row(version: int, payload: bytes = TEXT, lost: int = 0) -> Row:
    device, lis = ("10.0.0.5", "10.1.0.1") if version == 4 else ("fd00::5", "fd00::1")
    ends = ((number(device), 40001), (number(lis), 2575))
    return Row(ends, 1234567890, 4000000000, 0x18, payload, lost, 0, Caught(b"").time)


LINKS = {
    "ethernet": (1, ether() / SAID_4),
    "ethernet, IPv6": (1, ether() / SAID_6),
    "802.1Q": (1, ether() / Dot1Q(vlan=5) / SAID_4),
    "QinQ": (1, ether() / Dot1AD(vlan=5) / Dot1Q(vlan=7) / SAID_6),
    "six tags": (1, ether() / Dot1Q() / Dot1Q() / Dot1Q() / Dot1Q() / Dot1Q() / Dot1Q() / SAID_4),
    "802.3 with SNAP": (1, Dot3(src=DEVICE, dst=LIS) / LLC() / SNAP(OUI=0, code=0x0800) / SAID_4),
    "tag and SNAP": (
        1,
        ether(type=0x8100) / (struct.pack(">HH", 5, 8 + len(SAID_6)) + bytes(LLC() / SNAP(code=0x86DD) / SAID_6)),
    ),
    "PPPoE": (1, ether() / PPPoE(sessionid=3) / PPP(proto=0x0021) / SAID_4),
    "PPPoE, IPv6, tagged": (1, ether() / Dot1Q(vlan=9) / PPPoE(sessionid=3) / PPP(proto=0x0057) / SAID_6),
    "PPP": (9, PPP(proto=0x0021) / SAID_4),
    "PPP with address and control": (50, b"\xff\x03\x00\x57" + bytes(SAID_6)),
    "PPP with a short protocol": (9, b"\x21" + bytes(SAID_4)),
    "PPP over Ethernet": (51, PPPoE(sessionid=3) / PPP(proto=0x0021) / SAID_4),
    "PPP with MPLS": (9, PPP(proto=0x0281) / MPLS(label=16, s=1) / SAID_4),
    "Cisco HDLC": (104, b"\x0f\x00\x08\x00" + bytes(SAID_4)),
    "raw": (101, SAID_4),
    "raw, IPv6": (101, SAID_6),
    "raw of OpenBSD": (14, SAID_4),
    "IPv4 link": (228, SAID_4),
    "IPv6 link": (229, SAID_6),
    "NULL": (0, Loopback(type=2) / SAID_4),
    "NULL of Darwin, IPv6": (0, struct.pack("<I", 30) + bytes(SAID_6)),
    "NULL of a big-endian machine": (0, struct.pack(">I", 2) + bytes(SAID_4)),
    "LOOP": (108, struct.pack(">I", 24) + bytes(SAID_6)),
    "cooked": (113, CookedLinux(proto=0x0800) / SAID_4),
    "cooked with a tag": (113, CookedLinux(proto=0x8100) / Dot1Q(vlan=4) / SAID_4),
    "cooked 2": (276, CookedLinuxV2(proto=0x86DD) / SAID_6),
    "MPLS": (1, ether(type=0x8847) / MPLS(label=16, s=1) / SAID_4),
    "three labels": (1, ether() / MPLS(label=16, s=0) / MPLS(label=17, s=0) / MPLS(label=18, s=1) / SAID_6),
    "MPLS link": (219, MPLS(label=16, s=1) / SAID_4),
    "pseudowire with control word": (1, ether() / MPLS(label=16, s=1) / (bytes(4) + bytes(MIRRORED))),
    "pseudowire": (1, ether() / MPLS(label=16, s=1) / bytes(ether("a2:00:00:00:00:01") / Dot1Q() / SAID_4)),
    "IPv4 options": (1, ether() / IP(src="10.0.0.5", dst="10.1.0.1", options=[IPOption_Router_Alert()]) / SAID),
    "TCP options": (
        1,
        ether()
        / IP(src="10.0.0.5", dst="10.1.0.1")
        / TCP(bytes(SAID)[:12] + b"\x80" + bytes(SAID)[13:20] + bytes(12) + TEXT),
    ),
    "IPv6 extensions": (
        1,
        ether()
        / IPv6(src="fd00::5", dst="fd00::1")
        / IPv6ExtHdrHopByHop()
        / IPv6ExtHdrRouting(addresses=["fd00::9"], segleft=0)
        / IPv6ExtHdrDestOpt()
        / SAID,
    ),
    "atomic fragment": (1, ether() / IPv6(src="fd00::5", dst="fd00::1") / IPv6ExtHdrFragment(id=9) / SAID),
    "authentication header": (
        1,
        ether() / IPv6(src="fd00::5", dst="fd00::1") / AH(nh=6, icv=bytes(12), payloadlen=4) / SAID,
    ),
    "authentication header, IPv4": (
        1,
        ether() / IP(src="10.0.0.5", dst="10.1.0.1", proto=51) / AH(nh=6, icv=bytes(12), payloadlen=4) / SAID,
    ),
}
TUNNELS = {
    "GRE": OUTER / GRE() / SAID_4,
    "GRE, IPv6": OUTER / GRE() / SAID_6,
    "GRE in IPv6": OUTER_6 / GRE() / SAID_4,
    "GRE with all options": OUTER
    / GRE(chksum_present=1, key_present=1, seqnum_present=1, key=4, sequence_number=3)
    / SAID_4,
    "GRE with a key": OUTER / GRE(key_present=1, key=4) / SAID_4,
    "GRE with Ethernet": OUTER / GRE(proto=0x6558) / ether() / Dot1Q(vlan=3) / SAID_4,
    "GRE with MPLS": OUTER / GRE(proto=0x8847) / MPLS(label=20, s=1) / SAID_6,
    "ERSPAN I": OUTER / GRE(proto=0x88BE) / bytes(MIRRORED),
    "ERSPAN II": OUTER / GRE(proto=0x88BE, seqnum_present=1) / ERSPAN_II(session_id=5) / MIRRORED,
    "ERSPAN III": OUTER / GRE(proto=0x22EB, seqnum_present=1) / ERSPAN_III(session_id=5) / MIRRORED,
    "ERSPAN III with subheader": OUTER
    / GRE(proto=0x22EB, seqnum_present=1)
    / ERSPAN_III(session_id=5, o=1)
    / ERSPAN_PlatformSpecific(platf_id=3)
    / MIRRORED,
    "ERSPAN III with IP": OUTER / GRE(proto=0x22EB, seqnum_present=1) / ERSPAN_III(ft=2) / bytes(SAID_6),
    "VXLAN": OUTER / UDP(sport=50000, dport=4789) / VXLAN(vni=7) / MIRRORED,
    "VXLAN, Linux": OUTER / UDP(sport=50000, dport=8472) / VXLAN(vni=7) / MIRRORED,
    "VXLAN in IPv6, tagged": OUTER_6 / UDP(dport=4789) / VXLAN(vni=7) / ether() / Dot1Q(vlan=3) / SAID_6,
    "Geneve": OUTER / UDP(dport=6081) / GENEVE(vni=7, proto=0x6558) / MIRRORED,
    "Geneve with options": OUTER
    / UDP(dport=6081)
    / GENEVE(proto=0x6558, options=[GeneveOptions(data=b"12345678"), GeneveOptions(data=b"1234")])
    / MIRRORED,
    "Geneve with IP": OUTER / UDP(dport=6081) / GENEVE(proto=0x0800) / SAID_4,
    "IPv4 in IPv4": OUTER / SAID_4,
    "IPv6 in IPv4": OUTER / SAID_6,
    "IPv4 in IPv6": OUTER_6 / SAID_4,
    "IPv6 in IPv6": OUTER_6 / SAID_6,
    "VXLAN in ERSPAN": OUTER
    / GRE(proto=0x88BE, seqnum_present=1)
    / ERSPAN_II()
    / OUTER
    / UDP(dport=4789)
    / VXLAN()
    / MIRRORED,
}


def version_of(packet: bytes | Packet) -> int:
    return 6 if bytes(SAID_6)[8:40] in bytes(packet) else 4


@pytest.mark.parametrize(("link", "packet"), LINKS.values(), ids=LINKS)
def test_links(link: int, packet: bytes | Packet) -> None:
    rows, counters = decoded([Caught(bytes(packet), link)])
    assert rows == [row(version_of(packet))]
    assert counters.segments == 1


@pytest.mark.parametrize("packet", TUNNELS.values(), ids=TUNNELS)
def test_tunnels(packet: Packet) -> None:
    assert decoded([Caught(bytes(packet))])[0] == [row(version_of(packet))]


@pytest.mark.parametrize("packet", TUNNELS.values(), ids=TUNNELS)
@pytest.mark.parametrize("trailer", [b"\0", b"TRAILER" * 9])
def test_what_follows_the_packet_is_not_payload(packet: Packet, trailer: bytes) -> None:
    assert decoded([Caught(bytes(packet) + trailer)])[0] == [row(version_of(packet))]


@pytest.mark.parametrize("packet", [*TUNNELS.values(), *(packet for link, packet in LINKS.values() if link == 1)])
@pytest.mark.parametrize("missing", [1, len(TEXT)])
def test_bytes_behind_the_snap_length_are_lost(packet: Packet, missing: int) -> None:
    whole = bytes(packet)
    (found,), _ = decoded([Caught(whole[:-missing], wire=len(whole))])
    assert found == row(version_of(packet), TEXT[:-missing], missing)


def test_options_of_tcp_behind_the_snap_length() -> None:
    whole = bytes(LINKS["TCP options"][1])
    for captured in range(54, 66):
        assert decoded([Caught(whole[:captured], wire=len(whole))])[0] == [row(4, b"", len(TEXT))]
    assert decoded([Caught(whole[:53], wire=len(whole))])[1].malformed == 1


@pytest.mark.parametrize("name", [name for name in TUNNELS if not name.startswith(("IPv", "VXLAN in ERSPAN"))])
def test_mirrors_that_cut_before_they_wrap(name: str) -> None:
    """The outer packet is whole and says so; inside, the packet is longer than it is."""
    missing = len(TEXT) - 5
    data = bytearray(bytes(TUNNELS[name])[:-missing])
    length_at = 16 if data[14] >> 4 == 4 else 18  # of the outer IP header
    struct.pack_into(">H", data, length_at, struct.unpack_from(">H", data, length_at)[0] - missing)
    assert decoded([Caught(bytes(data))])[0] == [row(version_of(TUNNELS[name]), TEXT[:5], missing)]


OTHERS = {
    "ARP": ether() / ARP(hwsrc=DEVICE, psrc="10.0.0.5"),
    "UDP": OUTER / UDP(dport=53) / b"question",
    "UDP on VXLAN's port, short": OUTER / UDP(dport=4789) / b"\x08",
    "UDP on VXLAN's port": OUTER / UDP(dport=4789) / b"\x08 is not what it seems to be, but a text",
    "UDP on VXLAN's port, no flag": OUTER / UDP(dport=4789) / (bytes(8) + bytes(MIRRORED)),
    "UDP on Geneve's port": OUTER / UDP(dport=6081) / b"\x3f is not what it seems to be, but a text",
    "ICMP": OUTER / ICMP(),
    "GRE with ICMP": OUTER / GRE() / IP(src="10.0.0.5", dst="10.1.0.1") / ICMP(),
    "GRE with something": OUTER / GRE(proto=0x1234) / b"whatever",
    "GRE of PPTP": OUTER / GRE(version=1, proto=0x880B) / b"whatever",
    "GRE with routing": OUTER / GRE(routing_present=1) / b"whatever",
    "ERSPAN of another version": OUTER / GRE(proto=0x88BE, seqnum_present=1) / ERSPAN_II(ver=7) / MIRRORED,
    "spanning tree": Dot3(src=DEVICE, dst=LIS) / LLC(dsap=0x42, ssap=0x42) / b"whatever it says",
    "PPPoE with LCP": ether() / PPPoE() / PPP(proto=0xC021) / b"\1\1\0\4",
    "PPPoE discovery": ether(type=0x8863) / bytes(20),
    "MPLS with something": ether() / MPLS(s=1) / bytes(40),
    "IPv6 with ICMP": OUTER_6 / b"whatever",
    "fragments of ICMP": ether() / IP(flags="MF", proto=1) / bytes(16),
    "no next header": ether() / IPv6(nh=59),
    "44 in IPv4": ether() / IP(proto=44) / bytes(40),
}


@pytest.mark.parametrize("packet", OTHERS.values(), ids=OTHERS)
def test_what_is_not_tcp_is_counted_as_such(packet: Packet) -> None:
    rows, counters = decoded([Caught(bytes(packet))])
    assert (rows, counters.not_tcp) == ([], 1)


BROKEN = {
    "nothing": b"",
    "half a MAC": bytes(9),
    "IPv4, cut": bytes(MIRRORED)[:30],
    "IPv6, cut": bytes(ether() / SAID_6)[:50],
    "version 5": bytes(ether(type=0x800) / b"\x55") + bytes(40),
    "header length 4": bytes(MIRRORED)[:14] + b"\x44" + bytes(MIRRORED)[15:],
    "header longer than the packet": bytes(ether() / IP(len=20, ihl=8) / bytes(60)),
    "longer than on the wire": bytes(ether() / IP(len=300) / SAID),
    "IPv6 longer than on the wire": bytes(ether() / IPv6(plen=300) / SAID),
    "TCP offset 4": bytes(ether() / IP(src="10.0.0.5", dst="10.1.0.1") / TCP(dataofs=4)),
    "TCP offset behind the end": bytes(ether() / IP(src="10.0.0.5", dst="10.1.0.1") / TCP(dataofs=9)),
    "TCP, cut": bytes(ether() / IP(src="10.0.0.5", dst="10.1.0.1") / TCP())[:50],
    "GRE, cut": bytes(OUTER / GRE())[:36],
    "IPv6 extension, cut": bytes(ether() / IPv6(nh=0) / b"\6\0"),
    "tag, cut": bytes(ether(type=0x8100) / b"\0\1"),
    "fragment without length": bytes(ether() / IP(flags="MF", len=0, proto=6) / bytes(40)),
    "fragment of seven bytes": bytes(ether() / IP(flags="MF", proto=6) / bytes(7)),
    "fragment of nothing": bytes(ether() / IP(flags="MF", proto=6)),
    "fragment behind the longest": bytes(ether() / IP(frag=8191, proto=6) / bytes(64)),
}


@pytest.mark.parametrize("packet", BROKEN.values(), ids=BROKEN)
def test_headers_that_do_not_fit_are_counted_as_malformed(packet: bytes) -> None:
    rows, counters = decoded([Caught(packet)])
    assert (rows, counters.malformed) == ([], 1)


def test_links_that_are_not_known_are_counted() -> None:
    rows, counters = decoded([Caught(bytes(MIRRORED), 105), Caught(bytes(MIRRORED)), Caught(b"", 70_000)])
    assert (len(rows), counters.unknown_link) == (1, 2)


@pytest.mark.parametrize("packet", [MIRRORED, TUNNELS["IPv4 in IPv4"], ether() / SAID_6], ids=str)
def test_length_0_is_all_there_is(packet: Packet) -> None:
    """Segmentation offload: super-frames are longer than the length field can say."""
    text = b"\x0b" + b"x" * 250_000 + b"\x1c\r"
    data = bytearray(bytes(packet)[: -len(TEXT)])
    for at, length_at in (
        ((14, 2), (34, 2)) if packet is TUNNELS["IPv4 in IPv4"] else ((14, 2 if data[14] == 0x45 else 4),)
    ):
        data[at + length_at : at + length_at + 2] = b"\0\0"
    whole = bytes(data) + text
    version = version_of(packet)
    assert decoded([Caught(whole)])[0] == [row(version, text)]
    assert decoded([Caught(whole[:1000], wire=len(whole))])[0] == [
        row(version, text[: 1000 - len(data)], len(text) - 1000 + len(data))
    ]


def test_a_jumbogram_is_all_there_is() -> None:
    """RFC 2675: payload length 0, and the true one in an option of a hop-by-hop header."""
    text = b"x" * 100_000
    tcp = bytes(SAID)[:20] + text
    jumbo = struct.pack(">BBBBI", 6, 0, 0xC2, 4, 8 + len(tcp))
    packet = bytes(ether() / IPv6(src="fd00::5", dst="fd00::1", nh=0, plen=0)) + jumbo + tcp
    assert decoded([Caught(packet)])[0] == [row(6, text)]


def test_nesting_ends_somewhere() -> None:
    def nested(levels: int) -> bytes:
        packet = bytes(SAID_4)
        for _ in range(levels):
            packet = bytes(IP(src="192.0.2.1", dst="192.0.2.2", len=20 + len(packet), proto=4, chksum=1)) + packet
        return bytes(ether(type=0x0800)) + packet

    assert decoded([Caught(nested(8))])[0] == [row(4)]
    rows, counters = decoded([Caught(nested(500))])
    assert (rows, counters.not_tcp) == ([], 1)


def test_eight_tunnels_of_ethernet() -> None:
    packet: Packet = MIRRORED
    for _ in range(8):
        packet = OUTER / UDP(dport=4789) / VXLAN() / packet
    assert decoded([Caught(bytes(packet))])[0] == [row(4)]
