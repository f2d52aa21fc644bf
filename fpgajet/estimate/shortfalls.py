"""What a part does not have enough of, and a clock that it will not reach. A budget is not needed to see it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fpgajet.devices import Part
from fpgajet.estimate.figures import Estimate

_RESOURCES = ("lut", "ff", "dsp", "bram")


@dataclass(frozen=True)
class Shortfall:
    """One quantity of which the design needs more than there is.

    Attributes:
        name: a resource, or "clock" (MHz).
        needed: by the estimate; ``available``: on the part.
        certain: whether even the lower end of the 80 % range is too much.
    """

    name: str
    needed: float
    available: float
    certain: bool

    @property
    def percent(self) -> float:
        """What is needed, in per cent of what there is."""
        return 100.0 * self.needed / self.available

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self) | {"percent": round(self.percent, 1)}

    def sentence(self, part: str) -> str:
        """For people."""
        if self.name == "clock":
            likely = "cannot" if self.certain else "will probably not"
            return (
                f"{part} {likely} reach the clock: {self.needed:.6g} MHz are asked for, "
                f"{self.available:.3g} MHz expected ({self.percent:.0f} %)"
            )
        likely = "does not" if self.certain else "probably does not"
        return (
            f"the design {likely} fit {part}: {self.needed:,.0f} {self.name.upper()} of "
            f"{self.available:,.0f} ({self.percent:.0f} %)"
        )


def shortfalls(estimate: Estimate, part: Part) -> tuple[Shortfall, ...]:
    """Resources and clock that the part does not offer, the worst first."""
    found = []
    for name in _RESOURCES:
        figure, available = getattr(estimate.total, name), float(part.total(name))
        if figure.value > available:
            found.append(Shortfall(name, figure.value, available, figure.low > available))
    found.sort(key=lambda row: -row.percent)
    wanted = 1000.0 / estimate.clock_mhz
    if estimate.period_ns.value > wanted:
        reachable = 1000.0 / estimate.period_ns.value
        found.append(Shortfall("clock", estimate.clock_mhz, reachable, estimate.period_ns.low > wanted))
    return tuple(found)
