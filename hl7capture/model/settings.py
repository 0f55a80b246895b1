"""The settings: names, defaults, ranges. What is wrong with a value is said with its key, the value and the range."""

import ipaddress
import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from hl7capture.model import archive_url

Theme = Literal["system", "light", "dark"]
Notified = Literal["none", "error", "warning"]
Language = Literal["system", "en", "de"]
_ADDRESSES = ("deviceIP", "lisIP")
_FIELDS = "patientFields"
_ARCHIVE = "archiveUrl"
# NUL and blank; STX, ETX, ETB (ASTM E1381-95 §6.3), 0B and 1C (MLLP), LF and CR.
_FRAMING = frozenset(b"\0 \x02\x03\x17\x0b\x1c\n\r")
_FIELD = re.compile(r"[A-Z](?:[A-Z0-9]{2})?(?:-[1-9][0-9]{0,3}(?:\.[1-9][0-9]{0,3})?)?")
_WRONG_KEY = re.compile(r"`\$\.(\w+)")


class SettingsError(ValueError):
    """A setting that cannot be; `key` names it, the text says what is allowed."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        # An archive's URL may hold a password, which then shall not stand in a log as well.
        shown = "this value" if key == _ARCHIVE else _shown(value)
        super().__init__(f"Setting {key}: {shown} is not possible; {allowed}.")
        self.key = key
        self.allowed = allowed


class Settings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All settings, immutable; `changed` makes the next version. In the file the keys are camelCase."""

    enable_persistence: Annotated[bool, Meta(description="Keep sessions on disk")] = True
    retention_days: Annotated[int, Meta(ge=1, le=365, description="Days that a saved session is kept")] = 30
    output_folder: Annotated[str, Meta(description="Folder for sessions; empty: the system's data folder")] = ""
    autosave_seconds: Annotated[
        int, Meta(ge=1, le=300, description="Seconds between two attempts to write what waits")
    ] = 5
    cleanup_interval_hours: Annotated[int, Meta(ge=1, le=168, description="Hours between two clean-ups")] = 24
    max_sessions_in_memory: Annotated[int, Meta(ge=1, le=1_000_000, description="Sessions kept in memory")] = 1000
    session_idle_seconds: Annotated[
        int, Meta(ge=1, le=86_400, description="Silence after which an MLLP session ends")
    ] = 30
    session_max_messages: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Messages after which an MLLP session rolls over")
    ] = 1000
    late_answer_seconds: Annotated[int, Meta(ge=1, le=3600, description="An answer that takes longer is late")] = 5
    validate_messages: Annotated[bool, Meta(description="Findings also say what HL7 v2 says of the messages")] = False
    start_marker: Annotated[int, Meta(ge=0, le=255, description="ENQ: the byte that starts a transfer")] = 5
    ack_marker: Annotated[int, Meta(ge=0, le=255, description="ACK: the byte that accepts")] = 6
    nak_marker: Annotated[int, Meta(ge=0, le=255, description="NAK: the byte that refuses")] = 21
    end_marker: Annotated[int, Meta(ge=0, le=255, description="EOT: the byte that ends a transfer")] = 4
    device_ip: Annotated[str, Meta(description="This address is the device, whoever connected")] = msgspec.field(
        default="", name="deviceIP"
    )
    lis_ip: Annotated[str, Meta(description="This address is the LIS, whoever connected")] = msgspec.field(
        default="", name="lisIP"
    )
    lis_port: Annotated[int, Meta(ge=1, le=65_535, description="The side with this port is the LIS")] | None = None
    capture_filter: Annotated[str, Meta(description="Capture filter (BPF), as in tcpdump")] = ""
    interface: Annotated[str, Meta(description="The interface to listen on; several with commas between them")] = ""
    auto_start_capture: Annotated[bool, Meta(description="Start the capture with the program")] = False
    watch_interfaces: Annotated[
        bool, Meta(description="Show on the first page what passes each interface; nothing of it is kept")
    ] = True
    keep_raw_packets: Annotated[bool, Meta(description="Also keep the raw packets, in the output folder's raw")] = False
    raw_packets_megabytes: Annotated[
        int, Meta(ge=10, le=1_000_000, description="Megabytes of raw packets that are kept; the oldest go first")
    ] = 1000
    archive_url: Annotated[str, Meta(description="The archive that all sessions go to, a PostgreSQL database")] = ""
    mask_patient_data: Annotated[bool, Meta(description="Mask patient data on the screen")] = False
    deidentify_z_segments: Annotated[
        bool, Meta(description="Z-segments (and ASTM's M records) count as patient data")
    ] = True
    patient_fields: Annotated[
        str, Meta(description="More fields with patient data, with commas between them: OBX-18, ZPI-3.1, NTE")
    ] = ""
    theme: Annotated[Theme, Meta(description="Light or dark")] = "system"
    notify_findings: Annotated[
        Notified, Meta(description="Findings told by a notification while the window is not in front")
    ] = "error"
    close_to_tray: Annotated[
        bool, Meta(description="Closing the window leaves the program in the tray, where there is one")
    ] = False
    start_minimised: Annotated[bool, Meta(description="Start without the window in the way")] = False
    autostart: Annotated[bool, Meta(description="Start when you log in, minimised")] = False
    font_size: Annotated[int, Meta(ge=70, le=250, description="Size of letters, in percent of the system's")] = 100
    language: Annotated[Language, Meta(description="Language of the window, from the next start on")] = "system"
    # What the file holds beyond these: a newer version's. It is kept, and written back.
    unknown: dict[str, Any] = msgspec.field(default_factory=dict, name="")

    def changed(self, **values: Any) -> "Settings":
        """The settings with `values` (attribute names or camelCase keys). Raises SettingsError."""
        return settings_from({**self.values(), **{key_of(name): value for name, value in values.items()}})

    def values(self) -> dict[str, Any]:
        """All of them by camelCase key, as they stand in the file."""
        return {key: getattr(self, field.name) for key, field in _fields().items()} | self.unknown

    def markers(self) -> dict[str, int]:
        """The four control bytes of the ENQ protocols by camelCase key."""
        return {
            "startMarker": self.start_marker,
            "ackMarker": self.ack_marker,
            "nakMarker": self.nak_marker,
            "endMarker": self.end_marker,
        }


