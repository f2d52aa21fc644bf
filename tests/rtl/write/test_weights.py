"""Weights in registers: the write port and AXI4-Lite, driven by cocotb while events go through."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("alkaid")

from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.ops.registers import register_types, with_values
from fpgajet.rtl import RtlDesign, RtlOptions, emit
from fpgajet.rtl.tools.bus import pack
from fpgajet.rtl.write.classifiers import WRAPPERS
from tests.rewritable_network import rewritable_network, weight_sets
from tests.rtl.conftest import need, raw_jets

EVENTS = 40
BENCHES = {
    "fpgajet_weights": ("bench_weights", {
        "swapped_between_two_events", "writes_alone_change_nothing", "a_write_at_the_commit_waits",
    }),
    "fpgajet_weights_axi_lite": ("bench_weights_axi", {
        "swapped_over_axi_lite", "what_is_read_back", "what_is_refused",
    }),
}  # fmt: skip


@pytest.fixture(scope="module")
def network() -> Network:
    return rewritable_network()


def facts_of(network: Network, design: RtlDesign) -> dict[str, np.ndarray]:
    """Buses, weights and scores; with any two sets most events have other scores."""
    raw, sets, types = raw_jets(network, EVENTS), weight_sets(network, 4), register_types(network)
    given = FixedArray(raw, network.input_type.fraction)
    scores = np.stack([with_values(network, row).reference(given)["score"].raw.ravel() for row in sets])
    assert all((a != b).mean() > 0.5 for k, a in enumerate(scores) for b in scores[:k])
    events = design.jet[: -len(types)]
    size = (sum(shape.width for shape in events) + 7) // 8
    buses = pack(raw.reshape(EVENTS, -1), events, size)
    return {
        "jets": np.array([row.tobytes()[::-1].hex() for row in buses]),
        "weights": sets & np.array([(1 << kind.bits) - 1 for kind in types]),
        "signed": sets,
        "scores": scores,
        "latency": np.array(design.latency_cycles),
        "ii": np.array(design.ii),
    }


@pytest.mark.parametrize(
    ("top", "ii"), [("fpgajet_weights", 1), ("fpgajet_weights", 3), ("fpgajet_weights_axi_lite", 1)]
)
def test_cocotb_swaps_weights_between_events(top: str, ii: int, network: Network, tmp_path: Path) -> None:
    """At an interval of 1, and of 3 with hardware shared."""
    pytest.importorskip("cocotbext.axi")
    if pytest.importorskip("find_libpython").find_libpython() is None:
        pytest.skip("needs a Python with a shared library, which cocotb loads")
    need("verilator", "g++")
    from tests.export.cocotb_verilator import compile_for_cocotb, run_cocotb

    design = emit(network, tmp_path / "rtl", 320, "xcvu9p", RtlOptions(ii=ii))
    bench, names = BENCHES[top]
    np.savez(tmp_path / "bench.npz", **facts_of(network, design))
    (tmp_path / "work").mkdir()
    sources = [design.directory / name for name in design.sources]
    sources += sorted((design.directory / WRAPPERS).glob("*.v"))
    program = compile_for_cocotb(sources, top, tmp_path / "work")
    values = {"FPGAJET_BENCH": str(tmp_path / "bench.npz")}
    found = run_cocotb(program, top, f"tests.rtl.write.{bench}", values)
    assert {name: failure for name, failure in found.items() if failure} == {}
    assert set(found) == names
