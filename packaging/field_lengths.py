"""Makes hl7capture/hl7/validation/field_lengths.json: how long the fields of HL7 v2 may be, by version.

    npm pack hl7-dictionary@1.0.1 && tar xf hl7-dictionary-1.0.1.tgz
    node -p 'JSON.stringify(require("./package/lib").definitions)' > definitions.json
    python packaging/field_lengths.py definitions.json hl7capture/hl7/validation/field_lengths.json

The source is hl7-dictionary (MIT, Fernando Serrano), which has the column LEN of the standard's segment tables. From
version 2.7 on that column says something else (§2.5.5.2 there), so the file ends with 2.6. A version maps a segment to
the lengths of its fields from 1; 0: none is known, or as good as none (65 536 and more).
"""

import json
import sys
from pathlib import Path
from typing import Any

_VERSIONS = ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6")
_NO_LIMIT = 65_536


def main(source: Path, target: Path) -> None:
    """Reads the definitions, and writes the lengths."""
    definitions = json.loads(source.read_text(encoding="utf-8"))
    lengths = {
        version: {name: _lengths(segment) for name, segment in sorted(definitions[version]["segments"].items())}
        for version in _VERSIONS
    }
    target.write_text(json.dumps(lengths, separators=(",", ":")).replace("]},", "]},\n") + "\n", encoding="utf-8")


def _lengths(segment: dict[str, Any]) -> list[int]:
    """Of its fields, in order."""
    lengths = [field.get("len") or 0 for field in segment["fields"]]
    return [length if length < _NO_LIMIT else 0 for length in lengths]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