@dataclass(slots=True, frozen=True)
class SettingsField:
    """What a setting may be: its attribute's name, its type, lowest and highest value, and what it is for."""

    name: str
    kind: Any
    low: int
    high: int
    description: str


def settings_from(values: dict[str, Any]) -> Settings:
    """Settings from camelCase `values`; unknown keys are kept. Raises SettingsError for the first wrong one."""
    known = {key: value for key, value in values.items() if key in _fields()}
    for key in _ADDRESSES:
        if key in known:
            known[key] = _address(key, known[key])
    if _FIELDS in known:
        known[_FIELDS] = _fields_named(known[_FIELDS])
    if _ARCHIVE in known:
        known[_ARCHIVE] = _archive(known[_ARCHIVE])
    try:
        settings = msgspec.convert(
            known | {"": {key: value for key, value in values.items() if key not in known}}, Settings, strict=False
        )
    except msgspec.ValidationError as error:
        named = _WRONG_KEY.search(str(error))
        key = named[1] if named else "(all)"
        raise SettingsError(key, values.get(key), allowed_values(key)) from error
    markers = settings.markers()
    for key, value in markers.items():
        if list(markers.values()).count(value) > 1:
            raise SettingsError(key, value, "each marker must be a byte of its own")
        if value in _FRAMING:
            raise SettingsError(
                key, value, "that byte frames messages, ends lines, or is blank, and cannot be a marker"
            )
    return settings


def key_of(name: str) -> str:
    """The camelCase key of an attribute name; a key is returned as it is."""
    return next((key for key, field in _fields().items() if field.name == name), name)


def field_of(key: str) -> SettingsField:
    """The field behind a camelCase key. Raises SettingsError for an unknown key."""
    found = _fields().get(key)
    if found is None:
        raise SettingsError(key, "?", f"there is no such setting; the settings are {', '.join(_fields())}")
    return found


def bounds_of(key: str) -> tuple[int, int]:
    """Lowest and highest value of a whole-number setting."""
    field = field_of(key)
    return field.low, field.high


def allowed_values(key: str) -> str:
    """In words, what a setting may be."""
    field = field_of(key)
    if key in _ADDRESSES:
        return "it takes an IPv4 or IPv6 address, or nothing"
    if key == _ARCHIVE:
        return archive_url.ALLOWED
    if key == _FIELDS:
        return "it takes fields as PID-3, ZPI-3.1 or NTE, with commas between them, or nothing"
    if field.kind is bool:
        return "it takes true or false"
    if get_origin(field.kind) is Literal:
        return f"it takes {', '.join(get_args(field.kind))}"
    if field.kind is int or field.kind == int | None:
        return f"it takes a whole number from {field.low} to {field.high}"
    return "it takes text"


def parse_value(key: str, text: str) -> Any:
    """A value typed by a person for `key`: numbers, true/false and null become what they mean."""
    kind = field_of(key).kind
    word = text.strip().lower()
    if kind is bool:
        return {"true": True, "on": True, "yes": True, "1": True}.get(
            word, {"false": False, "off": False, "no": False, "0": False}.get(word, text)
        )
    if kind == int | None and word in ("", "none", "null"):
        return None
    return text


@cache
def _fields() -> dict[str, SettingsField]:
    """All settings by camelCase key."""
    hints = get_type_hints(Settings, include_extras=True)
    kinds = get_type_hints(Settings)
    return {
        field.encode_name: _field(field.name, kinds[field.name], hints[field.name])
        for field in msgspec.structs.fields(Settings)
        if field.encode_name
    }


def _field(name: str, kind: Any, hint: Any) -> SettingsField:
    meta = next(meta for part in (hint, *get_args(hint)) for meta in getattr(part, "__metadata__", ()))
    return SettingsField(name, kind, meta.ge or 0, meta.le or 0, meta.description)


def _address(key: str, value: object) -> object:
    """An address in its usual spelling."""
    if not isinstance(value, str) or not value.strip():
        return "" if isinstance(value, str) else value
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError as error:
        raise SettingsError(key, value, allowed_values(key)) from error


def _fields_named(value: object) -> object:
    """Fields in their usual spelling: `OBX-18, ZPI-3.1`."""
    if not isinstance(value, str):
        return value
    names = [name.strip().upper() for name in value.split(",") if name.strip()]
    if not all(map(_FIELD.fullmatch, names)):
        raise SettingsError(_FIELDS, value, allowed_values(_FIELDS))
    return ", ".join(names)


def _archive(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        return "" if isinstance(value, str) else value
    if archive_url.parsed(value.strip()) is None:
        raise SettingsError(_ARCHIVE, value, archive_url.ALLOWED)
    return value.strip()


def _shown(value: object) -> str:
    """The value as it may stand in a message: short, and with nothing invisible in it."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
