"""C++ is proved where it is equal, refused where it is not, and a prover without one of its parts is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgajet.fixed import from_real
from fpgajet.hls.proof import RecordedStages, prove_recordings
from fpgajet.hls.recording import NotRecorded, Recording, record
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.prove.direct import Direct
from fpgajet.prove.proof import Level, Proof
from fpgajet.prove.prover import Prover
from fpgajet.scalars import ScalarGraph, evaluate
from tests.hls.test_project import make
from tests.networks import LOG, random_jets, random_network, rounded_terms, without_soft_pairs
from tests.vecnets import random_events

CHECKER = Path(__file__).parents[2] / "scripts" / "check_proof.py"


@dataclass(frozen=True)
class Case:
    """A project, what was recorded of it, and raw inputs."""

    network: Network
    project: Path
    recording: Recording
    samples: NDArray[np.int64]

    def proved(
        self, *recordings: Recording, samples: int = 200, keep: Path | None = None
    ) -> tuple[Proof, NDArray[np.int64]]:
        given = self.samples[:samples]
        return prove_recordings(self.network, recordings, given, lambda: self.samples, keep)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    network = random_network(4, 2)
    project = make(network, tmp_path_factory.mktemp("proof") / "hls", vectors=random_jets(20, 4))
    raw = from_real(random_jets(2000, 4), network.input_type).reshape(2000, -1)
    return Case(network, project, record(project, network.input_type), raw)


def changed(recording: Recording, kind: str, place: int, words: Sequence[str]) -> Recording:
    """Other operands of one line of a kind."""
    lines = list(recording.lines)
    number = [k for k, line in enumerate(lines) if line[0] == kind][place]
    lines[number] = (kind, *words)
    return replace(recording, lines=tuple(lines))


def weights(recording: Recording) -> list[int]:
    """Places, among the constants, of weights that are not 0."""
    constants = [line for line in recording.lines if line[0] == "constant"]
    return [k for k, line in enumerate(constants) if abs(int(line[1])) > 1]


def test_rounded_terms_and_pairs_left_out_are_proved(tmp_path: Path) -> None:
    network = rounded_terms(without_soft_pairs(random_network(3, 1, rounding="AP_TRN", form=LOG), 3))
    features = network.form.features(random_jets(220, 3, narrow=True))
    project = make(network, tmp_path / "hls", vectors=features[:20])
    raw = from_real(features, network.input_type).reshape(220, -1)
    case = Case(network, project, record(project, network.input_type), raw)
    proof, wrong = case.proved(case.recording)
    assert (proof.level, proof.reason, len(wrong)) == (Level.PROVED, "", 0)


def test_it_is_proved_operator_by_operator(case: Case) -> None:
    proof, wrong = case.proved(case.recording)
    assert (proof.level, proof.reason, len(wrong)) == (Level.PROVED, "", 0)
    assert [operator.name for operator in proof.operators] == [node.name for node in case.network.nodes]


def test_the_recording_computes_what_the_reference_does(case: Case) -> None:
    graph = ScalarGraph()
    nodes = np.array(RecordedStages(case.network, case.recording).outputs(graph))
    given = FixedArray(case.samples.reshape(-1, *case.network.input_shape), case.network.input_type.fraction)
    expected = case.network.reference(given)[case.network.output.name].raw
    np.testing.assert_array_equal(evaluate(graph, nodes, case.samples).ravel(), expected.ravel())


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Blocks of objects and attention."""
    network = random_events()
    slots = network.input_shape[0]
    project = make(network, tmp_path_factory.mktemp("events") / "hls", vectors=random_jets(20, slots))
    raw = from_real(random_jets(2000, slots), network.input_type).reshape(2000, -1)
    return Case(network, project, record(project, network.input_type), raw)


def test_blocks_and_attention_are_proved(events: Case) -> None:
    proof, wrong = events.proved(events.recording)
    assert (proof.level, proof.reason, len(wrong)) == (Level.PROVED, "", 0)
    names = [operator.name for operator in proof.operators]
    assert {"h1", "h2", "attention_logits", "attention"} <= set(names)


