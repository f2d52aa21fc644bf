"""The comparison with peers: its own arithmetic, without HGQ2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import alkaid.codegen.rtl as alkaid_rtl
import numpy as np
import pytest
from alkaid.trace import FVArray, HWConfig
from numpy.typing import NDArray

from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.tools.verilator import VerilogSimulation
from fpgajet.rtl.write.design import LIBRARY, RtlDesign
from quant.data import read_jets, shipped_sample
from studies.peers import trees
from studies.peers.hardware import TERNARY, traced
from studies.peers.lengths import columns, within
from studies.peers.measuring import chosen, shift
from studies.peers.rows import COLUMNS, append, dominated, read
from studies.peers.symmetry import symmetry
from studies.peers.tables import at_equal_gain, at_equal_lut, front, series
from studies.peers.training import PRICES, RATE, price, rate

FRONT = [
    {"lut": 1000, "auc": 0.90},
    {"lut": 2000, "auc": 0.89},
    {"lut": 4000, "auc": 0.94},
    {"lut": 8000, "auc": 0.94},
]


def test_front() -> None:
    """What costs more for less, or more for the same, is beaten."""
    assert dominated(FRONT) == [False, True, False, True]
    assert front(list(reversed(FRONT))) == [FRONT[0], FRONT[2]]


def test_between_the_points_of_a_front() -> None:
    """Straight in log LUT, and the two ways agree; outside, the end or nothing."""
    assert at_equal_lut(FRONT, 2000) == pytest.approx(0.92)
    assert at_equal_gain(FRONT, 0.92) == pytest.approx(2000)
    assert (at_equal_lut(FRONT, 999), at_equal_lut(FRONT, 1e6)) == (None, 0.94)
    assert (at_equal_gain(FRONT, 0.5), at_equal_gain(FRONT, 0.95)) == (1000, None)


def test_chosen_epochs() -> None:
    """The cheapest of the front within every loss, once each; epochs off the front are not seen."""
    epochs = [
        {"epoch": 0, "auc": 0.9700, "ebops": 900},
        {"epoch": 1, "auc": 0.9699, "ebops": 500},
        {"epoch": 2, "auc": 0.9690, "ebops": 100},
        {"epoch": 3, "auc": 0.9300, "ebops": 10},
        {"epoch": 4, "auc": 0.9699, "ebops": 1},
    ]
    record = {"epochs": epochs, "front": [f"epoch{n:03d}.keras" for n in range(4)]}
    assert [epoch["epoch"] for epoch in chosen(record, (0.0, 0.0005, 0.002, 0.003))] == [0, 1, 2]


def test_lengths() -> None:
    """Of each training the best AUC with so many EBOPs or fewer, wherever in the training it was."""
    found = [(0.97, 90_000), (0.96, 60_000), (0.95, 50_000)]
    epochs = [{"auc": auc, "ebops": ebops} for auc, ebops in found]
    assert [within(epochs, limit) for limit in (40_000, 50_000, 60_000, 10**6)] == [None, 0.95, 0.96, 0.97]
    peer = {"kind": "deep-sets", "constituents": 8}
    row = columns({"peer": peer, "seed": 2, "jets": 9, "cpu_s": 7, "epochs": epochs})
    assert (row["model"], row["epochs"], row["best"]) == ("deep-sets-n8-w16", 3, 0.97)
    assert (row["auc_40000"], row["auc_60000"], row["auc_200000"]) == (None, 0.96, 0.97)


def test_looks() -> None:
    """Cells that nobody counted are open markers, and a kind is once in the legend, also where it is low."""
    peer = {"tool": "HGQ2", "model": "jedi-linear-n16-w16", "constituents": 16, "lut_by": "Yosys"}
    rows = [
        peer | {"lut": 3000, "auc": 0.97},
        peer | {"lut": 2000, "auc": 0.96, "lut_by": "alkaid"},
        peer | {"lut": 1000, "auc": 0.70, "constituents": 8},
    ]
    filled, empty = series(rows, "auc")
    assert (filled.points, filled.published, filled.label) == ([(3000, 0.97)], False, "HGQ2 JEDI-linear")
    assert (empty.points, empty.published, empty.label) == ([(2000, 0.96)], True, "")


def test_schedules() -> None:
    """The price is that of the first part until it rises to the last; every cycle ends at a small rate."""
    assert (price(0, 100), price(20, 100), price(99, 100)) == pytest.approx((PRICES[0], PRICES[0], PRICES[1]))
    assert price(60, 100) > price(40, 100)
    assert rate(0, 150) == pytest.approx(RATE)
    assert rate(24, 150) < RATE / 1000 < rate(25, 150)


def test_symmetry() -> None:
    """A sum over constituents does not see their order, the first one does; an energy does not see a rotation."""
    rng = np.random.default_rng(5)
    momenta = rng.normal(size=(200, 4, 3)) + np.array([3.0, 0.0, 0.0])
    p = np.concatenate([np.linalg.norm(momenta, axis=-1, keepdims=True), momenta], -1)

    def energy(q: NDArray[Any]) -> NDArray[np.float64]:
        return np.round(q[..., 0].sum(1, keepdims=True), 9)

    found = symmetry(energy, p)
    assert (found["permuted"], found["permutation"], found["rotation"]) == (0, 0, 0)
    assert found["boost"] > 0.1
    ordered = symmetry(lambda q: np.round(q[:, :1, 1], 9), p)
    assert 0.6 < ordered["permuted"] < 0.9  # a quarter keep their first constituent
    assert ordered["rotation"] > 0.05


def test_last_bias() -> None:
    """Scores that were moved away come back: to the likelier side of 0, and to the likeliest class."""
    rng = np.random.default_rng(7)
    label = rng.integers(0, 3, 4000)
    scores = 2 * np.eye(3)[label] + rng.normal(size=(4000, 3))
    away = np.array([0.0, 3.0, -1.0])
    found = shift(label, scores - away)
    assert np.abs(found - found.mean() - (away - away.mean())).max() < 0.1
    two, one = (label > 0).astype(np.int64), scores[:, 1:2] - 5.0
    assert (one + shift(two, one) > 0).mean() == pytest.approx(0.9, abs=0.15)


def test_rows_are_kept(tmp_path: Path) -> None:
    """A later row of a name replaces the earlier."""
    for row in ({"name": "a", "lut": 1}, {"name": "b", "lut": 2}, {"name": "a", "lut": 3}):
        append(tmp_path / "rows.jsonl", row)
    assert read(tmp_path / "rows.jsonl") == [{"name": "a", "lut": 3}, {"name": "b", "lut": 2}]


def test_an_activation_of_one_bit() -> None:
    """Of 2 (a + b) the values 0 and 4: alkaid alone reads another bit for 496 of the 1,024 pairs."""
    given = FVArray.from_kif(*(np.full(2, n, np.int8) for n in (0, 2, 4)), HWConfig(1, -1, -1), 0, {})
    logic = traced(given, (2 * (given[:1] + given[1:])).quantize(0, 3, -2, "WRAP", "TRN"))
    pairs = np.stack(np.meshgrid(*[np.arange(0, 2, 1 / 16)] * 2), -1).reshape(-1, 2)
    shown = np.asarray(logic.predict(pairs, n_threads=1)).ravel()
    np.testing.assert_array_equal(shown, 4 * (2 * pairs.sum(1) // 4 % 2))


def test_row_of_trees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every column is there, the order of constituents is not seen, and conifer's C++ is held against xgboost."""
    pytest.importorskip("xgboost")
    jets = read_jets(shipped_sample(), constituents=4, max_jets=300)
    monkeypatch.setattr(trees, "MOVED", 40)
    monkeypatch.setattr(trees, "SIMULATED", 100)
    monkeypatch.setattr(trees, "in_cpp", lambda model, *_: OffByALittle(model))
    sizes = dict.fromkeys(("lut", "ff", "latency"), 7)
    monkeypatch.setattr(
        trees, "estimate", lambda _: {f"conifer_estimate_{name}": n for name, n in sizes.items()}
    )
    row = trees.measure(jets[:200], jets, 4, tmp_path)
    assert set(row) == {*COLUMNS, "name"}
    assert row["auc"] > 0.9
    assert (row["permuted"], row["lut"], row["train_jets"]) == (0, 7, 200)
    assert (row["simulated"], row["training_differences"]) == (100, 100)


