"""The zoo: trained checkpoints shipped with fpgajet. No torch here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from fpgajet.files import read_json
from quant.checkpoint import MODEL, open_checkpoint

HERE = Path(__file__).parent
#: what the shipped models do on the shipped jets, with errors; `scripts/zoo_errors.py` writes it
SHIPPED = HERE / "shipped_jets.json"
#: short names
ALIASES = {"npelican": "npelican-n16-c2"}

ZooEntry = dict[str, Any]


def names() -> list[str]:
    """Names of all shipped checkpoints."""
    return sorted(path.parent.name for path in HERE.glob(f"*/{MODEL}"))


def entries() -> list[ZooEntry]:
    """One dict for every shipped checkpoint: sizes, bits, metrics and the command that made it."""
    return [describe(HERE / name) for name in names()]


def describe(path: Path) -> ZooEntry:
    """The zoo's view of one checkpoint directory."""
    config = open_checkpoint(path).config
    return {
        "name": config.name,
        "aliases": [alias for alias, name in ALIASES.items() if name == config.name],
        "architecture": config.architecture,
        "constituents": config.constituents,
        "channels": config.model.channels,
        "hidden": getattr(config.model, "hidden", None),
        "parameters": config.parameters,
        "parameters_absorbed": config.parameters_absorbed,
        "parameters_published": config.model.parameters_published,
        "bits": config.model.bits,
        "auc_float": config.metrics.float_["auc"],
        "auc_quantised": config.metrics.quantised["auc"],
        "inverse_background_efficiency_30": config.metrics.quantised["inverse_background_efficiency_30"],
        **on_shipped_jets(config.name, config.weights_sha256),
        "command": config.training.command,
    }


def on_shipped_jets(name: str, weights: str) -> ZooEntry:
    """AUC and 1/eps_B at 30 % of the quantised model on the shipped jets with their errors; None if not measured.

    Args:
        weights: hash of the weights that are meant; figures of other weights do not count.
    """
    measured = read_json(SHIPPED)["models"].get(name, {}) if SHIPPED.is_file() else {}
    row = measured.get("quantised", {}) if measured.get("weights_sha256") == weights else {}
    keys = ("auc", "auc_error", "inverse_background_efficiency_30", "inverse_background_efficiency_30_error")
    return {f"shipped_jets_{key}": row.get(key) for key in keys}


def resolve(name_or_path: str | Path) -> Path:
    """The checkpoint directory of a zoo name, of an alias, or of a user's own run.

    Raises:
        BadInput: neither; the message names what exists.
    """
    text = str(name_or_path)
    name = ALIASES.get(text, text)
    if name in names():
        return HERE / name
    path = Path(text)
    if (path / MODEL).is_file():
        return path
    if path.is_dir():
        raise BadInput(f"{path} is a directory without {MODEL}: training there has not finished.")
    known = ", ".join([*ALIASES, *names()])
    raise BadInput(f"no model {text!r}. Give a directory made by `fpgajet train`, or one of: {known}.")
