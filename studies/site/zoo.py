"""The zoo as pages: an overview, and a card for every shipped model, from its files and the result files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fpgajet.report.words import measured
from quant.checkpoint import open_checkpoint
from quant.checkpoint_schema import CheckpointConfig
from quant.zoo import ALIASES, HERE, SHIPPED, names
from studies.docs_tables.markers import markdown, rows_of, span, thousands
from studies.docs_tables.taggers import auc_error, rejection

PAGE = "reference/zoo.md"
#: Result files with cells and clocks of our Verilog, and what counted them.
COUNTED = ("docs/data/rtl_smallest.csv", "docs/data/rtl_intervals.csv", "docs/data/rtl_messages.csv")
ESTIMATED = "docs/results/models.csv"
#: By input form, what stands before the first gate, and what a user has to know of it.
INPUTS = {
    "momenta": ("four-momenta (E, px, py, pz) in GeV", ""),
    "aligned": (
        "four-momenta, turned so that the jet axis is along x",
        "The alignment of the axes is computed in software. LUT, DSP and latency begin after it.",
    ),
    "trigger": (
        "pT, and eta and phi relative to the jet axis",
        "The jet axis and the angles relative to it are computed in software. LUT, DSP and latency begin after it.",
    ),
    "log": (
        "log2 pT, and eta and phi relative to the jet axis",
        "The jet axis, the angles relative to it and the logarithm of pT are computed in software. LUT, DSP and "
        "latency begin after it.",
    ),
    "objects": (
        "log10 pT, eta, phi, log10 mass and one bit for each type",
        "The logarithms and the steps of the angles are computed in software. LUT, DSP and latency begin after them.",
    ),
    "jet-features": (
        "eight integers: multiplicity, pT, mass, girth, pT dispersion, leading share, e2 and D2",
        "All eight features are computed in software. LUT, DSP and latency begin after them.",
    ),
    "puppi": (
        "words of a CMS Phase-2 link, the jet's first",
        "Differences to the axis and the logarithm of pT are part of the firmware.",
    ),
}


def zoo_pages() -> dict[str, str]:
    """By path below docs/: the overview and the cards."""
    configs = {name: open_checkpoint(HERE / name).config for name in names()}
    return {PAGE: _overview(configs)} | {
        f"reference/zoo/{name}.md": _card(config) for name, config in configs.items()
    }


def _overview(configs: dict[str, CheckpointConfig]) -> str:
    rows = []
    for name, config in configs.items():
        metrics = config.metrics.quantised
        jets = _test_jets(config)
        auc = float(metrics["auc"] or 0)
        rows.append(
            [f"[`{name}`](zoo/{name}.md)", config.architecture, config.constituents, config.model.channels,
             config.parameters, _auc(config, auc, jets)]
        )  # fmt: skip
    table = markdown(["model", "<family", "constituents", "<width", "parameters", "AUC, quantised"], rows)
    return (
        "# Zoo\n\nTrained models that are shipped with fpgajet. `fpgajet build --model NAME` builds one. Each has a "
        "card with data, training, metrics, hardware and limits. Compare an AUC only with others of this table: the "
        f"sample is easier than the public reference set ([jets](../data.md)).\n\n{table}\n\n"
        "Errors are statistical, from the number of test jets.\n"
    )


def _card(config: CheckpointConfig) -> str:
    form, limit = INPUTS[config.model.form.name]
    alias = [f"`{short}`" for short, name in ALIASES.items() if name == config.name]
    lines = [
        f"# {config.name}", "",
        f"{config.architecture}, {config.constituents} constituents, {config.model.channels}"
        f"{', also called ' + ', '.join(alias) if alias else ''}. Quantisers: {config.model.bits}.", "",
        f"    fpgajet build --model {config.name} --part xcvu9p", "",
        "## Input and parameters", "",
        f"- Input: the {config.constituents} leading {_inputs(config)} as {form}.",
        f"- Output: {_output(config)}. Not a probability: {_last_type(config)}.",
        f"- Parameters: {', '.join(_counts(config))}.", "",
        "## Data", "", *_data(config), "",
        "## Training", "", *_training(config), "",
        "## Metrics", "", *_metrics(config), "",
        "## Hardware", "", *_hardware(config.name), "",
        "## Limits", "", *_limits(config, limit), "",
        "## Licence", "", "Apache-2.0, weights included. Cite fpgajet as CITATION.cff says.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _inputs(config: CheckpointConfig) -> str:
    return "objects of an event" if config.model.form.objects else "constituents of a jet"


def _shares(config: CheckpointConfig) -> str:
    if config.model.form.objects:
        return "Half of them are signal."
    return f"There are equally many jets of {'each class' if config.model.class_names else 'top and QCD'}."


def _output(config: CheckpointConfig) -> str:
    classes = config.model.class_names
    if classes:
        return f"one score of each class ({', '.join(classes)}); a jet is of the class of the highest"
    return f"one score; {'signal' if config.model.form.objects else 'top'} if it is above 0"


def _auc(config: CheckpointConfig, auc: float, jets: int) -> str:
    """With its error, or of several classes the mean of their AUCs."""
    if config.model.class_names:
        return f"{auc:.4f} (mean of {len(config.model.class_names)} classes)"
    return f"{auc:.4f} ± {auc_error(auc, jets // 2):.4f}"


def _last_type(config: CheckpointConfig) -> str:
    types: dict[str, Any] = config.model.model_dump().get("types", {})
    return f"a fixed-point number of type `{types['score']}`" if "score" in types else "a fixed-point number"


def _counts(config: CheckpointConfig) -> Iterator[str]:
    yield f"{config.parameters} trained"
    if config.parameters_absorbed is not None:
        yield f"{config.parameters_absorbed} free (rank of the Jacobian of the score)"
    if config.model.parameters_published is not None:
        yield f"{config.model.parameters_published} as the paper counts"


def _data(config: CheckpointConfig) -> list[str]:
    rows = [
        [role, file.name, f"{file.jets:,}", f"`{file.sha256[:12]}`"]
        for role, files in config.training.data.items()
        for file in files
    ]
    if config.model.form.objects:
        made = "Simulated events of Pythia 8 with a toy reconstruction ([how](../../events.md#the-events))."
        return [made, "", markdown(["used for", "<file", "events", "<SHA-256 begins"], rows)]
    kinds = ", ".join(config.model.class_names) or "top and QCD"
    return [
        f"Simulated jets ({kinds}) of Pythia 8 ([how they were made, and how they differ from the reference set]"
        "(../../data.md#close-to-the-reference-set-but-not-equal-to-it)).",
        "",
        markdown(["used for", "<file", "jets", "<SHA-256 begins"], rows),
    ]


def _training(config: CheckpointConfig) -> list[str]:
    settings, versions = config.training.settings, config.training.versions
    shown = ("float_epochs", "quantised_epochs", "restarts", "batch", "float_rate", "quantised_rate")
    facts = [f"{key} {settings[key]}" for key in shown if key in settings]
    return [
        f"    {config.training.command}", "",
        f"Seed {config.training.seed}; {', '.join(facts)}. All settings are in `quant/zoo/{config.name}/model.json`. "
        f"Versions: {', '.join(f'{name} {version}' for name, version in versions.items())}.",
    ]  # fmt: skip


def _test_jets(config: CheckpointConfig) -> int:
    return sum(file.jets for file in config.training.data["test"])


def _metrics(config: CheckpointConfig) -> list[str]:
    from fpgajet.files import read_json

    jets = _test_jets(config)
    rows = []
    for name, found in (("float", config.metrics.float_), ("quantised", config.metrics.quantised)):
        auc, background = float(found["auc"] or 0), found["inverse_background_efficiency_30"]
        rows.append(
            [f"{name}, {jets:,} test jets", _auc(config, auc, jets),
             rejection(float(background), jets // 2) if background else "-"]
        )  # fmt: skip
    shipped = read_json(SHIPPED)["models"].get(config.name, {})
    if shipped.get("weights_sha256") == config.weights_sha256:
        for name in ("float", "quantised"):
            found = shipped[name]
            cells = [
                "-" if found[k] is None else measured(found[k], found[f"{k}_error"])
                for k in ("auc", "inverse_background_efficiency_30")
            ]
            seen = f"{shipped.get('jets', 20_000):,} shipped jets"
            rows.append([f"{name}, {'600 shipped events' if config.model.form.objects else seen}", *cells])
    window = config.metrics.mass_cut.get("auc")
    if window:
        rows.append(
            ["mass window, for comparison", f"{window:.4f} ± {auc_error(window, jets // 2):.4f}", "-"]
        )
    return [
        markdown(["precision and jets", "AUC", "1/ε_B at ε_S = 0.3"], rows), "",
        f"{_shares(config)} Errors are one standard deviation from the number of jets; another seed of the training "
        "changes a metric too.",
    ]  # fmt: skip


def _hardware(model: str) -> list[str]:
    counted = []
    for path in COUNTED:
        for row in rows_of(path):
            cells = [row["ii"], f"{float(row['clock_mhz']):g}", row["latency_cycles"],
                     span(row["latency_ns_low"], row["latency_ns_high"]), thousands(row["lut"]),
                     thousands(row["ff"]), row["dsp"]]  # fmt: skip
            if row["model"] == model and cells not in counted:
                counted.append(cells)
    header = ["II", "MHz", "clocks", "latency (ns)", "LUT", "FF", "DSP"]
    lines = []
    if counted:
        lines += [
            "Our Verilog: clocks are exact, cells are Yosys counts, latencies are 80 % ranges. **No vendor tool has "
            "read these files yet.**", "", markdown(header, counted), "",
        ]  # fmt: skip
    estimated = [row for row in rows_of(ESTIMATED) if row["model"] == model]
    if estimated:
        rows = [
            [row["ii"], row["latency_ns"], *(f"{thousands(row[k])} ({span(row[k + '_low'], row[k + '_high'])})"
                                             for k in ("lut", "dsp")), row["cms-p2-ct-l2"]]
            for row in estimated
        ]  # fmt: skip
        lines += [
            "Estimate of logic synthesis of the HLS project, with 80 % ranges:", "",
            markdown(["II", "latency (ns)", "LUT", "DSP", "<16 jets, `cms-p2-ct-l2`"], rows),
        ]  # fmt: skip
    if not lines:
        lines = [f"Not in a table yet: `fpgajet estimate {model} --part xcvu9p` estimates it."]
    return lines


def _limits(config: CheckpointConfig, limit: str) -> Iterator[str]:
    low, high = 550, 650
    if config.model.form.objects:
        yield "- Trained on a toy reconstruction without pile-up: good for comparisons, not for physics results."
        yield "- One training. The spread over seeds is not in the errors."
        yield f"- {limit}"
        return
    yield f"- Trained for jets of {low} < pT < {high} GeV at 14 TeV without pile-up; elsewhere it was not measured,"
    yield "  but for [pile-up](../../data.md#taggers-with-pile-up) where that table names it."
    yield "- One training, chosen from several starts. The spread over seeds is not in the errors."
    if limit:
        yield f"- {limit}"
    if config.architecture != "npelican":
        yield "- Message passing: estimates were checked against Yosys only, and FF is the worst known figure."
