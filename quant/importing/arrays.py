"""Arrays of PELICAN-nano's HGQ port (``.npz``): its fixture with weights and scored jets, or its exported contract.

Names: ``w1`` [C, 6] and ``w2`` [1, 2 C] as in PyTorch, or ``w1_2to2`` [6, C] and ``w2_2to0`` [2 C, 1] as in Keras;
``b1``, ``b1_diag`` [C], ``b2`` [1]; ``bn1_gamma``, ``bn1_beta``, ``bn1_mean``, ``bn1_var`` [1], ``bn2_*`` [C]; in the
fixture ``pmu`` [B, M, 4] with the beams first, and ``logit`` [B, 1].
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fpgajet.errors import BadInput
from quant.data.reading.npy import ArrayFile
from quant.importing.foreign import Fixture, ForeignNorm, ForeignNPelican, Real

NORM = ("mean", "var", "gamma", "beta")
#: Numbers of one array that are read: a fixture of jets, not a data set.
MOST_NUMBERS = 10_000_000
#: Arrays of a file that a message lists.
MOST_NAMED = 20


def read_arrays(path: Path, *, nbar: float | None, beams: bool | None) -> ForeignNPelican:
    """The model in an ``.npz`` file; the port's Nbar is 49, and it has beams.

    Raises:
        BadInput: no such file, a missing array, or shapes that do not fit.
    """
    with ArrayFile(path) as file:
        if not file.is_archive:
            raise BadInput(f"{path} is one array, not an .npz archive of weights.")
        wanted = {"w1", "w2", "w1_2to2", "w2_2to0", "b1", "b1_diag", "b2", "pmu", "logit"}
        wanted |= {f"bn{k}_{name}" for k in (1, 2) for name in NORM}
        held = sorted(file.names)[:MOST_NAMED]
        arrays = {name: _numbers(path, file, name) for name in file.names if name in wanted}

    def taken(name: str) -> Real:
        if name not in arrays:
            raise BadInput(
                f"{path} lacks the array {name} of a nanoPELICAN; it holds {', '.join(held) or 'nothing'}."
            )
        return arrays[name]

    keras = "w1" not in arrays
    weight = taken("w1_2to2").T if keras else taken("w1")
    score = taken("w2_2to0" if keras else "w2")
    fixture = None
    if "pmu" in arrays and "logit" in arrays:
        fixture = _fixture(path, arrays["pmu"], arrays["logit"])
    has_beams = True if beams is None else beams
    slots = None if fixture is None else fixture.momenta.shape[1] - 2 * has_beams
    if score.size % 2:
        raise BadInput(f"{path}: the last layer has {score.size} weights, it must have two per channel.")
    return ForeignNPelican(
        weight=weight,
        bias=taken("b1").ravel(),
        diagonal_bias=taken("b1_diag").ravel(),
        score_weight=score.reshape(-1, 2),
        score_bias=taken("b2").ravel(),
        norm1=ForeignNorm(*(taken(f"bn1_{name}").ravel() for name in NORM)),
        norm2=ForeignNorm(*(taken(f"bn2_{name}").ravel() for name in NORM)),
        nbar=49.0 if nbar is None else nbar,
        beams=has_beams,
        constituents=slots,
        fixture=fixture,
        notes=() if not keras else ("weights of the port are taken before they are snapped to its grids",),
    ).checked(path)


def _numbers(path: Path, file: ArrayFile, name: str) -> Real:
    stream = file.open(name)
    if stream.dtype.kind not in "fiu" or int(np.prod(stream.shape)) > MOST_NUMBERS:
        raise BadInput(
            f"{path}: {name} is {stream.dtype} {list(stream.shape)}, not the weights of a nanoPELICAN."
        )
    return stream.read_all().astype(np.float64)


def _fixture(path: Path, momenta: Real, scores: Real) -> Fixture:
    if momenta.ndim != 3 or momenta.shape[2] != 4 or scores.size != len(momenta) or momenta.shape[1] < 3:
        raise BadInput(
            f"{path}: pmu {list(momenta.shape)} and logit {list(scores.shape)} do not fit together."
        )
    if not len(momenta):
        raise BadInput(f"{path}: pmu and logit hold no jets, so that they show nothing. Leave them out.")
    return Fixture(momenta, scores.ravel())
