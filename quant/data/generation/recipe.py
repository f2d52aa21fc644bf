"""Everything that decides which jets are generated; the same recipe and seed give the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fpgajet.errors import BadInput
from fpgajet.files import read_table
from quant.data.generation.processes import PROCESSES

Mode = Literal["delphes-atlas", "truth", "level1"]


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt option must not be silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class JetSelection(Strict):
    """Which jet of an event is kept: the leading anti-kT one, if it lies in these ranges (GeV)."""

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


class Recipe(Strict):
    """A data set's physics. ``classes``: names of :data:`PROCESSES`, class 0 is the background."""

    classes: tuple[str, ...] = ("QCD", "top")
    mode: Mode = "delphes-atlas"
    constituents: int = Field(default=200, ge=1, le=1000)
    selection: JetSelection = JetSelection()
    level1: Level1 = Level1()
    windows: dict[str, tuple[float, float]] = {}
    pythia: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Recipe:
        unknown = [name for name in (*self.classes, *self.windows) if name not in PROCESSES]
        if unknown:
            raise ValueError(f"unknown class {unknown[0]!r}; known: {', '.join(PROCESSES)}")
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
        return self.windows.get(name, PROCESSES[name].window)


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
