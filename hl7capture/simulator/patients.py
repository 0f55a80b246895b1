"""Invented patients and their results. Whoever reads a name or an id here sees that it is invented."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_FAMILIES = (
    "Testmann",
    "Probst-Muster",
    "Beispiel",
    "Simulová",
    "Fiktivsson",
    "Müsterfrau",
    "Attrappe",
    "Exempłowski",
    "Invención",
    "Øvelsen",
    "Образцова",
    "試験",
)
_GIVEN = (
    ("Tilda", "F"),
    ("Jörg", "M"),
    ("Zoë", "F"),
    ("Demo", "M"),
    ("Françoise", "F"),
    ("Placido", "M"),
    ("Maxima", "F"),
    ("Šimon", "M"),
    ("Robin", "U"),
)
_STREETS = ("Musterweg", "Example Lane", "Rue de l'Exemple", "Teststraße")
_CITIES = ("Musterhausen", "Beispielstadt", "Fictionville", "Ukázkov")
_OLDEST = date(1930, 1, 1)
_DAYS_OF_BIRTH = 80 * 365


@dataclass(slots=True, frozen=True)
class Patient:
    """Somebody who does not exist. sex: F, M or U, as in HL7 table 0001."""

    id: str
    family: str
    given: str
    birth: date
    sex: str
    street: str
    city: str
    phone: str


@dataclass(slots=True, frozen=True)
class Analyte:
    """What is measured: its LOINC code, the device's own short name, its unit in UCUM and the reference range."""

    loinc: str
    short: str
    name: str
    unit: str
    low: float
    high: float
    decimals: int

    def shown(self, value: float) -> str:
        """The value with as many decimals as the device reports."""
        return f"{value:.{self.decimals}f}"


@dataclass(slots=True, frozen=True)
class Result:
    """One measured value, as the device shows it."""

    analyte: Analyte
    value: str

    @property
    def flag(self) -> str:
        """L, N or H: below, in or above the reference range (HL7 table 0078)."""
        if float(self.value) < self.analyte.low:
            return "L"
        return "H" if float(self.value) > self.analyte.high else "N"


ANALYTES = (
    Analyte("14749-6", "GLU", "Glucose", "mmol/L", 3.9, 6.1, 1),
    Analyte("2951-2", "NA", "Sodium", "mmol/L", 136, 145, 0),
    Analyte("2823-3", "K", "Potassium", "mmol/L", 3.5, 5.1, 1),
    Analyte("2075-0", "CL", "Chloride", "mmol/L", 98, 107, 0),
    Analyte("2000-8", "CA", "Calcium", "mmol/L", 2.15, 2.5, 2),
    Analyte("2601-3", "MG", "Magnesium", "mmol/L", 0.66, 1.07, 2),
    Analyte("14879-1", "PHOS", "Phosphate", "mmol/L", 0.81, 1.45, 2),
    Analyte("22664-7", "UREA", "Urea", "mmol/L", 2.8, 8.1, 1),
    Analyte("14682-9", "CREA", "Creatinine", "umol/L", 45, 104, 0),
    Analyte("14933-6", "UA", "Urate", "umol/L", 143, 416, 0),
    Analyte("14631-6", "TBIL", "Bilirubin total", "umol/L", 3, 21, 0),
    Analyte("1742-6", "ALT", "Alanine aminotransferase", "U/L", 10, 50, 0),
    Analyte("1920-8", "AST", "Aspartate aminotransferase", "U/L", 10, 50, 0),
    Analyte("2324-2", "GGT", "Gamma glutamyl transferase", "U/L", 6, 60, 0),
    Analyte("6768-6", "ALP", "Alkaline phosphatase", "U/L", 35, 129, 0),
    Analyte("2532-0", "LDH", "Lactate dehydrogenase", "U/L", 135, 225, 0),
    Analyte("1751-7", "ALB", "Albumin", "g/L", 35, 52, 0),
    Analyte("2885-2", "TP", "Protein total", "g/L", 64, 83, 0),
    Analyte("1988-5", "CRP", "C reactive protein", "mg/L", 0.0, 5.0, 1),
    Analyte("14647-2", "CHOL", "Cholesterol", "mmol/L", 2.6, 5.2, 2),
    Analyte("14646-4", "HDL", "Cholesterol in HDL", "mmol/L", 1.0, 2.3, 2),
    Analyte("14927-8", "TRIG", "Triglyceride", "mmol/L", 0.4, 1.7, 2),
)


def patient(number: int, rng: Random) -> Patient:
    """The patient of message `number`; an id never stands for two people."""
    given, sex = rng.choice(_GIVEN)
    return Patient(
        id=f"SIM-{number:04d}",
        family=rng.choice(_FAMILIES),
        given=given,
        birth=_OLDEST + timedelta(days=rng.randrange(_DAYS_OF_BIRTH)),
        sex=sex,
        street=f"{rng.choice(_STREETS)} {rng.randint(1, 99)}",
        city=rng.choice(_CITIES),
        phone=f"555-01{rng.randrange(100):02d}",  # numbers that no telephone company gives away
    )


def results(rng: Random) -> list[Result]:
    """Five to twenty different analytes; roughly one value in six lies outside its range."""
    chosen = rng.sample(ANALYTES, rng.randint(5, 20))
    return [Result(analyte, analyte.shown(_value(analyte, rng))) for analyte in chosen]


def _value(analyte: Analyte, rng: Random) -> float:
    span = analyte.high - analyte.low
    return max(0.0, rng.gauss(analyte.low + span / 2, span * 0.36))
