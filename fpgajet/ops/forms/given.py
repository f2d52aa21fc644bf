"""The input form of a foreign network: numbers as they come, because the file does not say what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.ops.forms.form import Dots, Features, InputForm, Real, WantedDots


@dataclass(frozen=True)
class GivenFeatures(InputForm):
    """``columns`` numbers per constituent, or per jet, in the order of the file."""

    name: ClassVar[str] = "given"

    columns: int = 1

    def __post_init__(self) -> None:
        if self.columns < 1:
            raise ValueError(f"the input form given has at least one column, not {self.columns}")

    def features(self, momenta: NDArray[Any]) -> Features:
        raise BadInput("a foreign network takes features, which cannot be computed from four-momenta.")

    def momenta(self, features: NDArray[Any]) -> Real:
        raise BadInput("the features of a foreign network do not say which four-momenta they stand for.")

    def dots(self, wanted: WantedDots) -> Dots:
        raise ValueError("the features of a foreign network do not say how d_ij follows from them")
