"""The part of the report model that says what a nanoPELICAN computes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Threshold(_Facts):
    """The pair mass in GeV at which the ReLU of a channel switches, against the jet mass in GeV.

    For two constituents with p . J = m_J^2 / n each, at the median ``multiplicity`` n. ``above``: whether pairs above
    it pass; null: no pair mass is a threshold.
    """

    above: bool
    multiplicity: int
    jet_mass: list[float]
    pair_mass: list[float | None]


class Passing(_Facts):
    """Share of the pairs of two different constituents that pass a channel's ReLU, by class."""

    background: Share
    signal: Share


class ExampleJet(_Facts):
    """A jet whose score is taken apart: ``pairs`` + ``bias`` + ``rounding`` = ``score``, exactly.

    ``eta``, ``phi``: of the constituents, relative to the jet axis; ``share`` of pT. ``strongest``: pairs (i, j) that
    add or take most, with what they add.
    """

    what: str
    score: float
    pairs: float
    bias: float
    rounding: float
    eta: list[float]
    phi: list[float]
    share: list[float]
    strongest: list[tuple[int, int, float]]


class Explanation(_Facts):
    """What a nanoPELICAN computes. ``formula``: its numbers in GeV^2, by name, for jets that fill all slots.

    Thresholds and shares are by channel, in the order of the formula.
    """

    jets: int
    formula: dict[str, float]
    thresholds: list[Threshold]
    passing: list[Passing]
    examples: list[ExampleJet]
