"""What is searched: settings of a family's training, by axis, and the hardware beside them. Data in TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fpgajet.search.parameters import Parameter, Params, at, nested
from quant.models.families import FAMILIES
from quant.models.training_settings import TrainingSettings
from quant.training.read_settings import read_settings

#: axes of the hardware, under these names in ``[hardware]``
HARDWARE = ("ii", "clock_mhz")


class Pruning(BaseModel):
    """When a trial is stopped: see :mod:`fpgajet.search.pruning`.

    Attributes:
        epoch: of float training, from which on a trial may be stopped; 0: never.
        margin: in AUC, below the median. alike: axes in whose values compared trials agree.
        after: so many alike trials must have finished.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    epoch: int = Field(default=1, ge=0)
    margin: float = Field(default=0.01, ge=0, lt=1)
    alike: tuple[str, ...] = ("constituents",)
    after: int = Field(default=4, ge=1)


class Space(BaseModel):
    """A search space, as a TOML file gives it.

    Attributes:
        family: of models. training: settings that all trials share, by dotted name.
        finish: settings of the final training of the best trials, in place of those of ``training``.
        space: axes by dotted name of a setting; an axis of ``sets`` may have any name.
        hardware: axes ``ii`` (clocks between two jets) and ``clock_mhz``.
        start: values of some axes, each table a trial to begin with.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: str
    training: dict[str, Any] = {}
    finish: dict[str, Any] = {}
    space: dict[str, Parameter]
    hardware: dict[str, Parameter] = {}
    pruning: Pruning = Pruning()
    start: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.family not in FAMILIES:
            raise ValueError(f"no family {self.family!r}; there are {', '.join(FAMILIES)}")
        if unknown := sorted(set(self.hardware) - set(HARDWARE)):
            raise ValueError(f"hardware has no axis {unknown[0]!r}; there are {' and '.join(HARDWARE)}")
        if not self.space:
            raise ValueError("space has no axis")
        if several := sorted({"classes", "regress"} & {*self.training, *self.finish, *self.space}):
            raise ValueError(
                f"{several[0]} cannot be searched with: the objectives are those of taggers of two classes"
            )
        known: list[str] = []
        for name, parameter in self.axes.items():
            for other, wanted in parameter.when.items():
                if other not in known:
                    raise ValueError(f"{name}: when names {other!r}, which is no axis further up")
                if wrong := [value for value in wanted if not self.axes[other].holds(value)]:
                    raise ValueError(f"{name}: when asks for {other} = {wrong[0]!r}, a value it never has")
            known.append(name)
        if missing := [name for name in self.pruning.alike if name not in self.axes]:
            raise ValueError(f"pruning.alike names {missing[0]!r}, which is no axis")
        for number, start in enumerate(self.start, 1):
            for name, value in start.items():
                if name not in self.axes or not self.axes[name].holds(value):
                    raise ValueError(f"start {number}: {name} = {value!r} lies outside of the space")
        return self

    @property
    def axes(self) -> dict[str, Parameter]:
        """All axes in order, those of the hardware under ``hardware.NAME`` last."""
        return self.space | {f"hardware.{name}": axis for name, axis in self.hardware.items()}

    def settings(self, params: Params, finish: bool = False) -> TrainingSettings:
        """Settings of the training with these values.

        Raises:
            BadInput: the family refuses them.
        """
        given = nested(self.training | (self.finish if finish else {}) | self.assigned(params))
        found: TrainingSettings = read_settings(None, [], **(given | {"model": self.family}))
        return found

    def assigned(self, params: Params) -> dict[str, Any]:
        """Settings of the training that these values of the axes stand for, by dotted name."""
        found: dict[str, Any] = {}
        for name, value in params.items():
            axis = self.space.get(name)
            if axis is not None:
                found |= axis.sets[str(value)] if axis.sets is not None else {name: value}
        return found

    def values_of(self, settings: Mapping[str, Any]) -> dict[str, Any] | None:
        """The values of the axes that give these settings, of the hardware none; None where they lie outside."""
        found: dict[str, Any] = {}
        for name, axis in self.space.items():
            if not axis.exists(found):
                continue
            value = at(settings, name)
            if axis.sets is not None:
                value = next((k for k, group in axis.sets.items() if _agree(settings, group)), None)
            if not axis.holds(value):
                return None
            found[name] = value
        return found


def _agree(settings: Mapping[str, Any], group: Mapping[str, Any]) -> bool:
    return all(at(settings, name) == value for name, value in group.items())
