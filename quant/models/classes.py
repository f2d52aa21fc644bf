"""Names of what a network has one output each for: classes, and values that a regression finds. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator

#: of a jet file, whose labels are uint8
MOST_CLASSES = 256


def _checked(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) in (1, 2) or len(names) > MOST_CLASSES:
        raise ValueError("classes names three or more; two classes have a single score: leave it out")
    if len(set(names)) < len(names) or not all(names):
        raise ValueError("every class has a name of its own")
    return names


ClassNames = Annotated[tuple[str, ...], AfterValidator(_checked)]


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("every value has one output")
    return names


#: of :data:`quant.data.targets.TARGETS`
RegressedNames = Annotated[tuple[Literal["pt"], ...], AfterValidator(_distinct)]


def require_classes(classes: Sequence[str], regressed: Sequence[str]) -> None:
    """Raise ``ValueError`` for values of a regression without classes."""
    if regressed and not classes:
        raise ValueError("regress stands beside the scores of classes: give classes too")


def scores_of(outputs: Sequence[str]) -> int:
    """Outputs of the last layer: one of each name, or a single score."""
    return len(outputs) or 1
