"""All that ``fpgajet explain`` says of a nanoPELICAN, as one JSON document."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from quant.checkpoint import Checkpoint, load_float_model, load_model
from quant.data import Jets
from quant.explanation.attribution import Attribution, attribute
from quant.explanation.canonical import canonical, names, order_of, vector
from quant.explanation.constraints import passing, switch_on
from quant.explanation.formula import Formula, formula_of, formula_of_folded, layers
from quant.explanation.observables import correlation, mutual_information, observables

Real = NDArray[np.float64]

#: masses in GeV at which thresholds are given: W boson and top quark
MASSES = {"W": 80.4, "top": 172.5}


@dataclass(frozen=True, eq=False)
class Explained:
    """A model and jets: its formulas, and the exact parts of each jet's score.

    Attributes:
        quantised: canonical formula. momenta: [B, N, 4] as the input form delivers them, in GeV.
        dots: d_ij [B, M, M] in GeV^2 as the hardware has them. slots: [B] real slots n.
        channels: [B, C], what each channel of ``quantised`` adds to the score.
    """

    network: Network
    quantised: Formula
    momenta: Real
    label: NDArray[np.int64]
    dots: Real
    slots: NDArray[np.int64]
    attribution: Attribution
    channels: Real

    @property
    def score(self) -> NDArray[np.int64]:
        """[B], raw scores of the hardware."""
        return self.attribution.score


def explained(checkpoint: Checkpoint, jets: Jets) -> Explained:
    """Run a checkpoint on jets.

    Raises:
        BadInput: the model is no nanoPELICAN, the checkpoint is damaged, or the jets are of one class.
    """
    return taken_apart(load_model(checkpoint).network(), jets)


def taken_apart(network: Network, jets: Jets) -> Explained:
    """Run a network on jets.

    Raises:
        BadInput: the network is no nanoPELICAN, or the jets are of one class.
    """
    if len(np.unique(jets.label)) < 2:
        raise BadInput(
            "the jets that were read are all of one class, and an explanation compares two: read more of them, with a "
            "larger --max-jets or without it, or mix the classes of the file."
        )
    raw = formula_of(network)
    features = network.form.features(jets.constituents)
    given = from_real(features, network.input_type)
    stages = network.reference(FixedArray(given, network.input_type.fraction))
    pairs, _ = layers(network)
    found = attribute(network, stages)
    return Explained(
        network=network,
        quantised=canonical(raw),
        momenta=np.asarray(network.form.momenta(features), dtype=np.float64),
        label=np.asarray(jets.label, dtype=np.int64),
        dots=stages[pairs.inputs[0]].real,
        slots=stages[pairs.inputs[1]].raw.sum(-1),
        attribution=found,
        channels=np.asarray(found.channels[:, order_of(raw)] * found.unit, dtype=np.float64),
    )


def float_formula(checkpoint: Checkpoint) -> Formula:
    """The formula of the float model, batch norms folded."""
    from quant.models.npelican.floating import NPelican
    from quant.models.npelican.folding import fold

    model = load_float_model(checkpoint).model
    assert isinstance(model, NPelican)
    return formula_of_folded(fold(model))


def document(checkpoint: Checkpoint, found: Explained, sample: str) -> dict[str, Any]:
    """JSON: ``counts``, ``formula`` (quantised and float), ``constraints``, ``channels``, ``jets``.

    Args:
        sample: what the jets are.
    """
    model = checkpoint.config.model
    return {
        "model": checkpoint.config.name,
        "sample": sample,
        "jets": len(found.label),
        "counts": {
            "trained": model.parameters,
            "free": model.parameters_absorbed,
            "published": model.parameters_published,
            "published_absorbed": model.earlier_counts[1],
        },
        "formula": {
            "quantised": numbers(found.quantised),
            "float": numbers(canonical(float_formula(checkpoint))),
            "constituents": int(found.quantised.slots),
            "score_difference": _difference(found),
        },
        "constraints": constraints(found),
        "channels": channels(found),
        "examples": examples(found),
    }


def numbers(formula: Formula) -> dict[str, float]:
    """The numbers of a formula for jets that fill all slots, by name."""
    return dict(zip(names(formula.channels), vector(formula).tolist(), strict=True))


def constraints(found: Explained) -> list[dict[str, Any]]:
    """For each channel: where it switches on at chosen jet masses, and which shares of pairs pass."""
    formula, n = found.quantised, int(np.median(found.slots))
    mass = np.sqrt(np.maximum(found.dots.sum((1, 2)), 0))
    at = MASSES | {
        "median QCD": _median(mass[found.label == 0]),
        "median top": _median(mass[found.label == 1]),
    }
    off, diagonal = passing(formula, found.dots, found.slots)
    return [
        {
            "channel": c + 1,
            "switch_on": {name: asdict(switch_on(formula, c, value, n)) for name, value in at.items()},
            "passing_pairs": {name: float(off[found.label == k, c].mean()) for k, name in _CLASSES},
            "passing_diagonal": {name: float(diagonal[found.label == k, c].mean()) for k, name in _CLASSES},
        }
        for c in range(formula.channels)
    ]


def channels(found: Explained) -> list[dict[str, Any]]:
    """For each channel: what it adds to scores on average per class, and what it has in common with observables."""
    known = observables(found.momenta)
    result = []
    for c in range(found.quantised.channels):
        added = found.channels[:, c]
        common = {
            name: {"correlation": correlation(added, x), "information": mutual_information(added, x)}
            for name, x in known.items()
        }
        means = {name: float(added[found.label == k].mean()) for k, name in _CLASSES}
        result.append({"channel": c + 1, "mean": means, "observables": common})
    return result


def examples(found: Explained) -> list[dict[str, Any]]:
    """Three jets taken apart: a typical top jet, a typical QCD jet, and the QCD jet of highest score."""
    part, score = found.attribution, found.attribution.score
    result = []
    for name, jet in example_jets(found.label, score).items():
        result.append(
            {
                "what": name,
                "jet": jet,
                "score": int(score[jet]) * part.unit,
                "bias": int(part.bias[jet]) * part.unit,
                "rounding": int(part.rounding[jet]) * part.unit,
                "pairs": (part.pairs[jet] * part.unit).tolist(),
            }
        )
    return result


def example_jets(label: NDArray[np.int64], score: NDArray[np.int64]) -> dict[str, int]:
    """Numbers of the jets of :func:`examples`."""
    found = {}
    for k, name in ((1, "typical top jet"), (0, "typical QCD jet")):
        inside = np.flatnonzero(label == k)
        middle = np.argsort(score[inside], kind="stable")[len(inside) // 2]
        found[name] = int(inside[middle])
    background = np.flatnonzero(label == 0)
    found["QCD jet of highest score"] = int(background[np.argmax(score[background])])
    return found


_CLASSES = ((0, "QCD"), (1, "top"))


def _difference(found: Explained) -> dict[str, float]:
    """Score of the formula minus score of the hardware: what the roundings of sums and activations do."""
    scores = found.attribution.score * found.attribution.unit
    apart = found.quantised.scores(found.dots, found.slots) - scores
    return {
        "rms": float(np.sqrt(np.mean(apart**2))),
        "largest": float(np.abs(apart).max()),
        "score_deviation": float(scores.std()),
    }


def _median(x: Real) -> float:
    return float(np.median(x)) if len(x) else 0.0
