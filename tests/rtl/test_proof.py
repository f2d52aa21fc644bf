"""The proof of a circuit: the scalars mean what the cells mean, and a fault is never proved away."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgajet.fixed import from_real
from fpgajet.graph.collapse import collapse
from fpgajet.ops.network import Network
from fpgajet.prove.proof import Level
from fpgajet.prove.prover import Prover
from fpgajet.rtl import RtlDesign, RtlOptions
from fpgajet.rtl.design import circuit, emit
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.ir.cells import Input, Not
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.scalars import netlist_scalars
from fpgajet.rtl.mutants import mutants
from fpgajet.rtl.proof import prove_netlist, prove_verilog
from fpgajet.scalars import ScalarGraph, scalar_network
from fpgajet.scalars.evaluate import evaluate as evaluate_scalars
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from tests.networks import LOG, random_jets, random_network, rounded_terms, symmetric, without_soft_pairs
from tests.rtl.conftest import raw_jets

JETS = 600


@pytest.fixture(scope="module")
def network() -> Network:
    """A tagger of the zoo. With ties to even everywhere, as in ``random_network``, the proof does not succeed yet."""
    return collapse(load_model(open_checkpoint(resolve("npelican-n8-c2"))).network())


@pytest.fixture(scope="module")
def netlist(network: Network) -> Netlist:
    return circuit(network, 240.0)[0]


@pytest.fixture(scope="module")
def raw(network: Network) -> np.ndarray:
    return raw_jets(network, JETS).reshape(JETS, -1)


@pytest.mark.parametrize("ii", [1, 3])
def test_a_circuit_is_proved(network: Network, raw: np.ndarray, ii: int) -> None:
    proof = prove_netlist(network, circuit(network, 240.0, RtlOptions(ii=ii))[0], raw)
    assert proof.level is Level.PROVED, proof.reason
    assert proof.cuts


def test_a_circuit_of_several_scores_is_proved_score_by_score() -> None:
    """A circuit that gives two of them in the other order is refuted."""
    network = collapse(random_network(3, 1, rounding="AP_TRN", outputs=3))
    raw = raw_jets(network, JETS).reshape(JETS, -1)
    built = circuit(network, 240.0)[0]
    proof = prove_netlist(network, built, raw)
    assert proof.level is Level.PROVED, proof.reason
    turned = replace(built, outputs=(built.outputs[1], built.outputs[0], built.outputs[2]))
    assert prove_netlist(network, turned, raw).level is Level.REFUTED


def test_rounded_terms_and_pairs_left_out_are_proved() -> None:
    network = without_soft_pairs(random_network(3, 1, rounding="AP_TRN", form=LOG), 3)
    network = collapse(rounded_terms(symmetric(network, once=True)))
    real = network.form.features(random_jets(JETS, 3, narrow=True))
    raw = from_real(real, network.input_type).reshape(JETS, -1)
    built = circuit(network, 240.0)[0]
    proof = prove_netlist(network, built, raw)
    assert proof.level is Level.PROVED, proof.reason
    other = without_soft_pairs(network, 0)
    assert prove_netlist(other, built, raw).level is Level.REFUTED


def test_scalars_compute_what_the_cells_compute(netlist: Netlist, raw: np.ndarray) -> None:
    """Of faulty circuits too, whose cells wrap."""
    for mutant in mutants(netlist, 30, seed=1):
        graph = ScalarGraph()
        try:
            found = np.array(netlist_scalars(mutant.netlist, graph))
        except (NotImplementedError, ValueError):
            continue
        expected = evaluate(mutant.netlist, raw)
        np.testing.assert_array_equal(evaluate_scalars(graph, found, raw), expected, err_msg=mutant.kind)


def test_a_signed_bit_is_0_or_minus_1() -> None:
    bit = Format(True, 1, 0)
    cells = (Input(0, format=Format(False, 1, 0)), Not(0, format=bit))
    netlist = Netlist(cells, (Format(False, 1, 0),), (1,))
    graph, raw = ScalarGraph(), np.array([[0], [1]])
    found = np.array(netlist_scalars(netlist, graph))
    np.testing.assert_array_equal(evaluate_scalars(graph, found, raw), evaluate(netlist, raw))


def test_a_fault_is_refused_unless_it_changes_nothing(
    network: Network, netlist: Netlist, raw: np.ndarray
) -> None:
    """A few events propose; the others check that nothing that differs is proved."""
    reference = scalar_network(network)
    expected = [int(n) for n in reference.stages[reference.output].ravel()]
    prover = Prover(reference.graph, raw[:40])
    prover.reference(expected)
    assert not prover.prove(expected, netlist_scalars(netlist, reference.graph))
    correct, outcomes = evaluate(netlist, raw), Counter[tuple[bool, bool]]()
    for mutant in mutants(netlist, 40, seed=2):
        try:
            proved = not prover.prove(expected, netlist_scalars(mutant.netlist, reference.graph))
        except (NotImplementedError, ValueError):
            proved = False
        differs = bool((evaluate(mutant.netlist, raw) != correct).any())
        assert not (proved and differs), f"{mutant.kind} at cell {mutant.cell} is proved equal, and differs"
        outcomes[proved, differs] += 1
    assert outcomes[False, True] > 15
    assert outcomes[True, False], "no equivalent fault among them: the proof was not tried"


def test_the_proof_is_about_the_files(network: Network, raw: np.ndarray, tmp_path: Path) -> None:
    directory = tmp_path
    emit(network, directory, 240.0, "xcvu9p")
    design = RtlDesign.read(directory)
    assert prove_verilog(network, design, RtlOptions(), raw).level is Level.PROVED
    library = directory / "fpgajet_dsp.v"
    library.write_text(library.read_text().replace("x * y", "x * y + 1"))
    proof = prove_verilog(network, design, RtlOptions(), raw)
    assert proof.level is Level.REFUTED
    assert proof.event is not None
    assert "is not shown to compute what it should" in proof.reason
