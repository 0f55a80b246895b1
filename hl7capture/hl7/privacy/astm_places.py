"""Which fields of ASTM E1394 records hold patients' data, and data of other people (E1394-97 §7 to §15).

Fields count from 1 with the record's letter, as everywhere here: P-6 is the name.
"""

from hl7capture.hl7.privacy.kinds import Kind

_I, _N, _S, _A = Kind.ID, Kind.NAME, Kind.PERSON, Kind.ADDRESS
_P, _D, _T, _F = Kind.PHONE, Kind.DATE, Kind.TIME, Kind.TEXT

LISTED: dict[str, dict[int, Kind]] = {
    "H": {4: _I, 6: _A, 8: _P, 11: _F, 14: _T},
    "P": {
        **dict.fromkeys((3, 4, 5), _I),
        **dict.fromkeys((6, 7), _N),
        8: _D,
        11: _A,
        12: _F,
        13: _P,
        14: _S,
        **dict.fromkeys((15, 16, 19, 20, 21, 22, 23), _F),
        24: _T,
        **dict.fromkeys((26, 27, 28, 29), _F),
    },
    "O": {
        **dict.fromkeys((3, 4), _I),
        **dict.fromkeys((7, 8, 9, 15, 23), _T),
        11: _S,
        14: _F,
        17: _S,
        18: _P,
        **dict.fromkeys((19, 20, 21, 22, 27), _F),
    },
    "R": {10: _T, 11: _S, 12: _T, 13: _T},
    "C": {4: _F},
    "Q": {3: _I, 4: _I, 7: _T, 8: _T, 9: _S, 10: _P, 11: _F, 12: _F},
    "L": {},
    "S": {11: _I, 15: _T, 16: _T, 18: _F, 19: _D},
}

VALUE = ("R", 4)  # a measured value, or what somebody wrote instead
STAYING_WORDS = frozenset({"all"})  # Q-3 asks for all (§11.1.3)
STRUCTURE = frozenset({("H", 12), ("H", 13)})
