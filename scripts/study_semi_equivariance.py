"""How much symmetry pays: VecNets of equal size with other mixtures of channels, physics and hardware side by side.

    python scripts/study_semi_equivariance.py --data JETS --out RUNS [--constituents 16] [--seeds 1 2 3 4 5]
        [--inputs aligned raw] [--mixtures 8/2/4 ...] [--part xcvu13p] [--clock-mhz 360] [--ii 6] [--until float]
        [--set key=value ...]

JETS holds train, val and test jets. RUNS keeps one checkpoint per row, so the same command continues after a kill
and skips what is done. Rows go to docs/results/semi-equivariance.csv (or --result), rewritten after each run,
the figure beside it. Every mixture is trained on momenta as they come (raw) and on momenta turned and boosted to the
jet's axis (aligned): alignment takes two symmetries away by hand, so that "no symmetry" (scalar = vector = 0) means
what it says for raw momenta only. Latency and resources are estimates with 80 % intervals, at the initiation interval
given. With ``--until float`` only float models are trained, and rows hold their physics alone, without a figure.
"""

from __future__ import annotations

import argparse
import itertools
import math
import shlex
import sys
from pathlib import Path
from typing import Any

from fpgajet.devices import part as part_named
from fpgajet.estimate import estimate
from fpgajet.files import atomic_path
from quant.checkpoint import Checkpoint
from quant.checkpoint_network import built_network
from quant.models.messages.plan import Unrounded
from quant.models.vecnet.vecnet_settings import VecNetSettings
from quant.training.read_settings import read_settings
from studies.tables.rows import finished, float_row, with_range, write_table

HERE = Path(__file__).resolve().parent.parent
#: (scalar, vector, hidden): 571 to 718 parameters at the default layers, from no symmetry to full equivariance
GRID = [(0, 0, 10), (4, 0, 8), (4, 1, 8), (6, 0, 7), (8, 0, 5), (8, 2, 4), (10, 2, 2), (11, 0, 0), (11, 2, 0)]

#: input form of each kind of input
FORMS = {"aligned": "aligned", "raw": "momenta"}


def mixture(text: str) -> tuple[int, int, int]:
    """Scalar, vector and hidden channels of ``scalar/vector/hidden``."""
    scalar, vector, hidden = (int(number) for number in text.split("/"))
    return scalar, vector, hidden


