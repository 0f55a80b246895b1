"""What takes the place of a value: chosen by a key that lives as long as one export, and is kept nowhere.

The same value becomes the same pseudonym throughout the export, and another one in the next. Without the key nobody can
find the value again, not even by trying all of them.
"""

import ipaddress
import secrets
from datetime import UTC, datetime
from hashlib import blake2b, shake_256

from hl7capture.hl7.privacy.known import fold
from hl7capture.model.session import session_id_of

_KEY_BYTES = 32
_FARTHEST = 365  # days
_WEEKS = (5, 104)  # for all times of an export
_WEEK = 7 * 86_400_000  # milliseconds
_EXAMPLE, _TIME_OF_ID = "20261121T101530.123Z", "%Y%m%dT%H%M%S.%fZ"
_TEST_NETWORK = int(ipaddress.IPv4Address("198.18.0.0"))  # of 2^17 addresses, which nobody has (RFC 2544)
_TEST_HOSTS = 1 << 17
_DOCUMENTATION_NETWORK = int(ipaddress.IPv6Address("2001:db8::"))  # RFC 3849


class Pseudonyms:
    """Of one export. keeps_times, keeps_addresses: what else would tell when and where it was captured."""

    def __init__(self, *, keeps_times: bool = False, keeps_addresses: bool = False, key: bytes | None = None) -> None:
        """key: for tests; else a random one."""
        self._key = secrets.token_bytes(_KEY_BYTES) if key is None else key
        self.keeps_times = keeps_times
        self.keeps_addresses = keeps_addresses
        self._addresses: dict[str, str] = {}
        self._given: set[str] = set()
        first, last = _WEEKS
        self.weeks = 0 if keeps_times else first + self._number("weeks", "") % (last - first + 1)

    def numbers(self, value: str) -> bytes:
        """A number from 0 to 255 for every character of a value, whatever its case."""
        return shake_256(self.digest("value", fold(value))).digest(len(value))

    def days(self, patient: str) -> int:
        """By how many days the dates of a patient's life are shifted: never 0, and never told by anything else."""
        number = self._number("days", patient) % (2 * _FARTHEST) - _FARTHEST
        return number if number < 0 else number + 1

    def address(self, address: str) -> str:
        """An IP address that nobody has; what is no address becomes nothing."""
        if self.keeps_addresses or not address:
            return address
        known = self._addresses.get(address)
        if known is None:
            known = self._addresses[address] = self._new_address(address)
            self._given.add(known)
        return known

    def moved(self, milliseconds: float) -> float:
        """A time of the conversation; weekday, time of day and all distances stay."""
        shift = self.weeks * _WEEK
        return milliseconds - shift if milliseconds >= shift else milliseconds + shift

    def session_id(self, session_id: str) -> str:
        """An id of the same form: the moved time, and nothing of the conversation that the old one was made from."""
        try:
            start = datetime.strptime(session_id[: len(_EXAMPLE)], _TIME_OF_ID).replace(tzinfo=UTC).timestamp()
        except ValueError:
            start = 0.0
        milliseconds = max(round(self.moved(start * 1000)), 0)
        return session_id_of(milliseconds * 1_000_000, self.digest("session", session_id))

    @property
    def addresses(self) -> int:
        """How many addresses were replaced."""
        return len(self._addresses)

    def digest(self, purpose: str, value: str) -> bytes:
        """What only the key's owner can compute of a value."""
        return blake2b(f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), key=self._key, digest_size=32).digest()

    def _number(self, purpose: str, value: str) -> int:
        return int.from_bytes(self.digest(purpose, value)[:8], "big")

    def _new_address(self, address: str) -> str:
        try:
            version = ipaddress.ip_address(address).version
        except ValueError:
            return ""
        number = self._number("address", address)
        if version == 6:
            return str(ipaddress.IPv6Address(_DOCUMENTATION_NETWORK + number))
        for step in range(_TEST_HOSTS):
            made = str(ipaddress.IPv4Address(_TEST_NETWORK + (number + step) % _TEST_HOSTS))
            if made not in self._given:
                return made
        return str(ipaddress.IPv4Address(_TEST_NETWORK))  # more hosts than there are addresses for
