"""What devices and LIS say when nothing is wrong: all framings and modes, directions, sizes and character sets.

Every script is one exchange, whole in itself; the pauses are those of people and machines.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from hl7capture.simulator.conversation import Turn
from hl7capture.simulator.frames import frames
from hl7capture.simulator.messages import ack, astm_records, oru
from hl7capture.wire.tcp_writer import Side

ENQ, ACK, EOT = b"\x05", b"\x06", b"\x04"
MOST_THINKING = 4.5  # seconds: a little less than the setting lateAnswerSeconds
CHARSETS = {"UNICODE UTF-8": "utf-8", "8859/1": "latin-1", "8859/2": "iso8859-2", "GB 18030-2000": "gb18030"}


class Clock:
    """Tells the time that messages carry: that of the packets, as pauses make it pass."""

    def __init__(self, start: datetime, seed: int) -> None:
        self.rng = Random(seed)
        self.number = seed * 10_000  # of the latest message: no two have the same control id
        self._start = start
        self.passed = 0.0  # seconds
        self._waited = 0.0  # since the latest turn

    @property
    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.passed)

    def turn(self, side: Side, data: bytes, pause: float = 0.0) -> Turn:
        self.passed += pause
        waited, self._waited = self._waited, 0.0
        return Turn(side, data, waited + pause)

    def wait(self, pause: float) -> None:
        """Now at once, now after a long time: whoever makes a message makes it after that."""
        waited = min(self.rng.expovariate(1 / pause), 4 * pause) + 0.001
        self.passed += waited
        self._waited += waited

    def think(self) -> float:
        """Most answers come at once, some only after seconds."""
        return self.rng.choice((0.002, 0.02, 0.2, 0.2, 1.0, self.rng.uniform(0, MOST_THINKING)))

    def message(self) -> bytes:
        self.number += 1
        return oru(self.number, self.now, self.rng)


Script = Callable[[Clock, float], Iterator[Turn]]  # with the seconds before it, about


def block(message: bytes) -> bytes:
    return b"\x0b" + message + b"\x1c\r"


def other(side: Side) -> Side:
    return "lis" if side == "device" else "device"


def original(clock: Clock, pause: float) -> Iterator[Turn]:
    """One message, one answer, in any character set."""
    clock.wait(pause)
    message = _in_charset(clock, clock.message())
    yield clock.turn("device", block(message))
    yield clock.turn("lis", block(ack(message, clock.now)), clock.think())


def enhanced(clock: Clock, pause: float) -> Iterator[Turn]:
    """A receipt, then the application's answer, which the device acknowledges no more."""
    clock.wait(pause)
    message = clock.message().replace(b"|2.5.1||||||", b"|2.5.1|||AL|AL||", 1)
    yield clock.turn("device", block(message))
    receipt = ack(message, clock.now).replace(b"MSA|AA|", b"MSA|CA|")
    yield clock.turn("lis", block(receipt), 0.005)
    yield clock.turn("lis", block(ack(message, clock.now)), clock.think())


def commits(clock: Clock, pause: float) -> Iterator[Turn]:
    """MLLP release 2: 06 as a block's payload says that the message arrived."""
    clock.wait(pause)
    message = clock.message()
    yield clock.turn("device", block(message))
    yield clock.turn("lis", block(ACK), 0.003)
    yield clock.turn("lis", block(ack(message, clock.now)), clock.think())
    yield clock.turn("device", block(ACK), 0.003)


def pipelined(clock: Clock, pause: float) -> Iterator[Turn]:
    """Several messages in one write, answered one by one."""
    clock.wait(pause)
    messages = [clock.message() for _ in range(clock.rng.randint(2, 5))]
    yield clock.turn("device", b"".join(map(block, messages)))
    for message in messages:
        yield clock.turn("lis", block(ack(message, clock.now)), 0.05)


def both_ways(clock: Clock, pause: float) -> Iterator[Turn]:
    """Results and queries of the device, orders of the LIS, on one connection."""
    clock.wait(pause)
    yield from clock.rng.choice((_result, _query, _order))(clock)


