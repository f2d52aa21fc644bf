"""How far our float model is from the foreign formula, on real jets and on jets that came with the weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput, Mismatch
from quant.importing import formula
from quant.importing.foreign import ForeignNPelican

if TYPE_CHECKING:
    from torch import nn

#: Jets that are scored both ways.
JETS_COMPARED = 200
#: Our float model keeps d in float32; a wrong weight or order of aggregators is off by far more.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Agreement:
    """The largest difference of the score w between two computations of ``jets`` jets, and the largest |w|."""

    what: str
    jets: int
    largest_difference: float
    largest_score: float

    @property
    def sentence(self) -> str:
        """In words."""
        return (
            f"{self.what}: the largest difference of the score over {self.jets} jets is "
            f"{self.largest_difference:.2g} (scores up to {self.largest_score:.3g})"
        )


def agreements(
    foreign: ForeignNPelican, model: nn.Module, momenta: NDArray[Any], source: object
) -> list[Agreement]:
    """Score jets by the foreign formula, by our float model and, where there are, by whoever made the weights.

    Args:
        momenta: [B, N, 4] in GeV, without beams.

    Raises:
        Mismatch: the two disagree by more than :data:`TOLERANCE`: the import would be wrong.
    """
    jets = momenta[:JETS_COMPARED]
    found = [compared("formula and fpgajet's model", formula.scores(foreign, jets), _ours(model, jets))]
    if foreign.fixture is not None:
        given = foreign.fixture
        bare = without_beams(foreign, source)
        theirs = formula.scores(foreign, given.momenta, with_beams=foreign.beams)
        found.append(compared("scores in the file and formula", given.scores, theirs))
        found.append(compared("scores in the file and fpgajet's model", given.scores, _ours(model, bare)))
    for row in found:
        if not row.largest_difference <= TOLERANCE * max(1.0, row.largest_score):
            raise Mismatch(
                f"{source} was not imported. {row.sentence}: its layout, its Nbar or its beams are not what "
                "was assumed."
            )
    return found


def compared(what: str, one: NDArray[np.float64], other: NDArray[np.float64]) -> Agreement:
    """The agreement of two arrays of scores [B]."""
    largest = float(np.abs(one - other).max(initial=0.0))
    return Agreement(what, len(one), largest, float(np.abs(one).max(initial=0.0)))


def without_beams(foreign: ForeignNPelican, source: object) -> NDArray[np.float64]:
    """The fixture's constituents, without the two beams in front.

    Raises:
        BadInput: other beams stand there.
    """
    assert foreign.fixture is not None
    momenta = foreign.fixture.momenta
    if not foreign.beams:
        return momenta
    if (np.abs(momenta[:, :2] - formula.BEAMS) > TOLERANCE).any():
        raise BadInput(f"{source}: the first two slots of its jets are not the beams (1, 0, 0, +-1).")
    return momenta[:, 2:]


def _ours(model: nn.Module, momenta: NDArray[Any]) -> NDArray[np.float64]:
    import torch

    training = model.training
    model.eval()
    with torch.no_grad():
        scores = model(torch.from_numpy(np.ascontiguousarray(momenta, dtype=np.float64)))
    model.train(training)
    return np.asarray(scores.numpy(), dtype=np.float64)
