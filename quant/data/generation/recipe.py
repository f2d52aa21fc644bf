"""Everything that decides which jets are generated; the same recipe and seed give the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fpgajet.errors import BadInput
from fpgajet.files import read_table
from quant.data.generation.processes import COMMON, EVENT_PROCESSES, PROCESSES, process_named

Mode = Literal["delphes-atlas", "truth", "level1", "level1-pileup", "events"]


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt option must not be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JetSelection(Strict):
    """Which jet of an event is kept: the leading one, if it lies in these ranges (GeV)."""

    algorithm: Literal["anti-kt", "seeded-cone"] = "anti-kt"
    radius: float = Field(default=0.8, gt=0, le=1.5)
    pt_min: float = Field(default=550.0, gt=0)
    pt_max: float = Field(default=650.0, gt=0)
    eta_max: float = Field(default=2.0, gt=0, le=2.4)
    match_distance: float = Field(default=0.8, gt=0)


class Level1(Strict):
    """Units of a trigger candidate: pT step [GeV], pi / angle_steps in eta and phi, least pT [GeV].

    Defaults: the CMS Phase-2 particle-flow candidate (pT in 0.25 GeV, angles in pi/720).
    """

    pt_step: float = Field(default=0.25, gt=0)
    angle_steps: int = Field(default=720, ge=1)
    pt_min: float = Field(default=1.0, ge=0)
    constituents: int = Field(default=32, ge=1)


class PileUp(Strict):
    """Interactions laid over each event, tracks and PUPPI weights; lengths in mm, pT in GeV.

    ``mean``: of the Poisson distribution of interactions per bunch crossing. ``pool_events``: minimum-bias
    events made once and reused. ``vertex_spread``: standard deviation of vertices along the beams.
    ``z0_resolution``: of a track at eta = 0; it grows as cosh(eta). ``z0_cut``: distance from the hard vertex
    within which a track is kept. PUPPI: ``cone`` and ``inner_cone`` are R0 and Rmin, weights below
    ``weight_min`` are zero, and a neutral needs a weighted pT of ``neutral_pt`` [0] + [1] n_PV.
    """

    mean: float = Field(default=200.0, ge=0, le=1000)
    pool_events: int = Field(default=10_000, ge=1, le=1_000_000)
    vertex_spread: float = Field(default=45.0, ge=0, le=1000)
    track_pt_min: float = Field(default=2.0, ge=0.1)
    z0_resolution: float = Field(default=0.8, ge=0)
    z0_cut: float = Field(default=5.0, gt=0)
    cone: float = Field(default=0.3, gt=0, le=1)
    inner_cone: float = Field(default=0.02, ge=0)
    weight_min: float = Field(default=0.1, ge=0, lt=1)
    neutral_pt: tuple[float, float] = (0.1, 0.007)


class Recipe(Strict):
    """A data set's physics. ``classes``: names of :data:`PROCESSES`, class 0 is the background.

    ``features``: of constituents, written beside their momenta; z0 and puppi need the mode ``level1-pileup``.
    In the mode ``events``: names of :data:`EVENT_PROCESSES`, and ``constituents`` counts slots for objects.
    """

    classes: tuple[str, ...] = ("QCD", "top")
    mode: Mode = "delphes-atlas"
    constituents: int = Field(default=200, ge=1, le=1000)
    selection: JetSelection = JetSelection()
    level1: Level1 = Level1()
    pileup: PileUp = PileUp()
    collision_energy: float = Field(default=14_000.0, ge=1000, le=200_000)
    windows: dict[str, tuple[float, float]] = {}
    pythia: tuple[str, ...] = ()
    features: tuple[Literal["charge", "particle", "z0", "puppi"], ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Recipe:
        known = EVENT_PROCESSES if self.mode == "events" else PROCESSES
        unknown = [name for name in (*self.classes, *self.windows) if name not in known]
        if unknown:
            raise ValueError(f"unknown class {unknown[0]!r}; known: {', '.join(known)}")
        if self.mode == "events" and not 2 <= self.constituents <= 16:
            raise ValueError("an event has 2 to 16 objects (constituents)")
        if len(set(self.features)) < len(self.features):
            raise ValueError("every feature is written once")
        if self.features and self.mode in ("truth", "events"):
            raise ValueError(f"features are those of a detector's candidates: the mode {self.mode} has none")
        if {"z0", "puppi"} & set(self.features) and self.mode != "level1-pileup":
            raise ValueError("z0 and puppi are simulated in the mode level1-pileup only")
        if len(self.classes) < 1 or len(set(self.classes)) != len(self.classes):
            raise ValueError("classes must be named, each once")
        if self.selection.pt_min >= self.selection.pt_max:
            raise ValueError("selection.pt_min must be below selection.pt_max")
        if any(not 0 < low < high for low, high in self.windows.values()):
            raise ValueError("a window is (low, high) in GeV with 0 < low < high")
        if any(line.strip().lower().startswith("random:") for line in self.pythia):
            raise ValueError("random numbers come from --seed; with Random:seed all shards would be equal")
        return self

    def window(self, name: str) -> tuple[float, float]:
        """The pTHat window [GeV] of a class."""
        return self.windows.get(name, process_named(name).window)

    @property
    def level1_units(self) -> bool:
        """Are candidates rounded to the units of a trigger?"""
        return self.mode in ("level1", "level1-pileup")

    @property
    def common_settings(self) -> tuple[str, ...]:
        """Pythia lines of all classes."""
        return (*COMMON, f"Beams:eCM = {self.collision_energy:g}")


def read_recipe(path: Path) -> Recipe:
    """Read a recipe from TOML or JSON.

    Raises:
        BadInput: unreadable file, unknown key or value out of range, named.
    """
    return make_recipe(read_table(path), source=str(path))


def make_recipe(content: dict[str, Any], *, source: str = "the recipe") -> Recipe:
    """Check a recipe given as a dictionary; raises BadInput naming the first wrong key."""
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        raise BadInput(f"{source}: {where}: {first['msg']}. See docs/data.md for all keys.") from error
