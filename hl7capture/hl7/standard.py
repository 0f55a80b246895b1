"""Which standard a text follows, told by its first line."""

import re
from typing import Literal

from hl7capture.hl7.split import BLANK

Standard = Literal["hl7", "astm", ""]

# A header counts with any delimiters, since it declares them. A text whose header is missing, because it was
# cut or sent without one, is still known by the bar that nearly everybody uses.
_HL7 = re.compile(rf"[{BLANK}\r\n]*(?:(?:MSH|FHS|BHS)[^\w\s]|[A-Z][A-Z0-9]{{2}}\|)")
_ASTM = re.compile(rf"[{BLANK}\r\n]*(?:H[^\w\s]{{4}}|[HPORCQMSL]\|)")


def standard_of(text: str) -> Standard:
    """ "hl7" for ER7 (HL7 v2.5 §2.5), "astm" for E1394 records (§7), empty for anything else."""
    if _HL7.match(text):
        return "hl7"
    return "astm" if _ASTM.match(text) else ""
