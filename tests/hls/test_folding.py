"""Networks as C++: bit-exact at every initiation interval, and really folded."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from fpgajet.graph.export import export
from fpgajet.graph.run import OnnxRuntime, Qonnx
from fpgajet.hls.csim import CSimulation, compile_project
from fpgajet.hls.project import write_project
from fpgajet.hls.resources import included
from fpgajet.ops import OPERATORS
from fpgajet.ops.forms import Log, Trigger
from fpgajet.ops.network import Network
from fpgajet.ops.sharing import columns_at_once, phases
from fpgajet.verify.certificate import certify
from fpgajet.verify.vectors import edge_vectors
from tests.feature_model import feature_network
from tests.networks import (
    random_jets,
    random_network,
    rounded_terms,
    scaled,
    symmetric,
    with_jet,
    with_random_features,
    with_row_sums,
    without_soft_pairs,
)
from tests.vecnets import every_network

NETWORKS = dict(every_network()) | {
    "npelican": random_network(n=5, beams=1),
    "npelican symmetric": symmetric(random_network(n=4), once=True),
    "npelican rows": with_row_sums(random_network(n=4)),
    "npelican jet": with_jet(with_row_sums(random_network(n=4, beams=1))),
    "npelican_n": scaled(random_network(n=4)),
    "trigger": random_network(n=4, form=Trigger()),
    "log": rounded_terms(without_soft_pairs(random_network(n=5, form=Log()), 6)),
}
FIRMWARE = Path(__file__).parents[2] / "firmware"


def features(network: Network, count: int) -> np.ndarray:
    jets = random_jets(count, network.constituents)
    return network.form.features(with_random_features(network.form, jets))


def simulated(network: Network, work: Path, reuse_factor: int) -> CSimulation:
    jets = features(network, 20)
    write_project(
        export(network), network, work / "hls", part="xcvu9p-flga2104-2-e", clock_mhz=360.0,
        vectors=jets, reuse_factor=reuse_factor,
    )  # fmt: skip
    return CSimulation(work / "hls", compile_project(work / "hls", work / "csim", optimisation="-O1"))


@pytest.mark.parametrize(
    ("name", "reuse_factor"),
    [
        ("mixed", 1),
        ("hidden", 2),
        ("equivariant", 3),
        ("lorentznet", 6),
        ("maxima", 2),
        ("events", 2),
        ("features", 1),
        ("npelican", 2),
        ("npelican symmetric", 3),
        ("npelican jet", 2),
        ("npelican_n", 4),
        ("trigger", 2),
        ("log", 3),
    ],
)
def test_every_interval_is_certified(tmp_path: Path, name: str, reuse_factor: int) -> None:
    network = feature_network() if name == "features" else NETWORKS[name]
    model, jets = export(network), features(network, 300)
    events = {"jets": jets} | edge_vectors(network, 1000, 1, jets)
    runs = [OnnxRuntime(model, network), Qonnx(model, network), simulated(network, tmp_path, reuse_factor)]
    certificate = certify(network, runs, events, score_kind="jets")
    assert certificate.first_differences == []
    document = certificate.document()
    assert document["clean"]
    assert document["total_events"] >= 1300


@pytest.mark.parametrize("columns", [1, 2, 8, 15, 16])
def test_phases_cover_all_columns(columns: int) -> None:
    for interval in range(1, 20):
        at_once, needed = columns_at_once(columns, interval), phases(columns, interval)
        assert needed <= interval
        assert (needed - 1) * at_once < columns <= needed * at_once


def test_what_is_shared_is_one_instance_with_an_interval_of_one() -> None:
    """Every function called once a phase is limited to one instance, pipelined, and never inlined."""
    folding = {
        op.header
        for op in OPERATORS.values()
        if FIRMWARE / "fpgajet_folding.h" in included(op.header) and op.header != "fpgajet_row_sums.h"
    }
    assert len(folding) >= 7
    for header in folding:
        code = (FIRMWARE / header).read_text()
        shared = set(re.findall(r"^(?:template <.*> )?void (\w+_shared)\(", code, re.M))
        assert shared, header
        assert shared == set(re.findall(r"ALLOCATION function instances=(\w+)<.*> limit=1\n", code)), header
        for name in shared:
            body = code[code.index(f"void {name}(") :]
            opening = re.findall(r"#pragma HLS (.*)", body)[:2]
            assert opening == ["INLINE off", "PIPELINE II=1"], (header, name)
