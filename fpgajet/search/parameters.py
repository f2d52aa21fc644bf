"""One axis of a search space: a range of numbers, a list of choices, or named sets of settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Value = bool | int | float | str
#: values of a trial by the name of their axis
Params = Mapping[str, Value]


class Parameter(BaseModel):
    """An axis, as a TOML table gives it: ``low`` and ``high``, or ``choices``, or ``sets``.

    Attributes:
        low, high: ends of a range, both included. Two whole numbers make a range of whole numbers.
        step: between values, from ``low`` on (1 for whole numbers). log: a range that is sampled in its logarithm.
        choices: values without an order.
        sets: by name, settings that change together.
        when: values of other axes, named further up, with which this one exists; without them it has no value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)

    low: int | float | None = None
    high: int | float | None = None
    step: int | float | None = None
    log: bool = False
    choices: tuple[Value, ...] | None = Field(default=None, strict=False)
    sets: dict[str, dict[str, Any]] | None = None
    when: dict[str, list[Value]] = {}

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        ranged = self.low is not None or self.high is not None
        if ranged + (self.choices is not None) + (self.sets is not None) != 1:
            raise ValueError("give either low and high, or choices, or sets")
        if not ranged and (self.step is not None or self.log):
            raise ValueError("step and log belong to a range of low and high")
        if ranged:
            self._check_range()
        elif len(set(self.values)) != len(self.values) or len(self.values) < 2:
            raise ValueError("there must be at least two choices, and each once")
        return self

    def _check_range(self) -> None:
        if self.low is None or self.high is None or not self.low < self.high:
            raise ValueError("a range needs low and high, and low below high")
        if self.log and (self.low <= 0 or self.step is not None):
            raise ValueError("a range that is sampled in its logarithm begins above 0 and has no step")
        if self.step is not None and (self.step <= 0 or (self.whole and not isinstance(self.step, int))):
            raise ValueError("step must be above 0, and a whole number where low and high are")

    @property
    def whole(self) -> bool:
        """Whether it is a range of whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def values(self) -> tuple[Value, ...]:
        """Choices or names of sets; of a range, its two ends."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        return tuple(self.sets) if self.sets is not None else (self.choices or ())

    def exists(self, params: Params) -> bool:
        """Whether the axis has a value beside these."""
        return all(name in params and params[name] in values for name, values in self.when.items())

    def holds(self, value: Any) -> bool:
        """Whether a value lies on the axis."""
        if self.low is None or self.high is None:
            return any(value == known and type(value) is type(known) for known in self.values)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not self.low <= value <= self.high
        ):
            return False
        step = self.step or (1 if self.whole else None)
        return step is None or abs((value - self.low) / step - round((value - self.low) / step)) < 1e-9


def without_hardware(params: Params) -> dict[str, Value]:
    """The values that decide the training."""
    return {name: value for name, value in params.items() if not name.startswith("hardware.")}


def nested(dotted: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with dotted names as groups: ``{"bits.weight": 5}`` becomes ``{"bits": {"weight": 5}}``."""
    found: dict[str, Any] = {}
    for name, value in dotted.items():
        *path, last = name.split(".")
        inner = found
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return found


def at(values: Mapping[str, Any], dotted: str) -> Any:
    """What groups of settings hold under a dotted name; None if they have none."""
    found: Any = values
    for part in dotted.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
