"""Names of the classes that a network has one score each for. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

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


def scores_of(classes: Sequence[str]) -> int:
    """Outputs of the last layer."""
    return len(classes) or 1
