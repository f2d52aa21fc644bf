"""The C++ of a build equal to the reference for all inputs, and the files that a proof leaves."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from fpgajet.errors import Mismatch
from fpgajet.files import write_json
from fpgajet.folders import atomic_folder
from fpgajet.hls.project import STAGES_FILE
from fpgajet.hls.recording import HEADERS
from fpgajet.ops.network import Network
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.context import BuildContext
from fpgajet.pipeline.implementations import sources_digest
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.prove_flow import Outcome, described, samples, save_counterexample
from fpgajet.pipeline.prove_netlist import refuse_others
from fpgajet.pipeline.record import Stage, path_digest
from fpgajet.prove.proof import Level
from fpgajet.prove.search import near

COUNTEREXAMPLE = "counterexample-cpp.npy"
#: Events of each kind, real jets and edge vectors, and inputs near them, among which a difference is searched for.
EVENTS, NEAR, SEED = 5_000, 20_000, 29


def has_project(build: BuildDirectory) -> bool:
    """Whether there is C++ to prove."""
    return (build.project / STAGES_FILE).is_file()


def prove_project(
    build: BuildDirectory,
    network: Network | None = None,
    keep: Path | None = None,
    seconds: float | None = None,
) -> Outcome:
    """Prove the C++ that lies in a build, and write the jet that refutes it, if there is one.

    Args:
        build: a build with an hls4ml project.
        network: that of its model, where this process has it.
        keep: folder that is made or replaced, for files from which ``scripts/check_proof.py`` checks the proof.
        seconds: that the comparison with the reference may take.

    Raises:
        BadInput: the project is not one of fpgajet, or ``keep`` holds something else.
        MissingTool: no compiler.
    """
    from fpgajet.hls.proof import prove_cpp

    network = Artefacts(build).network if network is None else network
    if keep is not None:
        refuse_others(keep, r"\d{3}\.json")

    def searched() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        events = samples(network, EVENTS, SEED)
        return np.concatenate([events, near(events, network.input_type, NEAR, SEED)])

    with contextlib.ExitStack() as stack:
        folder = None if keep is None else stack.enter_context(atomic_folder(keep))
        proof, wrong = prove_cpp(network, build.project, samples(network), searched, folder, seconds)
    path = build.root / COUNTEREXAMPLE
    path.unlink(missing_ok=True)
    for raw in wrong:
        if save_counterexample(network, raw, path):
            return Outcome(proof, path, raw.tolist())
    return Outcome(proof, None, wrong[0].tolist() if len(wrong) else None)


def prove_cpp_stage(context: BuildContext) -> Stage:
    """C++ -> the proof that it is equal to the reference for all inputs, or why there is none."""
    build = context.directory

    def run() -> str:
        outcome = prove_project(build, context.network)
        if outcome.proof.level is Level.REFUTED:
            raise Mismatch(f"{described(outcome.proof)}: run `fpgajet prove {build.root}` for the input.")
        write_json(build.cpp_proof, {"proofs": [outcome.proof.document()]})
        return described(outcome.proof)

    reads = {
        "model.onnx": path_digest(build.model),
        "sources": sources_digest(build),
        "recorder": path_digest(Path(HEADERS)),
    }
    code = ("fpgajet.graph.load", "fpgajet.hls.proof", "fpgajet.pipeline.prove_cpp")
    return Stage("prove_cpp", reads, (build.cpp_proof.name,), run, code)
