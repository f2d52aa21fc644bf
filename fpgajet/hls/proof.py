"""Proof that the C++ of a project computes its network's score, for all inputs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.hls.recording import RETURNED, NotRecorded, Recording, record
from fpgajet.ops.network import Network
from fpgajet.processes import program_threads
from fpgajet.prove.limit import limited
from fpgajet.prove.operators import OperatorProof, Operators
from fpgajet.prove.proof import Level, Proof, prove_outputs, up_to
from fpgajet.scalars import ScalarGraph, ScalarNetwork, evaluate, scalar_network
from fpgajet.scalars.arithmetic import Numbers

WHAT = "C++ of the HLS project"
#: Events that are evaluated at a time: every node of the graph holds one number for each.
CHUNK = 2000
#: Inputs that refute a proof which are returned: not all of them may be physical jets.
MOST_SHOWN = 100


@dataclass(frozen=True)
class RecordedStages:
    """The stages of a recording over given ones."""

    network: Network
    recording: Recording

    def stage(self, graph: ScalarGraph, name: str, known: Mapping[str, Numbers]) -> list[int]:
        """See :class:`fpgajet.prove.operators.Staged`."""
        lines = self.inputs(known[self.network.input_name])
        for earlier in self.network.nodes:
            if earlier.name == name:
                break
            self._require(earlier.name)
            numbers = self.recording.stages[earlier.name][1]
            # A line that is a value of two stages keeps the first: both are proved to be this value.
            for line, node in zip(numbers, known[earlier.name].ravel(), strict=True):
                lines.setdefault(line, int(node))
        self._require(name)
        return self._nodes(graph, self.recording.stages[name][1], lines)

    def outputs(self, graph: ScalarGraph) -> list[int]:
        """Nodes of what the top function returns, over the numbers of a jet."""
        fraction, lines = self.recording.stages[RETURNED]
        if fraction != self.network.output.operator.output.fraction:
            raise ValueError(f"the score has {fraction} fraction bits")
        count = int(np.prod(self.network.input_shape))
        given = np.array([graph.input(k, self.network.input_type) for k in range(count)])
        return self._nodes(graph, lines, self.inputs(given))

    def inputs(self, nodes: Numbers) -> dict[int, int]:
        """Nodes of the lines that are numbers of a jet."""
        lines = enumerate(self.recording.lines)
        return {number: int(nodes.ravel()[int(words[1])]) for number, words in lines if words[0] == "input"}

    def _require(self, name: str) -> None:
        if name not in self.recording.stages:
            raise ValueError(f"the stage {name} is not recorded")
        fraction, expected = self.recording.stages[name][0], self.network.types()[name].fraction
        if fraction != expected:
            raise ValueError(f"the stage {name} has {fraction} fraction bits, not {expected}")

    def _nodes(self, graph: ScalarGraph, wanted: tuple[int, ...], lines: Mapping[int, int]) -> list[int]:
        try:
            return self.recording.nodes(graph, wanted, lines)
        except NotRecorded as error:
            raise ValueError(str(error)) from error


def prove_cpp(
    network: Network,
    project: Path,
    samples: NDArray[np.int64],
    searched: Callable[[], NDArray[np.int64]],
    keep: Path | None = None,
    seconds: float | None = None,
) -> tuple[Proof, NDArray[np.int64]]:
    """Prove that C++ computes its network's score for every jet.

    What a compiler reads is compared with the reference operator by operator. What a synthesis tool reads, with
    ``__SYNTHESIS__`` defined, must compute the same score. Where an operator is not proved, an input is searched for
    on which the score differs; if there is none, the network is tried as a whole.

    Args:
        network: the reference.
        project: C++ on disk.
        samples: raw inputs [events, inputs] that propose what is to be proved.
        searched: gives raw inputs among which one that differs is searched for.
        keep: empty folder for files from which the proof can be checked (:mod:`fpgajet.prove.kept`).
        seconds: that the comparison with the reference may take; the C++ is compiled before.

    Returns:
        The proof, and raw inputs [inputs] that refute it, at most :data:`MOST_SHOWN`.

    Raises:
        BadInput: not a project written by fpgajet.
        MissingTool: no compiler.
    """
    started = time.perf_counter()
    proof, wrong = Proof(WHAT, Level.COMPARED), samples[:0]
    try:
        with program_threads(2) as pool:
            read = partial(record, project, network.input_type)
            versions = [pool.submit(read, synthesis=synthesis) for synthesis in (False, True)]
            recordings = [version.result() for version in versions]
        with limited(seconds):
            proof, wrong = prove_recordings(network, recordings, samples, searched, keep)
    except NotRecorded as error:
        proof = replace(proof, reason=str(error))
    return replace(proof, seconds=round(time.perf_counter() - started, 3)), wrong


def prove_recordings(
    network: Network,
    recordings: Sequence[Recording],
    samples: NDArray[np.int64],
    searched: Callable[[], NDArray[np.int64]],
    keep: Path | None = None,
) -> tuple[Proof, NDArray[np.int64]]:
    """The same, of what was recorded: first as a compiler reads it, last as a synthesis tool does."""
    compiled, synthesised = (RecordedStages(network, recordings[k]) for k in (0, -1))
    reference = scalar_network(network)
    outputs = [int(n) for n in reference.stages[reference.output].ravel()]
    try:
        found = compiled.outputs(reference.graph)
        other = synthesised.outputs(reference.graph)
    except ValueError as error:
        return Proof(WHAT, Level.COMPARED, str(error)), samples[:0]
    operators = tuple(Operators(network, reference, samples).prove(compiled, keep))
    missing = [operator for operator in operators if not operator.proved]
    if found == other and not missing and _returned(compiled):
        return _summed(Level.PROVED, "", operators), samples[:0]
    for more in (False, True):
        raw = searched() if more else samples
        for nodes in dict.fromkeys((tuple(found), tuple(other))):
            wrong = _differing(reference.graph, outputs, list(nodes), raw)
            if len(wrong):
                first = f"{missing[0].name}: {missing[0].reason}" if missing else "the score differs"
                return _summed(Level.REFUTED, first, operators), wrong
    # An operator on the jet itself has the same inputs in the whole network: what fails there fails here.
    on_jet = {node.name for node in network.nodes if set(node.inputs) == {network.input_name}}
    if not on_jet & {operator.name for operator in missing}:
        whole = [_whole(reference, nodes, samples) for nodes in dict.fromkeys((tuple(found), tuple(other)))]
        if all(one.level is Level.PROVED for one in whole):
            return _summed(Level.PROVED, "", operators, whole), samples[:0]
    if found != other:
        return _summed(Level.COMPARED, "what synthesis reads is other code", operators), samples[:0]
    level, reason = up_to(operators)
    return _summed(level, reason or "the score is not that of the last operator", operators), samples[:0]


def _returned(compiled: RecordedStages) -> bool:
    """Whether the top function returns the last stage itself."""
    stages = compiled.recording.stages
    return stages[RETURNED] == stages[compiled.network.output.name]


def _whole(reference: ScalarNetwork, found: tuple[int, ...], samples: NDArray[np.int64]) -> Proof:
    return prove_outputs(WHAT, reference, found, samples)


def _summed(
    level: Level, reason: str, operators: tuple[OperatorProof, ...], whole: Sequence[Proof] = ()
) -> Proof:
    parts: list[OperatorProof | Proof] = [*operators, *whole]
    return Proof(
        WHAT,
        level,
        reason,
        cuts=sum(part.cuts for part in parts),
        enumerations=sum(part.enumerations for part in parts),
        assignments=sum(part.assignments for part in parts),
        operators=operators,
    )


def _differing(
    graph: ScalarGraph, expected: list[int], found: list[int], raw: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Some of the raw inputs on which two lists of nodes differ."""
    for start in range(0, len(raw), CHUNK):
        chunk = raw[start : start + CHUNK]
        values = evaluate(graph, np.array([expected, found]), chunk)
        wrong = (values[:, 0] != values[:, 1]).any(axis=1)
        if wrong.any():
            shown: NDArray[np.int64] = chunk[wrong][:MOST_SHOWN]
            return shown
    return raw[:0]
