"""Which fields of HL7 v2 hold patients' data, and data of other people.

A segment about a person (`WHOLE`) goes whole, but for coded values. In all others the data type tells, so that versions
that come later, and fields used where they are not meant to be, need no entry here; `LISTED` holds what it does not
tell. Field numbers are those of HL7 v2.8.2, which never gives a number a second meaning: chapters 2 (MSH, NTE, ERR), 3
(PID, NK1, PV1, MRG), 4 (ORC, OBR), 6 (GT1, IN1 to IN3, ACC, FT1), 7 (OBX, SPM), 9 (TXA), 13 (SAC), 15 (STF, PRA).
"""

from hl7capture.hl7.privacy.kinds import Kind

# Segments about a person: all their fields but those of CODED.
WHOLE = frozenset(
    "PID PD1 NK1 GT1 IN1 IN2 IN3 MRG STF PRA CTD PDA DB1 CON UAC PEO PES PCR CER ACC ARV LAN EDU AFF ORG".split()  # noqa: SIM905
)

# HL7 v2.8.2 chapter 2A; the older ones (AD, CK, CN, PN, TN) of v2.1 and v2.2.
BY_TYPE = {
    **dict.fromkeys(("XPN", "PN", "PPN", "FN"), Kind.NAME),
    **dict.fromkeys(("XCN", "CN", "CNN", "NDL"), Kind.PERSON),
    **dict.fromkeys(("CX", "CK", "EIP", "DLN"), Kind.ID),
    **dict.fromkeys(("XAD", "AD", "SAD"), Kind.ADDRESS),
    **dict.fromkeys(("XTN", "TN"), Kind.PHONE),
    **dict.fromkeys(("TX", "FT"), Kind.TEXT),
    **dict.fromkeys(("ED", "RP"), Kind.DOCUMENT),
}
DATES = frozenset({"DT", "DTM", "TS"})
CODED = frozenset({"SI", "ID", "IS", "NM", "CE", "CWE", "CNE", "CF", "MO", "CP", "TM"})
ENTRIES = frozenset({"CE", "CWE", "CNE", "CF"})  # code, text, system, …

_TIMES = {"times": Kind.TIME, "ids": Kind.ID, "names": Kind.NAME, "staff": Kind.PERSON, "addresses": Kind.ADDRESS}
_KINDS = {**_TIMES, "phones": Kind.PHONE, "dates": Kind.DATE, "text": Kind.TEXT, "errors": Kind.ERROR}

# Segment: kind and fields. Orders and specimens have numbers that lead to the patient in every LIS.
_TABLE = """
MSH  times 7; ids 8
FHS  times 7; ids 8; text 10
BHS  times 7; ids 8; text 10
EVN  times 2 3 6; staff 5
PID  ids 2 3 4 18 19 20 21; names 5 6 9; dates 7 29; addresses 11 12 23; phones 13 14 40
NK1  names 2 13 26 30; addresses 4 32; phones 5 6 7 31 40 41 42; ids 12 37 33; dates 16
GT1  ids 2 19 29; names 3 4 16 21 42; addresses 5 17; phones 6 7 18 45 46; dates 8
IN1  ids 36 49 2 3 8; names 16 48; dates 18; addresses 5 19 44; phones 7 63
IN2  ids 1 2 4 6 8 25 26 61; names 3 7 9 40 49 52; phones 58 63 64
MRG  ids 1 2 3 4 5 6; names 7
STF  ids 1 2; names 3; dates 6; phones 10; addresses 11
PV1  ids 5 19 33 50; staff 7 8 9 17 52 60
PV2  text 12; staff 13
ORC  ids 2 3 4 8 33; staff 10 11 12 19; phones 14 23; addresses 22 24
OBR  ids 2 3 29 53 54; staff 10 16 28 32 33 34 35; phones 17; text 13 18 19 20 21 39
OBX  ids 21; staff 16; addresses 24; staff 25
SPM  ids 2 3 30 31; text 14
SAC  ids 1 2 3 4
NTE  text 3; staff 5
DSP  text 3
DG1  text 4; staff 16
PR1  text 4; staff 8 11 12
TXA  ids 12 13 14 15; text 16; staff 5 9 10 11 22 23
MSA  errors 3
ERR  errors 6 7 8
FT1  ids 2 3; staff 20 21 24
QRD  ids 4; staff 8; text 11
QRF  text 4 5
QID  ids 1
PRT  ids 1; staff 5; addresses 14; phones 15
ROL  ids 1; staff 4; addresses 11; phones 12
PMT  ids 1
REL  text 6
"""


