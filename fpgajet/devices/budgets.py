"""Trigger budgets: what a tagger may take, and the clock arithmetic that follows."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt

from fpgajet.devices.clocks import HIGHEST_MHZ, LOWEST_MHZ
from fpgajet.devices.parts import part
from fpgajet.devices.tables import DATA, build, suggest
from fpgajet.errors import BadInput
from fpgajet.files import read_toml

DEFAULT_BUDGET = "cms-p2-ct-l2"

#: Time between two bunch crossings of the LHC in ns (40 MHz; exactly 24.95 ns).
BUNCH_CROSSING_NS = 25.0

Share = Annotated[float, Field(gt=0, le=1)]
JetOrder = Literal["packed", "aligned", "interleaved"]


class Guards(BaseModel):
    """Highest sensible share of a resource; above it, placement gets slow and clocks suffer."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    lut: Share = 0.70
    ff: Share = 0.50
    dsp: Share = 0.80
    bram: Share = 0.80
    uram: Share = 0.80


def _evaluated_efficiency(value: float) -> float:
    """The efficiencies at which every build states the background rejection."""
    if value not in (0.3, 0.5):
        raise ValueError("at_signal_efficiency is 0.3 or 0.5")
    return value


class Budget(BaseModel):
    """One slot in a trigger. Meaning of the keys: ``fpgajet/devices/data/budgets.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str
    description: str = ""
    part: str
    clock_mhz: float = Field(ge=LOWEST_MHZ, le=HIGHEST_MHZ)
    latency_ns: PositiveFloat
    tmux: PositiveInt = 1
    jets_per_event: PositiveInt = 1
    instances: PositiveInt = 1
    input_links: NonNegativeInt = 1
    jet_order: JetOrder = "packed"
    word_bits: PositiveInt = 64
    constituent_bits: PositiveInt = 64
    output_clocks: NonNegativeInt = 1
    guards: Guards = Guards()
    min_auc: Share | None = None
    min_background_rejection: Annotated[float, Field(ge=1)] | None = None
    max_rate_khz: PositiveFloat | None = None
    at_signal_efficiency: Annotated[float, AfterValidator(_evaluated_efficiency)] = 0.5
    source: str = "user"
    check: str = ""

    @property
    def clock_ns(self) -> float:
        """Period of the tagger's clock in ns."""
        return 1000.0 / self.clock_mhz

    @property
    def clocks_per_crossing(self) -> int:
        """Whole clocks in one bunch crossing: 360 MHz x 25 ns = 9."""
        return whole_clocks(BUNCH_CROSSING_NS, self.clock_ns)

    @property
    def event_spacing_ns(self) -> float:
        """Time between two events on one board: tmux x 25 ns."""
        return self.tmux * BUNCH_CROSSING_NS

    @property
    def clocks_per_event(self) -> int:
        """Whole clocks between two events on one board: tmux 6 at 360 MHz = 54."""
        return whole_clocks(self.event_spacing_ns, self.clock_ns)

    @property
    def words_per_event(self) -> int:
        """Words that one link brings per event: one a clock."""
        return self.clocks_per_event

    @property
    def jets_per_instance(self) -> int:
        """Jets of one event that one copy of the tagger has to judge."""
        return math.ceil(self.jets_per_event / self.instances)

    @property
    def highest_ii(self) -> int:
        """Largest initiation interval with which one instance keeps up; 0 if no interval does."""
        return self.clocks_per_event // self.jets_per_instance

    def words_per_jet(self, multiplicity: int) -> int:
        """Link words of one jet of ``multiplicity`` constituents."""
        return math.ceil(multiplicity * self.constituent_bits / self.word_bits)

    def links_for_all_jets(self, multiplicity: int) -> int:
        """Links needed to bring all jets of an event to the board before the next event, without gaps."""
        words = self.words_per_jet(multiplicity) * self.jets_per_event
        return math.ceil(words / max(self.words_per_event, 1))


def whole_clocks(time_ns: float, clock_ns: float) -> int:
    """Complete clocks in a time; 3 ns at 333.333 MHz is one clock in spite of rounding."""
    return math.floor(time_ns / clock_ns + 1e-6)


@cache
def budgets() -> tuple[Budget, ...]:
    """All presets, in the order of the data file."""
    source = DATA / "budgets.toml"
    return tuple(
        _checked({"name": name} | row, f"{source.name}, {name}") for name, row in read_toml(source).items()
    )


def budget(name: str | Path = DEFAULT_BUDGET) -> Budget:
    """A preset by name, or a user's budget from a TOML file (a name that ends in .toml or holds a slash).

    A file may name a preset as ``base``, and give only what differs.

    Raises:
        BadInput: no such preset or file, an unknown key, a value out of range, an unknown part.
    """
    text = str(name)
    if not text.endswith(".toml") and "/" not in text:
        return _preset(text)
    values = read_toml(Path(text))
    start: dict[str, Any] = {}
    if "base" in values:
        preset = _preset(str(values.pop("base")))
        start = preset.model_dump() | {"source": f"user, from {preset.name}"}
        if isinstance(values.get("guards"), dict):
            values["guards"] = start["guards"] | values["guards"]
    return _checked(
        {"name": Path(text).stem} | start | {"name": Path(text).stem} | values, f"the budget {text}"
    )


def _preset(name: str) -> Budget:
    for row in budgets():
        if row.name == name.strip().lower():
            return row
    hint = suggest(name, [row.name for row in budgets()])
    raise BadInput(
        f"unknown budget {name!r}{hint}. `fpgajet budgets` lists them; a path to a TOML file works too."
    )


def _checked(values: dict[str, Any], what: str) -> Budget:
    result = build(Budget, values, what)
    try:
        part(result.part)
    except BadInput as error:
        raise BadInput(f"{what} cannot be used: {error}") from error
    return result
