"""Labels by the names of classes, whatever their order in the file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.data.classes import class_numbers
from tests.toy_jets import toy_jets

JETS = toy_jets(9, classes=("g", "W", "t"))


def test_names_count_and_not_their_order() -> None:
    assert class_numbers(JETS, ("t", "g", "W"), "jets").tolist() == [1, 2, 0] * 3


def test_other_classes_are_refused() -> None:
    with pytest.raises(BadInput, match="the model tells"):
        class_numbers(JETS, ("t", "g", "Z"), "jets")
    with pytest.raises(BadInput, match="no jets of the class W"):
        class_numbers(replace(JETS, label=np.where(JETS.label == 1, 0, JETS.label)), JETS.classes, "jets")