def _listed() -> dict[str, dict[int, Kind]]:
    listed: dict[str, dict[int, Kind]] = {}
    for line in _TABLE.strip().splitlines():
        segment, _, rest = line.partition(" ")
        fields = listed.setdefault(segment, {})
        for group in rest.split(";"):
            kind, *numbers = group.split()
            fields.update((int(number), _KINDS[kind]) for number in numbers)
    return listed


LISTED = _listed()

# What is asked for, and told as a table (HL7 v2.8.2 chapter 5): from this field on it may be anything.
QUERIES = {"QPD": 3, "RDT": 1}

# Entries whose text is the name of a test or specimen even where there is no code.
NAMES_OF_TESTS = frozenset({("OBX", 3), ("OBX", 17), ("OBR", 4), ("OBR", 44), ("SPM", 4), ("ORC", 16)})

# Where a value that is known is left alone, for it would be no message any more without it.
STRUCTURE = frozenset({("MSH", 9), ("MSH", 11), ("MSH", 12), ("MSH", 18), ("OBX", 1), ("OBX", 2), ("OBX", 11)})


def kind_of(segment: str, number: int, datatype: str) -> Kind | None:
    """What a field holds; None where it stays. The types of its components tell about those (dates, coded entries).

    What stands behind the last field that the standard knows (`datatype` is "") may be anything: a site's own field, or
    free text whose sender forgot to escape the separator in it.
    """
    listed = LISTED.get(segment, {}).get(number)
    if listed is not None:
        return listed
    if number >= QUERIES.get(segment, number + 1):
        return Kind.TEXT
    by_type = BY_TYPE.get(datatype)
    if by_type is not None:
        return by_type
    if datatype in DATES:
        return Kind.TIME
    if not datatype or (segment in WHOLE and datatype not in CODED):
        return Kind.TEXT
    return None


def is_short_code(value: str) -> bool:
    """Can it be no more than a code, as in PID-8? Beside a person's data nothing longer is trusted."""
    return len(value) <= _LONGEST_CODE + 2 and value.isascii() and " " not in value.strip()


# Components that stay, by the kind of the field: type codes, check schemes, assigning authorities, countries.
# HL7 v2.8.2 §2A.3 (XPN), §2A.3 (XCN), CX, EI, XAD, XTN.
_STAYING = {
    Kind.NAME: frozenset({7, 8, 11}),
    Kind.PERSON: frozenset(range(8, 21)),
    Kind.ID: frozenset({3, 4, 5, 6, 9, 10}),
    Kind.ADDRESS: frozenset({6, 7}),
    Kind.PHONE: frozenset({2, 3}),
}
_LONGEST_CODE = 5  # characters of "L", "HOME", "PRN", "CH"
_NAMESPACES = ("EI", "EIP", "", "CM", "ST")


def component_stays(kind: Kind, datatype: str, component: int, value: str) -> bool:
    """Does a component, counted from 1, tell nothing about a person?"""
    if component not in _STAYING.get(kind, ()):
        return kind is Kind.ID and component == 2 and datatype in _NAMESPACES and not any(map(str.isdigit, value))
    if kind in (Kind.NAME, Kind.ADDRESS, Kind.PHONE):
        return len(value) <= _LONGEST_CODE and value.isascii() and value.isalnum()
    return True
