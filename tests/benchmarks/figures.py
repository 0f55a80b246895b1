"""What a benchmark finds: figures with their bounds, and the runs behind them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.measure import Spent


@dataclass(frozen=True)
class Figure:
    """One result. low, high: the bound that the program must keep, None where there is none."""

    text: str
    value: float
    unit: str = "×"
    low: float | None = None
    high: float | None = None

    @property
    def is_kept(self) -> bool:
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)

    @property
    def bound(self) -> str:
        """`≥ 30`, `0.85 … 1.15`, or nothing."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} … {self.high:g}"
        if self.low is not None:
            return f"≥ {self.low:g}"
        return f"≤ {self.high:g}" if self.high is not None else ""


@dataclass
class Findings:
    """Figures, and what each program spent."""

    figures: list[Figure] = field(default_factory=list)
    runs: dict[str, Spent] = field(default_factory=dict)

    def add(self, text: str, value: float, **bound: float) -> None:
        self.figures.append(Figure(text, value, **bound))  # type: ignore[arg-type]

    def add_from(self, others: "Findings") -> None:
        self.figures += others.figures
        self.runs |= others.runs


@dataclass(frozen=True)
class Setup:
    """How to run: `size` 1 is the real thing, 0.01 a try; `times`: how often; folder: for captures and output."""

    size: float
    times: int
    folder: Path
    say: Callable[[str], None]


Benchmark = Callable[[Setup], Findings]
