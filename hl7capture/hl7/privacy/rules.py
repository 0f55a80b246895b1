"""What a person has set about patients' data: fields of their own, and Z-segments."""

from collections.abc import Iterable
from dataclasses import dataclass

from hl7capture.hl7.filter.paths import Path, path_of
from hl7capture.model.settings import Settings


@dataclass(slots=True, frozen=True)
class Rules:
    """with_own_segments: all text of Z-segments, and of ASTM's M records. places: fields that are private besides."""

    with_own_segments: bool = True
    places: tuple[Path, ...] = ()

    def names(self, segment: str, number: int, component: int) -> bool:
        """Is a component, counted from 1, named among `places`?"""
        return bool(self.places) and any(
            path.segment == segment and path.field in (None, number) and path.component in (None, component)
            for path in self.places
        )


def rules_of(settings: Settings) -> Rules:
    """The rules that the settings `deidentifyZSegments` and `patientFields` give."""
    return Rules(settings.deidentify_z_segments, tuple(_paths(settings.patient_fields.split(","))))


def _paths(names: Iterable[str]) -> Iterable[Path]:
    return (path_of(name.strip()) for name in names if name.strip())
