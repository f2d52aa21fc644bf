"""The Verilog of a build equal to the reference for all inputs; jets that refute a proof."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.files import atomic_path
from fpgajet.fixed import from_real, to_real
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.network import Network
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.events import sample_events
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.prove.proof import Level, Proof
from fpgajet.rtl.options import RtlOptions
from fpgajet.verify.vectors import edge_vectors
from quant.data.checking.constituents import find_problems

if TYPE_CHECKING:
    from fpgajet.rtl.design import Circuit

#: Events that propose what is to be proved, of real jets and of edge vectors.
SAMPLES = 400
SEED = 1
COUNTEREXAMPLE = "counterexample.npy"
#: Name of the proof that is about what Yosys counts.
NETLIST = "netlist that Yosys counts"
#: Shares of the least significant bit by which a momentum may differ from its rounded value.
ROUNDED = (0.0, 0.2, 0.45)


@dataclass(frozen=True)
class Outcome:
    """A proof, and the file with the jet that refutes it, if a file can hold it.

    Attributes:
        proof: what was found. counterexample: an array [1, N, 4] in GeV for ``fpgajet csim --events``, or
            the features [1, N, F] of a foreign network.
        raw: the raw input that refutes the proof.
    """

    proof: Proof
    counterexample: Path | None = None
    raw: list[int] | None = None


def prove_build(
    build: BuildDirectory,
    options: dict[str, Any],
    network: Network | None = None,
    made: Circuit | None = None,
    keep: Path | None = None,
    seconds: float | None = None,
) -> Outcome:
    """Prove the Verilog of a build; ``options`` are those that it was written with beside its interval.

    ``keep``: folder that gets files from which the proofs of its statements can be checked.
    ``seconds``: that it may take.
    ``network``, ``made``: that of the build's model and the circuit made of it, where this process has them.
    """
    from fpgajet.rtl import RtlDesign
    from fpgajet.rtl.proof import prove_verilog, searched

    network = Artefacts(build).network if network is None else network
    design = RtlDesign.read(build.verilog)
    raw = samples(network)
    proof = prove_verilog(network, design, RtlOptions(ii=design.ii, **options), raw, made, keep, seconds)
    path = build.root / COUNTEREXAMPLE
    path.unlink(missing_ok=True)
    if proof.event is None:
        return Outcome(proof)
    found = searched(network, raw)[proof.event]
    saved = path if save_counterexample(network, found, path) else None
    return Outcome(proof, saved, found.tolist())


def samples(network: Network, count: int = SAMPLES, seed: int = SEED) -> NDArray[np.int64]:
    """Raw inputs [events, inputs]: real jets, or random events where jets say nothing, then edge vectors."""
    features = sample_events(network, count)
    edges = edge_vectors(network, count, seed, features)
    raw = from_real(np.concatenate([features, *edges.values()]), network.input_type)
    return raw.reshape(len(raw), -1)


def save_counterexample(network: Network, raw: NDArray[np.int64], path: Path) -> bool:
    """Write a raw input as a jet in GeV, or as features, if there is a jet that becomes exactly this input.

    Returns:
        Whether it was written.
    """
    event = physical_jet(network, raw)
    if event is None:
        return False
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        np.save(stream, event)
    return True


def physical_jet(network: Network, raw: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """A jet in GeV [1, N, 4], or features [1, N, F], that becomes exactly a raw input; None if none is known."""
    shaped = raw.reshape(1, *network.input_shape)
    if isinstance(network.form, GivenFeatures):
        return to_real(shaped, network.input_type.fraction).astype(np.float32)
    return _physical(network, shaped)


def _physical(network: Network, shaped: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """A physical jet that is rounded to an input; None if there is none among those tried.

    Rounding may have made E < |p|: a jet with a little more energy and less momentum rounds to the same.
    """
    precision = network.input_type
    exact = network.form.momenta(to_real(shaped, precision.fraction))
    bare = exact.shape[-1] - len(network.form.feature_names)
    signs = np.zeros(exact.shape[-1])  # features stay
    signs[:4] = -1.0, 1.0, 1.0, 1.0
    for share in ROUNDED:
        moved = exact - share * precision.lsb * np.sign(exact) * signs
        momenta: NDArray[np.float32] = moved.astype(np.float32)
        same = (from_real(network.form.features(momenta), precision) == shaped).all()
        if same and not find_problems(momenta[..., :bare]):
            return momenta
    return None


def described(proof: Proof) -> str:
    """One line for people."""
    if proof.level is Level.PROVED and proof.what == NETLIST:
        return (
            f"{proof.what} proved equal to the Verilog for all inputs, stage by stage: {proof.cells:,} cells"
        )
    if proof.level is Level.PROVED:
        return (
            f"{proof.what} proved equal to the reference for all inputs: {proof.cuts:,} cuts, "
            f"{proof.enumerations} enumerations, {proof.assignments:,} assignments"
            + (f", {proof.cells:,} statements read back" if proof.cells else "")
            + (f", {len(proof.operators)} operators one by one" if proof.operators else "")
        )
    link = " " if proof.level is Level.UP_TO else ", "
    return f"{proof.what}: {proof.level}{link}{proof.reason}"