@pytest.mark.parametrize(
    ("table", "entry", "read"), [("exponential", 1, True), ("reciprocal", 20, True), ("reciprocal", 1, False)]
)
def test_an_entry_of_a_table_of_attention_matters(events: Case, table: str, entry: int, read: bool) -> None:
    """Two neighbouring entries exchanged: attention is no longer proved, and every other operator is.

    The sum of shares is at least 1, so that reciprocals of less, but for that of 0, are never read.
    """
    (node,) = (node for node in events.network.nodes if node.name == "attention")
    entries = node.tensors[table].values.raw.size
    tables = [line[1:] for line in events.recording.lines if line[0] == "table"]
    (place,) = (k for k, words in enumerate(tables) if len(words) == entries)
    words = list(tables[place])
    words[entry : entry + 2] = reversed(words[entry : entry + 2])
    proof, _ = events.proved(changed(events.recording, "table", place, words))
    assert (proof.level is Level.PROVED) == (not read)
    unproved = [operator.name for operator in proof.operators if not operator.proved]
    assert unproved == (["attention"] if read else [])


def test_another_constant_is_refuted_by_an_input_that_differs(case: Case) -> None:
    place = weights(case.recording)[0]
    value = [line for line in case.recording.lines if line[0] == "constant"][place][1]
    fault = changed(case.recording, "constant", place, [str(-int(value))])
    proof, wrong = case.proved(fault)
    assert proof.level is Level.REFUTED
    graph = ScalarGraph()
    sides = [RecordedStages(case.network, one).outputs(graph) for one in (case.recording, fault)]
    values = evaluate(graph, np.array(sides), wrong[:1])
    assert (values[0, 0] != values[0, 1]).any()


def fault_of_a_clip(case: Case) -> Recording:
    """The last quantisation wraps, which no sample event shows: the score never gets there."""
    quantised = [line for line in case.recording.lines if line[0] == "quantise"]
    last = quantised[-1]
    return changed(
        case.recording, "quantise", len(quantised) - 1, [*last[1:5], str(int(last[5]) - 1), *last[6:]]
    )


def test_a_prover_without_comparison_of_forms_is_noticed(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = fault_of_a_clip(case)
    assert case.proved(fault, samples=20)[0].level is not Level.PROVED
    monkeypatch.setattr(Prover, "prove", lambda self, expected, found: [])
    assert case.proved(fault, samples=20)[0].level is Level.PROVED


def test_a_prover_that_skips_the_values_of_one_operator_is_noticed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonzero = next(k for k, line in enumerate(case.recording.lines) if line[0] == "nonzero")
    lines = list(case.recording.lines)
    operand = lines[nonzero][1]
    lines[nonzero] = ("less", operand, operand)
    fault = replace(case.recording, lines=tuple(lines))
    (mask, *_) = case.proved(fault)[0].operators
    assert (mask.proved, mask.reason) == (False, "differs for values that its inputs may have")
    monkeypatch.setattr(Direct, "equal", lambda self, a, b: True)
    (mask, *_) = case.proved(fault)[0].operators
    assert mask.proved


def test_what_synthesis_reads_is_proved_too(case: Case) -> None:
    place = weights(case.recording)[-1]
    other = changed(case.recording, "constant", place, ["0"])
    assert case.proved(case.recording, other)[0].level is not Level.PROVED


def test_code_that_branches_on_values_is_not_recorded(case: Case) -> None:
    header = case.project / "firmware" / "nnet_utils" / "fpgajet_constituent_mask.h"
    text = header.read_text()
    try:
        header.write_text(text.replace("mask[b] = 1;", "if (p[0] > 0) mask[b] = 1;"))
        with pytest.raises(NotRecorded, match="does not compile"):
            record(case.project, case.network.input_type)
    finally:
        header.write_text(text)


def test_the_header_that_is_replaced_must_be_ours(case: Case) -> None:
    header = case.project / "firmware" / "nnet_utils" / "fpgajet_select.h"
    text = header.read_text()
    try:
        header.write_text(text.replace("condition ? yes : no", "condition ? no : yes"))
        with pytest.raises(NotRecorded, match="was changed"):
            record(case.project, case.network.input_type)
    finally:
        header.write_text(text)


def test_the_checker_agrees_and_refuses_a_changed_file(case: Case, tmp_path: Path) -> None:
    case.proved(case.recording, keep=tmp_path)

    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, CHECKER, tmp_path], capture_output=True, text=True, check=False
        )

    done = check()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(case.network.nodes)
    path = tmp_path / "002.json"
    proof = json.loads(path.read_text())
    first, second = proof["outputs"][0], next(x for x in proof["outputs"] if x[0] != proof["outputs"][0][0])
    proof["outputs"][0] = [first[0], second[1]]
    path.write_text(json.dumps(proof))
    assert check().returncode == 1
