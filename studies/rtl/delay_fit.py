"""Delays of a family from routed designs: what the cells on the longest path of every stage cost, by least squares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices.delays import SMALL_DESIGN, Delays
from fpgajet.rtl.design import Circuit
from fpgajet.rtl.ir.delays import delay
from studies.rtl.stages import design_size, model_stages
from studies.rtl.timing_evidence import rank_correlation

#: What is fitted; the first two belong to every stage, the others to the cells on its path.
FITTED = (
    "register_ns", "doubling_ns", "level_ns", "gate_ns", "limit_ns", "table_ns", "adder_ns", "carry8_ns", "distance_ns",
    "product_ns",
)  # fmt: skip
#: Rounds after which the longest paths have settled.
ROUNDS = 20
#: Share of designs whose slowest stage the margin covers.
COVERED = 0.8


@dataclass(frozen=True)
class Design:
    """A routed design.

    Attributes:
        name: for people. circuit: what was routed.
        data_ns: by stage, when the last bit reaches its register by the router; 0 where there is none.
    """

    name: str
    circuit: Circuit
    data_ns: NDArray[np.float64]


def of_stages(designs: Sequence[Design], delays: Delays) -> list[NDArray[np.float64]]:
    """By design, of its stages with logic: delay in ns by the model, without margin, and by the router; fan-out."""
    found = []
    for design in designs:
        stages = model_stages(design.circuit, delays)
        rows = [
            (stage.delay_ns, latest, stage.fan_out)
            for stage, latest in zip(stages, design.data_ns, strict=True)
            if stage.delay_ns and latest
        ]
        found.append(np.array(rows, dtype=np.float64).T)
    return found


def fitted(designs: Sequence[Design], start: Delays) -> Delays:
    """Delays by least squares over all stages, none negative; the margin covers four in five of these designs.

    Args:
        start: number of inputs of a look-up table, and delays that tell the longest paths in the first round.
    """
    from scipy.optimize import nnls

    units = [start.model_copy(update=dict.fromkeys(FITTED, 0.0) | {name: 1.0}) for name in FITTED]
    found = start
    for _ in range(ROUNDS):
        rows, data = [], []
        for design in designs:
            cells = design.circuit.netlist.cells
            doublings = max(0.0, float(np.log2(design_size(design.circuit) / SMALL_DESIGN)))
            for stage, latest in zip(model_stages(design.circuit, found), design.data_ns, strict=True):
                if stage.path and latest > 0:
                    of_path = [sum(delay(cells[n], cells, unit) for n in stage.path) for unit in units[2:]]
                    rows.append([1.0, doublings, *of_path])
                    data.append(latest)
        costs, _ = nnls(np.array(rows), np.array(data))
        before, found = (
            found,
            found.model_copy(
                update={name: round(float(cost), 2) for name, cost in zip(FITTED, costs, strict=True)}
            ),
        )
        if before == found:
            break
    over = [router.max() - model.max() for model, router, _ in of_stages(designs, found)]
    return found.model_copy(update={"margin_ns": round(max(0.0, float(np.quantile(over, COVERED))), 2)})


def judged(designs: Sequence[Design], delays: Delays) -> dict[str, Any]:
    """How well delays describe routed designs: all stages together, then the slowest stage of every design."""
    own = of_stages(designs, delays)
    pairs = [(model, router) for model, router, _ in own]
    model, router, fan_out = np.concatenate(own, axis=1)
    scale = float(model @ router / (model @ model))
    line = np.polyfit(model, router, 1)
    ratios = np.array([router.max() / model.max() for model, router in pairs])
    ranks = [_faster(*pair) for pair in pairs]
    return {
        "designs": len(designs),
        "stages": len(model),
        "rank_correlation_of_stages": rank_correlation(model.tolist(), router.tolist()),
        "rank_correlation_of_the_rest_with_fan_out": rank_correlation(
            fan_out.tolist(), (router - scale * model).tolist()
        ),
        "rms_ns": round(float(np.sqrt(np.mean((router - model) ** 2))), 2),
        "rms_after_one_factor_ns": round(float(np.sqrt(np.mean((router - scale * model) ** 2))), 2),
        "rms_after_a_line_ns": round(float(np.sqrt(np.mean((router - np.polyval(line, model)) ** 2))), 2),
        "router_per_model": {
            "median": round(float(np.median(ratios)), 2),
            "lowest": round(float(ratios.min()), 2),
            "highest": round(float(ratios.max()), 2),
            "highest_per_lowest": round(float(ratios.max() / ratios.min()), 2),
        },
        "same_slowest_stage": sum(rank == 0 for rank in ranks),
        "among_three_slowest": sum(rank < 3 for rank in ranks),
        "within_margin": sum(
            bool(router.max() <= model.max() + delays.margin_ns) for model, router in pairs
        ),
    }  # fmt: skip


def _faster(model: NDArray[np.float64], router: NDArray[np.float64]) -> int:
    """By the router, how many stages are slower than those that the model takes for the slowest."""
    expected = router[model > model.max() - 1e-3].max()  # several stages are often equal in the model
    return int((router > expected).sum())


def values(delays: Delays) -> Mapping[str, float]:
    """What was fitted, and the margin."""
    return {name: float(getattr(delays, name)) for name in (*FITTED, "margin_ns")}
