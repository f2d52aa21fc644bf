"""Random jets and small random networks for the tests of the training room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fpgajet.ops.forms import InputForm
from fpgajet.ops.forms.objects import TYPES
from quant.data import Jets, write_jets
from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.npelican.bits import Bits
from quant.models.npelican.floating import NPelican
from quant.models.npelican.folding import fold
from quant.models.npelican.new_model import new_model
from quant.models.npelican.observed import Observed
from quant.models.npelican.quantised import QuantisedNPelican
from quant.models.scoring import seen_momenta
from tests.networks import with_random_features


def random_jets(jets: int, constituents: int, seed: int = 0) -> NDArray[np.float32]:
    """Massless four-momenta [jets, N, 4] in GeV, falling pT, 0 to N of them real."""
    rng = np.random.default_rng(seed)
    pt = -np.sort(-rng.exponential(40.0, (jets, constituents)))
    eta, phi = rng.normal(0.5, 0.3, (2, jets, constituents))
    p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], -1)
    n = rng.integers(0, constituents + 1, jets)
    return (p * (np.arange(constituents) < n[:, None])[..., None]).astype(np.float32)


def with_types(momenta: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same as objects of an event: with the code of a type as a fifth number, 0 in empty slots."""
    code = np.arange(momenta.shape[1]) % len(TYPES) + 1.0
    return np.concatenate([momenta, (code * (momenta[..., 0] > 0))[..., None]], -1).astype(np.float32)


def as_read(form: InputForm, momenta: NDArray[np.float32]) -> NDArray[np.float32]:
    """Four-momenta as a form reads them: with types of objects, or random features."""
    return with_types(momenta) if form.objects else with_random_features(form, momenta)


def labelled_jets(
    jets: int, constituents: int, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Jets that can be told apart: those of class 1 are wider."""
    rng = np.random.default_rng(seed + 1)
    label = rng.integers(0, 2, jets).astype(np.uint8)
    pt = -np.sort(-rng.exponential(40.0, (jets, constituents)))
    eta, phi = rng.normal(0.0, 0.15, (2, jets, constituents)) * (1 + label)[None, :, None]
    p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], -1)
    return p.astype(np.float32), label


def random_float(architecture: Architecture, seed: int = 0) -> NPelican:
    """A float model with every parameter random and batch statistics of random jets, in evaluation mode."""
    torch.manual_seed(seed)
    form = architecture.form
    model = new_model(architecture, NBAR)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        for number in range(20):
            jets = random_jets(200, architecture.constituents, 100 + number)
            model(torch.from_numpy(seen_momenta(form, jets)))
    return model.eval()


def random_quantised(
    architecture: Architecture, bits: Bits | None = None, seed: int = 0
) -> QuantisedNPelican:
    """The quantised model of :func:`random_float`, calibrated on random jets."""
    jets = random_jets(1000, architecture.constituents, 50)
    sample = torch.from_numpy(seen_momenta(architecture.form, jets))
    folded = fold(random_float(architecture, seed))
    observed = Observed(folded, architecture, sample)
    return observed.build(observed.start(), bits or Bits(), "random")


def write_labelled_jets(directory: Path, train: int, val: int, test: int) -> Path:
    """A data directory for training, so many labelled jets of five constituents a part; returns it."""
    for seed, (part, jets) in enumerate({"train": train, "val": val, "test": test}.items()):
        p4, label = labelled_jets(jets, 5, seed)
        zeros = np.zeros((jets, 4), np.float32)
        content = Jets(p4, np.full(jets, 5, np.int16), label, zeros, ("qcd", "top"), {})
        write_jets(directory / f"{part}.h5", content)
    return directory