def large(clock: Clock, pause: float) -> Iterator[Turn]:
    """Messages with a document in them, up to one megabyte."""
    clock.wait(pause)
    size = clock.rng.choice((1_000, 30_000, 200_000, 1_000_000))
    message = clock.message() + b"OBX|99|ED|PDF^Report||^application^pdf^Base64^" + b"QUJD" * (size // 4) + b"\r"
    yield clock.turn("device", block(message))
    yield clock.turn("lis", block(ack(message, clock.now)), clock.think())


def unframed(clock: Clock, pause: float) -> Iterator[Turn]:
    """HL7 with nothing around it."""
    clock.wait(pause)
    message = clock.message()
    yield clock.turn("device", message)
    yield clock.turn("lis", ack(message, clock.now), 0.02)


def stx(clock: Clock, pause: float) -> Iterator[Turn]:
    """STX … CR LF between ENQ and EOT."""
    clock.wait(pause)
    yield from _transfer(clock, "device", [b"\x02" + clock.message() + b"\n"])


def astm(clock: Clock, pause: float) -> Iterator[Turn]:
    """E1381: results and queries of the device, orders of the LIS."""
    clock.wait(pause)
    clock.number += 1
    records = astm_records(clock.number, clock.now, clock.rng)
    kind = clock.rng.choice(("results", "results", "query", "orders"))
    if kind == "results":
        yield from _transfer(clock, "device", list(frames(records)))
        return
    if kind == "query":
        asked = [records[0], b"Q|1|^SIM-S%04d||ALL\r" % clock.number, records[-1]]
        yield from _transfer(clock, "device", list(frames(asked)))
    yield from _transfer(clock, "lis", list(frames([*records[:3], records[-1]])), clock.think() + 0.5)


SCRIPTS: dict[str, Script] = {
    "original": original,
    "enhanced": enhanced,
    "commits": commits,
    "pipelined": pipelined,
    "both_ways": both_ways,
    "large": large,
    "stx": stx,
    "astm": astm,
}


def _in_charset(clock: Clock, message: bytes) -> bytes:
    name, codec = clock.rng.choice(list(CHARSETS.items()))
    return message.decode().replace("UNICODE UTF-8", name, 1).encode(codec, "replace")


def _transfer(clock: Clock, sender: Side, said: list[bytes], pause: float = 0.0) -> Iterator[Turn]:
    yield clock.turn(sender, ENQ, pause)
    for data in (*said, EOT):
        yield clock.turn(other(sender), ACK, clock.rng.choice((0.001, 0.02, 0.3)))
        yield clock.turn(sender, data, 0.002)


def _result(clock: Clock) -> Iterator[Turn]:
    message = clock.message()
    yield clock.turn("device", block(message))
    yield clock.turn("lis", block(ack(message, clock.now)), clock.think())


def _query(clock: Clock) -> Iterator[Turn]:
    """What is to be done with this tube?"""
    clock.number += 1
    asks = f"Q{clock.number}"
    query = _header("SIM-ANALYZER", clock, "QBP^Q11^QBP_Q11", asks) + f"QPD|Q11^Orders|{asks}|SIM-S1\rRCP|I\r"
    yield clock.turn("device", block(query.encode()))
    told = f"MSA|AA|{asks}\rQAK|{asks}|OK\rQPD|Q11^Orders|{asks}|SIM-S1\r"
    answer = _header("SIM-LIS", clock, "RSP^K11^RSP_K11", f"R{clock.number}") + told
    yield clock.turn("lis", block(answer.encode()), clock.think())


def _order(clock: Clock) -> Iterator[Turn]:
    clock.number += 1
    id_of = f"L{clock.number}"
    order = _header("SIM-LIS", clock, "OML^O33^OML_O33", id_of) + f"SPM|1|SIM-S1\rORC|NW|{id_of}\rOBR|1|{id_of}\r"
    yield clock.turn("lis", block(order.encode()))
    answer = _header("SIM-ANALYZER", clock, "ORL^O34^ORL_O34", f"D{clock.number}") + f"MSA|AA|{id_of}\r"
    yield clock.turn("device", block(answer.encode()), clock.think())


def _header(sender: str, clock: Clock, kind: str, control_id: str) -> str:
    receiver = "SIM-ANALYZER" if sender == "SIM-LIS" else "SIM-LIS"
    return f"MSH|^~\\&|{sender}|SIM|{receiver}|SIM|{clock.now:%Y%m%d%H%M%S%z}||{kind}|{control_id}|T|2.5.1\r"
