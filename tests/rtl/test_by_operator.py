"""A circuit of a message-passing network is proved operator by operator; a fault is never proved away."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from fpgajet import ops
from fpgajet.ops.network import Network
from fpgajet.prove.proof import Level, Proof
from fpgajet.rtl import proof as rtl_proof
from fpgajet.rtl.by_operator import ByOperator
from fpgajet.rtl.cuts import Pair, Proposals
from fpgajet.rtl.design import circuit
from fpgajet.rtl.ir.cells import Not
from fpgajet.rtl.ir.evaluate import evaluate
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.mutants import mutants
from fpgajet.scalars import scalar_network
from tests.rtl.conftest import raw_jets
from tests.vecnets import ARGUMENT, BIT, FEATURE, SIGNED_LOG, Builder

#: Events that propose, and those on which faults show.
FEW, MANY = 100, 1500


@pytest.fixture(scope="module")
def network() -> Network:
    """Messages between three constituents; every value is cut, none rounded."""
    b = Builder(n=3, seed=3)
    b.add("mask", ops.ConstituentMask(BIT, 3, 0), "momenta")
    b.add("edges", ops.CompleteGraph(BIT, 3), "mask")
    b.add("h", ops.SignedLog(SIGNED_LOG, ARGUMENT, 1), "momenta")
    b.add("messages", ops.PairDense(FEATURE, 4, 2, 1), "h")
    b.add("mean", ops.NeighbourMean(FEATURE, 0), "messages", "edges")
    b.score(b.add("node", ops.Dense(FEATURE, 2, 1), "mean"))
    return b.network("messages")


@pytest.fixture(scope="module")
def netlist(network: Network) -> Netlist:
    return circuit(network, 240.0)[0]


@pytest.fixture(scope="module")
def raw(network: Network) -> np.ndarray:
    return raw_jets(network, MANY).reshape(MANY, -1)


def by_operator(network: Network, netlist: Netlist, raw: np.ndarray) -> ByOperator:
    return ByOperator(network, scalar_network(network), netlist, raw[:FEW])


def test_a_circuit_is_proved_operator_by_operator(
    network: Network, netlist: Netlist, raw: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way that is taken where the whole is not proved."""

    def not_shown(*_: object) -> Proof:
        return Proof("netlist", Level.COMPARED, "too large")

    monkeypatch.setattr(rtl_proof, "prove_outputs", not_shown)
    proof = rtl_proof.prove_netlist(network, netlist, raw[:FEW])
    assert proof.level is Level.PROVED, proof.reason
    assert [o.name for o in proof.operators] == [node.name for node in network.nodes]
    assert all(o.proved for o in proof.operators)


def test_a_fault_is_refused_unless_it_changes_nothing(
    network: Network, netlist: Netlist, raw: np.ndarray
) -> None:
    correct, outcomes = evaluate(netlist, raw), Counter[tuple[bool, bool]]()
    for mutant in mutants(netlist, 12, seed=5):
        try:
            proved = by_operator(network, mutant.netlist, raw).prove()[-1].proved
        except (NotImplementedError, ValueError):
            proved = False
        differs = bool((evaluate(mutant.netlist, raw) != correct).any())
        assert not (proved and differs), f"{mutant.kind} at cell {mutant.cell} is proved equal, and differs"
        outcomes[proved, differs] += 1
    assert outcomes[False, True] > 2
    assert outcomes[True, False], "no equivalent fault among them: the proof was not tried"


def test_a_proposal_is_not_believed(
    network: Network, netlist: Netlist, raw: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell that is said to be another element is not cut."""
    true = Proposals.pairs
    wrong: list[tuple[str, Pair]] = []

    def swapped(self: Proposals, stage: str, place: int) -> list[Pair]:
        other = place ^ 1
        found = list(true(self, stage, other)) if other < self.elements[stage].shape[1] else []
        pairs = [pair._replace(place=place) for pair in found]
        wrong.extend((stage, pair) for pair in pairs if stage == "h")
        return pairs

    monkeypatch.setattr(Proposals, "pairs", swapped)
    prover = by_operator(network, netlist, raw)
    for node in network.nodes[:3]:
        prover._operator(node)
    assert wrong
    assert not any(stage == "h" for _, stage in prover._cuts.nodes.values())


def test_what_is_not_proved_is_named(network: Network, netlist: Netlist, raw: np.ndarray) -> None:
    """One output inverted in its lowest bit: the score is not proved, the operators before it are."""
    last = netlist.outputs[0]
    inverted = Not(last, format=netlist.cells[last].format)
    broken = replace(netlist, cells=(*netlist.cells, inverted), outputs=(len(netlist.cells),))
    found = by_operator(network, broken, raw).prove()
    assert not found[-1].proved
    assert found[-1].reason == "1 of 1 values: differs in a sample event"
    assert all(o.proved for o in found if o.name in ("mask", "edges", "h"))
