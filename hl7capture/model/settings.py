"""The settings: names, defaults, ranges. What is wrong with a value is said with its key, the value and the range."""

import ipaddress
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

Theme = Literal["system", "light", "dark"]


class SettingsError(ValueError):
    """A setting that cannot be; `key` names it, the text says what is allowed."""

    def __init__(self, key: str, value: object, allowed: str) -> None:
        super().__init__(f"Setting {key}: {_shown(value)} is not possible; {allowed}.")
        self.key = key
        self.allowed = allowed


class Settings(BaseModel):
    """All settings, immutable; `changed` makes the next version. In the file the keys are camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="allow")

    enable_persistence: bool = Field(True, description="Keep sessions on disk")
    retention_days: int = Field(30, ge=1, le=365, description="Days that a saved session is kept")
    output_folder: str = Field("", description="Folder for sessions; empty: the system's data folder")
    autosave_seconds: int = Field(5, ge=1, le=300, description="Seconds between two attempts to write what waits")
    cleanup_interval_hours: int = Field(24, ge=1, le=168, description="Hours between two clean-ups")
    max_sessions_in_memory: int = Field(1000, ge=1, le=1_000_000, description="Sessions kept in memory")
    session_idle_seconds: int = Field(30, ge=1, le=86_400, description="Silence after which an MLLP session ends")
    session_max_messages: int = Field(
        1000, ge=1, le=1_000_000, description="Messages after which an MLLP session rolls over"
    )
    start_marker: int = Field(5, ge=0, le=255, description="ENQ: the byte that starts a transfer")
    ack_marker: int = Field(6, ge=0, le=255, description="ACK: the byte that accepts")
    nak_marker: int = Field(21, ge=0, le=255, description="NAK: the byte that refuses")
    end_marker: int = Field(4, ge=0, le=255, description="EOT: the byte that ends a transfer")
    device_ip: str = Field("", alias="deviceIP", description="This address is the device, whoever connected")
    lis_ip: str = Field("", alias="lisIP", description="This address is the LIS, whoever connected")
    lis_port: int | None = Field(None, ge=1, le=65_535, description="The side with this port is the LIS")
    capture_filter: str = Field("", description="Capture filter (BPF), as in tcpdump")
    interface: str = Field("", description="The interface to listen on; several with commas between them")
    auto_start_capture: bool = Field(False, description="Start the capture with the program")
    keep_raw_packets: bool = Field(False, description="Also keep the raw packets, in the output folder's raw")
    raw_packets_megabytes: int = Field(
        1000, ge=10, le=1_000_000, description="Megabytes of raw packets that are kept; the oldest go first"
    )
    archive_url: str = Field("", description="PostgreSQL archive")
    mask_patient_data: bool = Field(False, description="Mask patient data on the screen")
    theme: Theme = Field("system", description="Light or dark")

    @field_validator("device_ip", "lis_ip")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return str(ipaddress.ip_address(value.strip())) if value.strip() else ""

    def changed(self, **values: Any) -> "Settings":
        """The settings with `values` (attribute names or camelCase keys). Raises SettingsError."""
        return settings_from({**self.model_dump(by_alias=True), **{key_of(name): v for name, v in values.items()}})

    def markers(self) -> dict[str, int]:
        """The four control bytes of the ENQ protocols by camelCase key."""
        return {
            "startMarker": self.start_marker,
            "ackMarker": self.ack_marker,
            "nakMarker": self.nak_marker,
            "endMarker": self.end_marker,
        }


def settings_from(values: dict[str, Any]) -> Settings:
    """Settings from camelCase `values`; unknown keys are kept. Raises SettingsError for the first wrong one."""
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else "(all)"
        raise SettingsError(key, values.get(key), allowed_values(key)) from error
    markers = settings.markers()
    for key, value in markers.items():
        if list(markers.values()).count(value) > 1:
            raise SettingsError(key, value, "each marker must be a byte of its own")
    return settings


def key_of(name: str) -> str:
    """The camelCase key of an attribute name; a key is returned as it is."""
    info = Settings.model_fields.get(name)
    return info.alias or to_camel(name) if info else name


def field_of(key: str) -> FieldInfo:
    """The field behind a camelCase key. Raises SettingsError for an unknown key."""
    for name, info in Settings.model_fields.items():
        if (info.alias or to_camel(name)) == key:
            return info
    known = ", ".join(key_of(name) for name in Settings.model_fields)
    raise SettingsError(key, "?", f"there is no such setting; the settings are {known}")


def bounds_of(key: str) -> tuple[int, int]:
    """Lowest and highest value of a whole-number setting."""
    low = high = 0
    for limit in field_of(key).metadata:
        low = getattr(limit, "ge", low)
        high = getattr(limit, "le", high)
    return low, high


def allowed_values(key: str) -> str:
    """In words, what a setting may be."""
    info = field_of(key)
    kind = info.annotation
    if key in ("deviceIP", "lisIP"):
        return "it takes an IPv4 or IPv6 address, or nothing"
    if kind is bool:
        return "it takes true or false"
    if get_origin(kind) is Literal:
        return f"it takes {', '.join(get_args(kind))}"
    if kind is int or kind == int | None:
        low, high = bounds_of(key)
        return f"it takes a whole number from {low} to {high}"
    return "it takes text"


def parse_value(key: str, text: str) -> Any:
    """A value typed by a person for `key`: numbers, true/false and null become what they mean."""
    kind = field_of(key).annotation
    word = text.strip().lower()
    if kind is bool:
        return {"true": True, "on": True, "yes": True, "1": True}.get(
            word, {"false": False, "off": False, "no": False, "0": False}.get(word, text)
        )
    if kind == int | None and word in ("", "none", "null"):
        return None
    return text


def _shown(value: object) -> str:
    """The value as it may stand in a message: short, and with nothing invisible in it."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