def main() -> None:
    """Train what is missing, estimate, write the table and the figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--constituents", type=int, default=16)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--inputs", choices=FORMS, nargs="+", default=list(FORMS))
    parser.add_argument("--mixtures", type=mixture, nargs="+", default=GRID)
    parser.add_argument("--part", default="xcvu13p")
    parser.add_argument("--clock-mhz", type=float, default=360.0)
    parser.add_argument("--ii", type=int, default=6)
    parser.add_argument("--until", choices=("float",), help="no quantised models and no hardware")
    parser.add_argument("--validation-jets", type=int, help="with --until float: so many choose the epoch")
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/semi-equivariance.csv")
    parser.add_argument("--set", dest="assignments", action="append", default=[])
    given = parser.parse_args()

    command = ["python", "scripts/study_semi_equivariance.py", *sys.argv[1:]]
    rows = []
    for kind, seed, (scalar, vector, hidden) in itertools.product(given.inputs, given.seeds, given.mixtures):
        widths = [f"scalar={scalar}", f"vector={vector}", f"hidden={hidden}"]
        sizes = ["model=vecnet", f"constituents={given.constituents}", f"seed={seed}", *widths]
        sizes.append(f"input.form={FORMS[kind]}")
        settings = read_settings(None, [*given.assignments, *sizes])
        mark = "-raw" if kind == "raw" else ""
        out = given.out / f"n{given.constituents}-s{scalar}v{vector}h{hidden}{mark}-seed{seed}"
        if given.until:
            sizes_of = {
                "scalar": scalar,
                "vector": vector,
                "hidden": hidden,
                "parameters": parameters(settings),
            }
            rows.append(
                {"input": kind} | sizes_of | float_row(settings, given.data, out, given.validation_jets)
            )
        else:
            checkpoint = finished(settings, given.data, out, command)
            rows.append({"input": kind} | row(checkpoint, given.part, given.clock_mhz, given.ii))
        write_table(given.result, rows, shlex.join(command))
        print(rows[-1], flush=True)
    if not given.until:
        plot(rows, given.result.with_suffix(".svg"))


def parameters(settings: VecNetSettings) -> int:
    """Numbers that are trained, batch norms folded."""
    plan = settings.plan(Unrounded(settings.bits.front()))
    return sum(math.prod(parameter.shape) for parameter in plan.parameters.values())


def row(checkpoint: Checkpoint, part: str, clock_mhz: float, ii: int) -> dict[str, Any]:
    """Physics of the quantised model on the test jets, and its estimated hardware."""
    config = checkpoint.config
    model: Any = config.model
    result = estimate(built_network(checkpoint), part_named(part), clock_mhz, ii)
    rejection = config.metrics.quantised["inverse_background_efficiency_30"]
    values: dict[str, Any] = {
        "scalar": model.scalar,
        "vector": model.vector,
        "hidden": model.hidden,
        "seed": config.training.seed,
        "parameters": config.parameters,
        "train_jets": config.training.data["train"][0].jets,
        "test_jets": config.training.data["test"][0].jets,
        "float_auc": _rounded(config.metrics.float_["auc"]),
        "auc": _rounded(config.metrics.quantised["auc"]),
        "inverse_background_efficiency_30": _rounded(rejection),
        "ant_factor": None if rejection is None else round(rejection / config.parameters, 4),
        "clock_mhz": clock_mhz,
        "ii": ii,
    }
    for key in ("latency_ns", "lut", "dsp"):
        values |= with_range(key, getattr(result.total, key))
    return values


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)


def plot(rows: list[dict[str, Any]], target: Path) -> None:
    """AUC and background rejection over estimated LUTs; colour: share of channels without symmetry."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import mplhep

    plt.style.use(mplhep.style.CMS)
    figure, axes = plt.subplots(1, 2, figsize=(20, 9), layout="constrained")
    share = [r["hidden"] / (r["scalar"] + 4 * r["vector"] + r["hidden"]) for r in rows]
    for axis, key, label in (
        (axes[0], "auc", "AUC, quantised"),
        (axes[1], "inverse_background_efficiency_30", r"$1/\epsilon_B$ at $\epsilon_S = 0.3$"),
    ):
        lut = [r["lut"] / 1000 for r in rows]
        errors = [
            [(r["lut"] - r["lut_low"]) / 1000 for r in rows],
            [(r["lut_high"] - r["lut"]) / 1000 for r in rows],
        ]
        y = [r[key] or 0.0 for r in rows]
        axis.errorbar(lut, y, xerr=errors, fmt="none", ecolor="0.75", zorder=1)
        for kind, marker in (("aligned", "o"), ("raw", "^")):
            chosen = [i for i, r in enumerate(rows) if r["input"] == kind]
            if not chosen:
                continue
            points = axis.scatter(
                [lut[i] for i in chosen],
                [y[i] for i in chosen],
                160,
                [share[i] for i in chosen],
                marker=marker,
                cmap="viridis",
                vmin=0,
                vmax=1,
                zorder=2,
                label=f"{kind} momenta",
            )
        axis.legend()
        for r, x, value in zip(rows, lut, y, strict=True):
            text = f"{r['scalar']}/{r['vector']}/{r['hidden']}"
            axis.annotate(text, (x, value), xytext=(8, 8), textcoords="offset points", fontsize=17)
        axis.set_xlabel(f"estimated kLUT at II = {rows[0]['ii']} (80 % interval)")
        axis.set_ylabel(label)
    figure.colorbar(points, ax=axes, label="share of channels without symmetry")
    figure.suptitle("VecNet, scalar / vector / hidden channels, about 650 parameters", fontsize=24)
    with atomic_path(target) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