class OffByALittle:
    """Stands for conifer's firmware."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def decision_function(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(self.model.predict(x, output_margin=True), np.float64) - 2**-14


#: signed, negated, shifted operands, bits of the result and bits dropped
ADDERS = (
    ((1, 1, 1), (0, 0, 0), (0, 0, 0), 6, 0),
    ((1, 0, 1), (0, 1, 0), (2, 0, 1), 7, 0),
    ((0, 1, 0), (1, 0, 0), (0, 3, 1), 5, 2),
    ((1, 1, 0), (0, 0, 1), (3, 1, 0), 8, 0),
    ((1, 0, 1), (1, 1, 0), (1, 2, 0), 6, 1),
    ((1, 1, 1), (1, 1, 1), (0, 1, 2), 7, 0),
    ((0, 0, 0), (0, 0, 0), (0, 4, 5), 3, 0),
    ((0, 0, 1), (0, 0, 0), (5, 0, 4), 9, 3),
)


def test_adder_of_three_operands(tmp_path: Path) -> None:
    """The adder that Yosys counts is alkaid's, for every value of operands of three bits."""
    theirs = (Path(alkaid_rtl.__file__).parent / "verilog" / "source" / "ternary_adder.v").read_text()
    (tmp_path / "theirs.v").write_text(theirs.replace("module ternary_adder", "module theirs"))
    for source in (TERNARY, LIBRARY / "fpgajet_ternary.v"):
        (tmp_path / source.name).write_text(source.read_text())
    adders, place = [], 0
    for signs, negated, pads, width, dropped in ADDERS:
        each = zip(signs, negated, pads, strict=True)
        operands = [
            f".BW_INPUT{n}(3), .SIGNED{n}({s}), .NEGATE{n}({m}), .PAD{n}({p})"
            for n, (s, m, p) in enumerate(each)
        ]
        ports = ".in0(x[2:0]), .in1(x[5:3]), .in2(x[8:6])"
        for name in ("theirs", "ternary_adder"):
            parameters = ", ".join([*operands, f".BW_OUT({width}), .DROP_LSBS({dropped})"])
            adders.append(
                f"{name} #({parameters}) add{place} ({ports}, .out(y[{place + width - 1}:{place}]));"
            )
            place += width
    top = f"""module fpgajet_top (input clk, input rst, input valid_in, input [8:0] jet,
  output reg valid_out, output [{place - 1}:0] score);
  reg [8:0] x; wire [{place - 1}:0] y; assign score = y;
  always @(posedge clk) begin valid_out <= valid_in & ~rst; x <= jet; end
  {" ".join(adders)}
endmodule
"""
    (tmp_path / "fpgajet_top.v").write_text(top)
    shown = tuple(Format(False, width, 0) for *_, width, _ in ADDERS for _ in range(2))
    sources = ("fpgajet_top.v", "theirs.v", TERNARY.name, "fpgajet_ternary.v")
    design = RtlDesign(tmp_path, sources, 1, 1, 360.0, "xcvu13p", 0, 0, 0.0, (Format(False, 9, 0),), shown)
    scores = VerilogSimulation(design).scores(np.arange(512)[:, None])
    assert (scores[:, ::2] == scores[:, 1::2]).all()
    assert len(np.unique(scores[:, 2])) > 40
