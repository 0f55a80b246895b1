"""Makes hl7capture/hl7/table_values.json: what the values of the tables of HL7 v2 mean.

    python packaging/table_values.py v2-tables.json hl7capture/hl7/table_values.json

The source is `v2-tables.json` of FHIR R4 (4.0.1), the definitions that HL7 publishes with FHIR under CC0 1.0: no
rights reserved. It holds the tables of all versions of HL7 v2 together. What comes out maps the number of a table to
its values and their meanings.
"""

import json
import sys
from pathlib import Path
from typing import Any

_SYSTEM = "http://terminology.hl7.org/CodeSystem/"


def main(source: Path, target: Path) -> None:
    """Reads the definitions, and writes the values of every table that has any."""
    entries = json.loads(source.read_text(encoding="utf-8"))["entry"]
    resources = [entry["resource"] for entry in entries]
    systems = {
        one["id"]: values for one in resources if one["resourceType"] == "CodeSystem" and (values := _values(one))
    }
    tables: dict[str, dict[str, str]] = {}
    # A few tables have a system for each span of versions; the later one then has the last word.
    for name in sorted(systems):
        tables.setdefault(name[-4:], {}).update(systems[name])
    for one in resources:
        if one["resourceType"] == "ValueSet" and one["id"][-4:] not in tables:
            parts = [include.get("system", "").removeprefix(_SYSTEM) for include in one["compose"]["include"]]
            if borrowed := {code: text for part in parts for code, text in systems.get(part, {}).items()}:
                tables[one["id"][-4:]] = borrowed
    text = json.dumps(dict(sorted(tables.items())), ensure_ascii=False, indent=0, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")


def _values(system: dict[str, Any]) -> dict[str, str]:
    """The values of one table. A value that only repeats itself explains nothing."""
    return {
        concept["code"]: " ".join(concept["display"].split())
        for concept in system.get("concept", ())
        if concept.get("display", concept["code"]) != concept["code"]
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
