"""``fpgajet.load_jets``, ``train`` and ``evaluate``: jets and taggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import require_extra

if TYPE_CHECKING:
    from quant.data import Jets
    from quant.evaluation import Scored
    from quant.training.fit import OnEpoch, Tick

PRECISIONS = ("float", "quantised")
METRICS = {
    "accuracy": "accuracy",
    "auc": "AUC",
    "inverse_background_efficiency_30": "1/ε_B at ε_S = 0.3",
    "inverse_background_efficiency_50": "1/ε_B at ε_S = 0.5",
}


def load_jets(path: Path | str, *, max_jets: int | None = None, constituents: int | None = None) -> Jets:
    """Read labelled jets.

    >>> jets = load_jets(sample, max_jets=100, constituents=16)
    >>> jets.constituents.shape, jets.constituents.dtype
    ((100, 16, 4), dtype('float32'))

    Args:
        path: file of our format (`fpgajet data convert` makes one of many others), or a directory of ``*.h5`` shards.
        max_jets: stop after so many jets.
        constituents: keep this many leading slots; zero-padded where the file has fewer.

    Returns:
        ``constituents`` float32 [jets, slots, 4] as (E, px, py, pz) in GeV, by falling pT;
        ``label`` [jets]; ``classes``.

    Raises:
        BadInput: not such a file, or a value that cannot be used.
    """
    from quant.data import read_jets

    return read_jets(path, max_jets=max_jets, constituents=constituents)


@dataclass(frozen=True, repr=False)
class Trained:
    """A training run that reached the stage asked for.

    Attributes:
        directory: the run; once ``metrics`` is there, a checkpoint that ``build`` and ``evaluate`` take.
        name: of the model. until: the last stage. metrics: by precision, None before the stage "quantised".
    """

    directory: Path
    name: str
    until: str
    metrics: dict[str, Any] | None

    def __repr__(self) -> str:
        return f"<training {self.directory}: {self.until}>"

    def _repr_html_(self) -> str:
        """A table of metrics."""
        return _metrics_page(self.name, f"{self.directory}, {self.until}", self.metrics or {})


def train(
    data: Path | str,
    out: Path | str,
    *,
    model: str | None = None,
    config: Path | str | None = None,
    settings: Mapping[str, Any] | Sequence[str] = (),
    name: str | None = None,
    resume: bool = False,
    until: str = "quantised",
    device: str = "cpu",
    report: OnEpoch | None = None,
    tick: Tick | None = None,
    command: Sequence[str] = (),
) -> Trained:
    """Train a tagger: float, batch norm folded, calibrated, quantised fine-tuning; then measure it.

    >>> small = {"constituents": 4, "screen_epochs": 1, "restarts": 1, "float_epochs": 1, "quantised_epochs": 1}
    >>> run = train(data, work / "run", settings=small | {"scale_rounds": 1})
    >>> 0 < run.metrics["quantised"]["accuracy"] <= 1
    True

    Args:
        data: directory with train, val and test jets.
        out: directory of this run; it becomes the checkpoint.
        model: family of models, ``npelican`` by default.
        config: JSON or TOML file of settings; ``settings`` win over it.
        settings: by name; a dotted name reaches inside. Or texts ``key=value``.
        name: of the model; default: that of ``out``.
        resume: continue a run that was stopped.
        until: ``float``, ``calibration`` or ``quantised``.
        device: ``cpu``, ``cuda`` or ``auto``, for the float model.
        report: called with (fit, record) after every epoch. tick: called several times within an epoch.
        command: for the record in the checkpoint.

    Raises:
        BadInput: unusable jets or settings, or ``out`` holds another run.
        MissingTool: torch or brevitas is not installed. CannotWrite: ``out`` cannot be written.
    """
    require_extra("torch", "brevitas")
    from quant.training.device import Device, pick_device
    from quant.training.fit import no_tick
    from quant.training.read_settings import read_settings
    from quant.training.run import prepare
    from quant.training.run import train as run
    from quant.training.stages import Until

    run_directory, last = Path(out), _choice(Until, until, "until")
    chosen = read_settings(None if config is None else Path(config), _assignments(settings), model=model)
    where = pick_device(_choice(Device, device, "device"))
    prepare(run_directory, chosen, resume)
    title = name or run_directory.resolve().name
    checkpoint = run(
        chosen, Path(data), run_directory, report or _unheard, name=title, command=command,
        until=last, device=where, tick=tick or no_tick,
    )  # fmt: skip
    if checkpoint is None:
        return Trained(run_directory, title, last.value, None)
    metrics = checkpoint.config.model_dump(by_alias=True)["metrics"]
    return Trained(run_directory, checkpoint.config.name, last.value, metrics)


def _unheard(fit: str, record: dict[str, Any]) -> None:
    """The default: nobody hears of an epoch."""


def _choice(kind: Any, value: str, name: str) -> Any:
    from fpgajet.errors import BadInput

    try:
        return kind(value)
    except ValueError:
        raise BadInput(f"{name} is {value!r}; choose one of {', '.join(kind)}.") from None


def _assignments(settings: Mapping[str, Any] | Sequence[str]) -> list[str]:
    import json

    if isinstance(settings, Mapping):
        return [f"{key}={json.dumps(value)}" for key, value in settings.items()]
    return list(settings)


@dataclass(frozen=True, repr=False)
class Evaluated:
    """Metrics of a tagger on labelled jets.

    Attributes:
        scored: checkpoint, jets and scores. metrics: what ``fpgajet eval --json`` prints: float and quantised, their
            paired differences, the mass window, slices of pT and multiplicity.
    """

    scored: Scored
    metrics: dict[str, Any]

    def __repr__(self) -> str:
        auc = self.metrics["quantised"]["auc"]
        return (
            f"<evaluation of {self.metrics['model']}: {self.metrics['jets']} jets, quantised AUC {auc:.4f}>"
        )

    def _repr_html_(self) -> str:
        """A table of metrics with their statistical errors."""
        text = f"{self.metrics['jets']:,} jets of {self.metrics['data']}, {self.metrics['parameters']} parameters"
        return _metrics_page(self.metrics["model"], text, self.metrics)


def evaluate(
    model: str | Path, data: Path | str, *, max_jets: int | None = None, strict: bool = False
) -> Evaluated:
    """Measure a tagger on labelled jets: float and quantised.

    >>> found = evaluate("npelican-n8-c2", sample, max_jets=400)
    >>> found.metrics["jets"], 0.8 < found.metrics["quantised"]["auc"] < 1
    (400, True)
    >>> found.scored.scores["quantised"].shape
    (400,)

    Args:
        model: zoo name or checkpoint directory.
        data: file or directory of labelled jets of two classes. max_jets: read only the first jets.
        strict: refuse jets that the model has seen in training.

    Raises:
        BadInput: an unknown model, unusable jets, or seen ones with ``strict``.
        MissingTool: torch or brevitas is not installed.
    """
    require_extra("torch", "brevitas")
    from quant.checkpoint import open_checkpoint
    from quant.evaluation import evaluation_of, score_checkpoint
    from quant.zoo import resolve

    scored = score_checkpoint(open_checkpoint(resolve(str(model))), Path(data), max_jets)
    if strict:
        scored.overlap.require_unseen()
    return Evaluated(scored, evaluation_of(scored, Path(data).name))


def _metrics_page(title: str, text: str, metrics: Mapping[str, Any]) -> str:
    from fpgajet.report.fragment import fragment, framed
    from fpgajet.report.tables import table_of
    from fpgajet.report.words import measured

    rows = [
        (precision, *(measured(found.get(name), found.get(f"{name}_error")) for name in METRICS))
        for precision in PRECISIONS
        if (found := metrics.get(precision))
    ]
    return framed(
        fragment(title, text, {"Physics": table_of(("precision", *METRICS.values()), rows)}), height=260
    )
