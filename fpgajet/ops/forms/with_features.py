"""The base of input forms whose rows may have features of constituents behind the numbers of the momentum."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from fpgajet.ops.forms.extra import ExtraFeature, extra_to_json, steps
from fpgajet.ops.forms.form import InputForm


@dataclass(frozen=True)
class WithFeatures(InputForm):
    """See the module.

    Attributes:
        extra: the features, one further column each.
    """

    takes_features: ClassVar[bool] = True

    extra: tuple[ExtraFeature, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        taken = {name for name, _ in self.momentum_labels} & set(self.feature_names) if self.extra else ()
        if taken:
            raise ValueError(
                f"{', '.join(taken)}: a number of the momentum has that name, give the feature another"
            )

    @property
    @abstractmethod
    def momentum_labels(self) -> tuple[tuple[str, str], ...]:
        """:attr:`labels` of the columns that follow from the momentum."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Bits that every feature is shifted up to, see :func:`fpgajet.ops.forms.extra.steps`."""

    @property
    def columns(self) -> int:
        return len(self.momentum_labels) + len(self.extra)

    @property
    def feature_names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.extra)

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        if not self.extra:
            return self.momentum_labels
        counts = zip(self.extra, steps(self.extra, self.width), strict=True)
        return (*self.momentum_labels, *((of.name, f"{step:g}") for of, step in counts))

    def to_json(self) -> dict[str, Any]:
        found = super().to_json()
        del found["extra"]
        return found | ({"features": extra_to_json(self.extra)} if self.extra else {})
