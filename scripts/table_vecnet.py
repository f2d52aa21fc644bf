"""Float VecNets with the widths of arXiv 2202.06941, table 2, on our jets, beside the published values.

    python scripts/table_vecnet.py --data JETS --out RUNS [--presets paper-efficient paper-best] [--seeds 1 2 3]
        [--test-jets K] [--set key=value ...]

JETS holds train, val and test jets. RUNS keeps one directory per row, so the same command continues after a kill and
skips what is done. Rows go to docs/results/vecnet-published.csv (or --result);
rows of other presets that are there stay.
"""

from __future__ import annotations

import csv
import itertools
import shlex
import sys
from pathlib import Path
from typing import Any

from quant.models.vecnet_published.layers import count_parameters
from quant.training.read_settings import read_settings
from studies.tables.rows import float_row, seeds_parser, write_table

HERE = Path(__file__).resolve().parent.parent
#: preset -> accuracy, AUC, 1 / eps_B at eps_S = 0.3, parameters
PUBLISHED = {"paper-efficient": (0.931, 0.981, 3482, 15_000), "paper-best": (0.935, 0.984, 4046, 633_000)}
COLUMNS = ("published_accuracy", "published_auc", "published_rejection_30", "published_parameters")


def main() -> None:
    """Train what is missing, seed by seed, and keep the table up to date."""
    parser = seeds_parser(__doc__ or "", HERE / "docs/results/vecnet-published.csv")
    parser.add_argument("--presets", choices=PUBLISHED, nargs="+", default=list(PUBLISHED))
    parser.add_argument("--test-jets", type=int, help="so many give the metrics; default: all")
    given = parser.parse_args()
    command = shlex.join(["python", "scripts/table_vecnet.py", *sys.argv[1:]])
    rows = [row for row in present(given.result) if row["preset"] not in given.presets]
    for preset, seed in itertools.product(given.presets, given.seeds):
        chosen = ["model=vecnet", f"preset={preset}", f"seed={seed}"]
        settings = read_settings(None, [*given.assignments, *chosen])
        own: dict[str, Any] = {"preset": preset, "parameters": count_parameters(settings, norms=False)}
        out = given.out / f"{preset}-n{settings.constituents}-seed{seed}"
        own |= float_row(settings, given.data, out, given.validation_jets, given.test_jets)
        rejection = own["inverse_background_efficiency_30"]
        own["ant_factor"] = None if rejection is None else round(rejection / own["parameters"], 5)
        rows.append(own | dict(zip(COLUMNS, PUBLISHED[preset], strict=True)) | {"command": command})
        print(rows[-1], flush=True)
        write_table(given.result, rows, command)


def present(path: Path) -> list[dict[str, Any]]:
    """Rows of a table, each with the command that made it; none where there is no table."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


if __name__ == "__main__":
    main()
