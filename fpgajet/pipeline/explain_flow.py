"""``fpgajet explain``: formula, constraints and attribution of a nanoPELICAN, or the ablation of a VecNet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from fpgajet.files import write_json, write_text
from fpgajet.folders import atomic_folder
from fpgajet.ops.network import Network
from fpgajet.physics.explanation_figures import plot_channels, plot_jets, plot_thresholds
from fpgajet.physics.sample import described
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.plotting import pyplot
from fpgajet.report.explanation import ablation_markdown, explanation_markdown
from quant.checkpoint import Checkpoint, open_checkpoint
from quant.checkpoint_network import built_network
from quant.data import Jets
from quant.evaluation import read_tagging_jets
from quant.explanation.ablation import ablation
from quant.explanation.canonical import basins, names
from quant.explanation.document import document, explained, float_formula
from quant.zoo import resolve

MARKDOWN, JSON = "explanation.md", "explanation.json"
FIGURES = {"thresholds.svg": plot_thresholds, "channels.svg": plot_channels, "jets.svg": plot_jets}


def explain(
    models: Sequence[str], data: Path | None, max_jets: int | None, out: Path | None = None
) -> dict[str, Any]:
    """Explain the first model; with several, compare what their trainings have found.

    Args:
        models: names in the zoo or directories, of one family and size.
        data: labelled jets; None means the shipped sample.
        out: directory for the page, its figures and the JSON, replaced as a whole; None writes nothing.

    Returns:
        The document of :func:`quant.explanation.document.document`, with ``basins`` for several models; for a VecNet
        ``ablation``, see :func:`quant.explanation.ablation.ablation`.

    Raises:
        BadInput: unreadable models or jets, no nanoPELICAN or VecNet, or models of different sizes.
        MissingTool: figures are asked for and matplotlib is missing. CannotWrite: ``out`` cannot be written.
    """
    if out is not None:
        pyplot()
        _require_ours(out)
    checkpoints = [open_checkpoint(resolve(model)) for model in models]
    source = shipped_sample() if data is None else data
    jets = read_tagging_jets(source, checkpoints[0].config.constituents, max_jets)
    sample = described(jets.provenance)
    if len(checkpoints) == 1 and checkpoints[0].config.architecture == "vecnet":
        return _ablated(built_network(checkpoints[0]), checkpoints[0], jets, sample, out)
    found = explained(checkpoints[0], jets)
    result = document(checkpoints[0], found, sample)
    if len(checkpoints) > 1:
        result |= stability(checkpoints)
    else:
        result["basins"] = []
    if out is not None:
        with atomic_folder(out) as folder:
            for name, plot in FIGURES.items():
                plot(found, folder / name, sample)
            write_json(folder / JSON, result)
            write_text(folder / MARKDOWN, explanation_markdown(result))
    return result


def _ablated(
    network: Network, checkpoint: Checkpoint, jets: Jets, sample: str, out: Path | None
) -> dict[str, Any]:
    """The document of a VecNet: the AUC without each kind of channels."""
    found = ablation(network, jets)
    result = {"model": checkpoint.config.name, "sample": sample, "jets": len(jets.label), "ablation": found}
    if out is not None:
        with atomic_folder(out) as folder:
            write_json(folder / JSON, result)
            write_text(folder / MARKDOWN, ablation_markdown(result))
    return result


def stability(checkpoints: Sequence[Checkpoint]) -> dict[str, Any]:
    """``trainings`` and ``basins``: the float formulas of several trainings, clustered."""
    formulas = [float_formula(checkpoint) for checkpoint in checkpoints]
    sizes = {(formula.slots, formula.channels) for formula in formulas}
    if len(sizes) > 1:
        raise BadInput(
            f"only models of one size can be compared; these have (slots, channels) {sorted(sizes)}. Name models that "
            "were trained with the same settings and other seeds."
        )
    keys = names(formulas[0].channels)
    return {
        "trainings": len(formulas),
        "basins": [
            {
                "members": [checkpoints[i].config.name for i in basin.members],
                "mean": dict(zip(keys, basin.mean.tolist(), strict=True)),
                "spread": dict(zip(keys, basin.spread.tolist(), strict=True)),
            }
            for basin in basins(formulas)
        ],
    }


def _require_ours(out: Path) -> None:
    """A directory of something else is not replaced.

    Raises:
        BadInput: ``out`` exists and is not what this command writes.
    """
    if out.exists() and not (
        out.is_dir() and not {p.name for p in out.iterdir()} - {MARKDOWN, JSON, *FIGURES}
    ):
        raise BadInput(
            f"{out} exists and holds something other than an explanation. Give a new directory with --out."
        )
