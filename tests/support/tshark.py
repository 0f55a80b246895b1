"""What tshark, Wireshark without a window, finds in a capture: the peer that everybody knows."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

End = tuple[str, int]
# (sender, receiver) → its MLLP blocks, framing included, in the order in which they were completed
Blocks = dict[tuple[End, End], list[bytes]]


def blocks_by_tshark(file: Path, ports: Iterable[int] = (2575,)) -> Blocks:
    """The blocks that tshark's HL7 dissector finds; it is told the ports, and to put late segments in their place."""
    command = ["tshark", "-r", str(file), "-o", "tcp.reassemble_out_of_order:TRUE"]
    for port in ports:
        command += ["-d", f"tcp.port=={port},hl7"]
    command += ["-Y", "hl7", "-T", "json", "-x", "--no-duplicate-keys", "-j", "ip ipv6 tcp hl7"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    found: Blocks = defaultdict(list)
    for packet in json.loads(done.stdout):
        layers = packet["_source"]["layers"]
        ip, tcp = _innermost(layers, "ip", "ipv6"), _first(layers["tcp"])
        sender = (ip["src"], int(tcp["tcp.srcport"]))
        receiver = (ip["dst"], int(tcp["tcp.dstport"]))
        raw = layers["hl7_raw"]
        for one in raw if isinstance(raw[0], list) else [raw]:
            found[sender, receiver].append(bytes.fromhex(one[0]))
    return dict(found)


def blocks_in(documents: Iterable[dict[str, Any]]) -> Blocks:
    """The same from session documents: the elements that are messages, whole ones only."""
    found: Blocks = defaultdict(list)
    for document in documents:
        device, lis = (document["deviceIP"], document["devicePort"]), (document["lisIP"], document["lisPort"])
        for element in document["elements"]:
            if element["type"] == "message" and "truncated" not in element["flags"]:
                ends = (device, lis) if element["direction"] == "device-to-lis" else (lis, device)
                # LF behind a block is part of it here, and of nothing there.
                found[ends].append(bytes.fromhex(element["hexData"]).removesuffix(b"\n"))
    return dict(found)


def _innermost(layers: dict[str, Any], *names: str) -> dict[str, str]:
    name = next(name for name in names if name in layers)
    layer = _first(layers[name])
    return {"src": layer[f"{name}.src"], "dst": layer[f"{name}.dst"]}


def _first(layer: Any) -> Any:
    return layer[0] if isinstance(layer, list) else layer
