"""docs/findings.md has a section for every rule, with its severity, its advice, and how to provoke it."""

import re
from pathlib import Path

from hl7capture.hl7.findings.links import LINK_RULES
from hl7capture.hl7.findings.registry import RULES
from hl7capture.simulator.faults import FAULTS
from hl7capture.simulator.seen_faults import SEEN_FAULTS

DOCS = Path(__file__).parents[3] / "docs" / "findings.md"


def sections() -> dict[str, str]:
    """The words of each section by its title."""
    parts = re.split(r"^#+ (.+)$", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {title: " ".join(text.split()) for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_code_is_there_once_and_has_its_section() -> None:
    rules = (*RULES, *LINK_RULES)
    codes = [rule.code for rule in rules]
    assert len(set(codes)) == len(codes)
    found = sections()
    for rule in rules:
        assert found[rule.code].startswith(f"*{rule.severity.capitalize()}.*")
        assert f"**What to do.** {rule.advice}" in found[rule.code]


def test_every_section_says_how_to_provoke_it() -> None:
    found = sections()
    for name, played in FAULTS.items():
        assert found[name].endswith(f"**Try it.** `hl7capture simulate --fault {name}`: {played.text}")
    for name, seen in SEEN_FAULTS.items():
        assert found[name].endswith(f"**Try it.** `sudo hl7capture simulate --fault {name}`: {seen.text}")
