"""A row of boosted trees: xgboost's metrics, the same from conifer's C++, and conifer's estimate of resources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import require_extra
from quant.data import read_jets
from quant.metrics import tagging_errors, tagging_metrics
from quant.training.data import part_of
from studies.trees.features import features

#: of xgboost; small enough for a trigger
TREES, DEPTH, RATE = 60, 4, 0.2
#: of cuts and features (integers), of leaves, of sums
PRECISION = {
    "InputPrecision": "ap_fixed<16,16>",
    "ThresholdPrecision": "ap_fixed<16,16>",
    "WeightPrecision": "ap_fixed<18,4>",
    "ScorePrecision": "ap_fixed<22,8>",
}


def trained(x: NDArray[np.float32], label: NDArray[Any], trees: int = TREES, depth: int = DEPTH) -> Any:
    """An ``xgboost.XGBClassifier`` of whole numbers [n, features]; its cuts are whole numbers too."""
    import xgboost

    model = xgboost.XGBClassifier(
        n_estimators=trees,
        max_depth=depth,
        learning_rate=RATE,
        tree_method="hist",
        n_jobs=1,
        random_state=1,
    )
    return model.fit(x, label)


def in_cpp(model: Any, part: str, clock_mhz: float, out: Path) -> Any:
    """conifer's HLS project in ``out``, compiled: its ``decision_function`` runs that C++."""
    import conifer

    config = conifer.backends.xilinxhls.auto_config()
    del config["Precision"]
    config |= {"OutputDir": str(out), "XilinxPart": part, "ClockPeriod": 1000.0 / clock_mhz, **PRECISION}
    firmware = conifer.converters.convert_from_xgboost(model, config)
    with _headers():
        firmware.compile()
    return firmware


def estimate(firmware: Any) -> dict[str, int]:
    """LUT, FF and clocks of latency that conifer's model of HLS designs gives. It knows neither part nor clock."""
    import conifer

    found = conifer.utils.performance.performance_estimates(firmware, "xilinxhls")
    return {f"conifer_estimate_{name}": int(value) for name, value in found.items()}


def boosted_trees_row(
    data: Path,
    constituents: int,
    part: str,
    clock_mhz: float,
    out: Path,
    *,
    objects: bool = False,
    trees: int = TREES,
    depth: int = DEPTH,
) -> dict[str, Any]:
    """Train on ``data``/train, measure on ``data``/test, and hold conifer's C++ against xgboost's scores.

    Args:
        data: directory with train and test jets (or events, with ``objects``) of two classes.
        constituents: leading ones that features are computed from, as for the networks of the same table.
        part, clock_mhz: of the HLS project.
        out: folder for the project.
        trees, depth: of xgboost.

    Raises:
        MissingTool: xgboost or conifer is not installed.
    """
    require_extra("xgboost", "conifer", "hls4ml")
    import xgboost

    train, test = (
        read_jets(part_of(data, name), constituents=constituents, objects=objects)
        for name in ("train", "test")
    )
    names, x = features(train)
    model = trained(x, train.label, trees, depth)
    unseen = features(test)[1]
    theirs = model.predict(unseen, output_margin=True).astype(np.float64)
    firmware = in_cpp(model, part, clock_mhz, out)
    ours = np.asarray(firmware.decision_function(unseen), dtype=np.float64).reshape(-1)
    metrics = tagging_metrics(test.label, ours)
    errors = tagging_errors(test.label, ours)
    keys = ("accuracy", "auc", "inverse_background_efficiency_30")
    return {
        "model": "boosted trees",
        "features": "; ".join(names),
        "trees": trees,
        "depth": depth,
        "train": len(train),
        "test": len(test),
        **{key: metrics[key] for key in keys},
        **{f"{key}_error": errors[f"{key}_error"] for key in keys},
        "auc_xgboost": tagging_metrics(test.label, theirs)["auc"],
        "largest_difference": float(np.abs(ours - theirs).max()),
        "same_decision": float(np.mean((ours > 0) == (theirs > 0))),
        **estimate(firmware),
        "conifer": version("conifer"),
        "xgboost": xgboost.__version__,
    }


@contextmanager
def _headers() -> Iterator[None]:
    """hls4ml's ap_fixed headers for conifer, whose wheel has none."""
    spec = find_spec("hls4ml")
    assert spec is not None
    assert spec.origin is not None
    before = os.environ.get("XILINX_AP_INCLUDE")
    os.environ["XILINX_AP_INCLUDE"] = str(Path(spec.origin).parent / "templates/vivado/ap_types")
    try:
        yield
    finally:
        if before is None:
            del os.environ["XILINX_AP_INCLUDE"]
        else:
            os.environ["XILINX_AP_INCLUDE"] = before
