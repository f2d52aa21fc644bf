"""Tables of float trainings beside published values: all seeds, as mean and spread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, stdev

from studies.docs_tables.markers import markdown, rows_of, thousands

REJECTION = "inverse_background_efficiency_30"
Row = Mapping[str, str]


def grouped(rows: Sequence[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    """Rows by the values of some columns, in the order of their first rows."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    return groups


def spread(rows: Sequence[Row], column: str, digits: int) -> str:
    """Mean and sample standard deviation over seeds; a single one has none. A rejection may be missing: no background
    jet passes."""
    values = [float(row[column]) for row in rows if row[column]]
    if not values:
        return "-"
    error = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{fmean(values):.{digits}f}{error}"


def float_n80_paper() -> str:
    """nanoPELICAN by the paper's regime, without beams and with two."""
    rows = [dict(row, beams="0") for row in rows_of("docs/results/float-n80-paper.csv")]
    rows += [dict(row, beams="1") for row in rows_of("docs/results/float-n80-beams.csv")]
    cells = []
    for (hidden, alpha, beams), seeds in sorted(
        grouped(rows, "hidden", "alpha", "beams").items(), key=lambda item: (int(item[0][0]), *item[0][1:])
    ):
        best = min(seeds, key=lambda row: float(row["validation_loss"]))
        name = f"nPELICAN{'_N' if alpha == '1' else ''}, C = {hidden}{', two beams' if beams == '1' else ''}"
        ours = [spread(seeds, "auc", 4), f"{float(best['auc']):.4f}", spread(seeds, REJECTION, 0)]
        published = [
            f"{seeds[0]['published_auc']} ± {seeds[0]['published_spread']}",
            seeds[0]["published_rejection_30"],
        ]
        cells.append([name, seeds[0]["parameters"], len(seeds), *ours, *published])
    headings = [
        "model", "parameters", "seeds", "AUC", "AUC of lowest loss", "1/ε_B at 0.3", "published AUC",
        "published 1/ε_B",
    ]  # fmt: skip
    return markdown(headings, cells)


def semi_equivariance_float() -> str:
    """Mixtures of channels on raw and on aligned momenta."""
    rows = rows_of("docs/results/semi-equivariance-float.csv")
    cells = []
    for mixture, both in grouped(rows, "scalar", "vector", "hidden").items():
        inputs = [[row for row in both if row["input"] == kind] for kind in ("raw", "aligned")]
        count = " / ".join(str(len(chosen)) for chosen in inputs)
        figures = [spread(chosen, *what) for what in (("auc", 4), (REJECTION, 0)) for chosen in inputs]
        cells.append(["/".join(mixture), both[0]["parameters"], count, *figures])
    headings = [
        "scalar / vector / hidden", "parameters", "seeds, raw / aligned", "AUC, raw", "AUC, aligned",
        "1/ε_B at 0.3, raw", "1/ε_B at 0.3, aligned",
    ]  # fmt: skip
    return markdown(headings, cells)


def vecnet_published() -> str:
    """VecNets of the paper's widths beside its table 2."""
    cells = []
    for (preset, parameters), seeds in grouped(
        rows_of("docs/results/vecnet-published.csv"), "preset", "parameters"
    ).items():
        first = seeds[0]
        trained = [thousands(first["train_jets"]), first["epochs"], len(seeds)]
        ours = [
            spread(seeds, *what) for what in (("accuracy", 4), ("auc", 4), (REJECTION, 0), ("ant_factor", 4))
        ]
        published = [
            first["published_accuracy"],
            first["published_auc"],
            thousands(first["published_rejection_30"]),
        ]
        cells.append([f"`{preset}`", thousands(parameters), *trained, *ours, *published])
    headings = [
        "preset", "parameters", "jets", "epochs", "seeds", "accuracy", "AUC", "1/ε_B at 0.3", "ant factor",
        "published accuracy", "published AUC", "published 1/ε_B",
    ]  # fmt: skip
    return markdown(headings, cells)


FIDELITY: dict[str, Callable[[], str]] = {
    "float-n80-paper": float_n80_paper,
    "semi-equivariance-float": semi_equivariance_float,
    "vecnet-published": vecnet_published,
}
