"""``fpgajet.train``: from jets to a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.api.models import metrics_page
from fpgajet.errors import require_extra

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fpgajet.pipeline.reporter import Reporter
    from quant.training.fit import OnEpoch, Tick


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
        return metrics_page(self.name, f"{self.directory}, {self.until}", self.metrics or {})


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
    source: Path | str | None = None,
    freeze: str = "features",
    teacher: Path | str | None = None,
    reporter: Reporter | None = None,
    started: Callable[[BaseModel], None] | None = None,
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
        source: a finished run, or a model of the zoo, whose features this training starts from; the last layer is new.
        freeze: ``features`` keeps them as they are, ``types`` also the types of the last layer; ``none`` trains them
            too.
        teacher: a finished run, one that ended with its float model, or a model of the zoo, of any family, whose float
            model's probabilities are a share of the loss beside the labels (``teacher_weight``, 0.5).
        reporter: hears a line for every epoch, see :class:`fpgajet.pipeline.reporter.Reporter`.
        started: called with the settings once ``out`` is this run's, before the first epoch.
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
    from quant.training.records import epoch_line
    from quant.training.run import prepare
    from quant.training.run import train as run
    from quant.training.stages import Until
    from quant.training.teacher import open_teacher, with_teacher
    from quant.training.transfer import opened, with_transfer

    run_directory, last = Path(out), _choice(Until, until, "until")
    chosen = read_settings(None if config is None else Path(config), _assignments(settings), model=model)
    given = None if source is None else opened(source)
    if given is not None:
        chosen = with_transfer(chosen, given, freeze)
    taught_by = None if teacher is None else open_teacher(teacher)
    if taught_by is not None:
        chosen = with_teacher(chosen, taught_by)
    where = pick_device(_choice(Device, device, "device"))
    prepare(run_directory, chosen, resume)
    if started is not None:
        started(chosen)
    title = name or run_directory.resolve().name

    def heard(fit: str, record: dict[str, Any]) -> None:
        if report is not None:
            report(fit, record)
        if reporter is not None:
            reporter.line(epoch_line(fit, record))

    checkpoint = run(
        chosen, Path(data), run_directory, heard, name=title, command=command,
        until=last, device=where, tick=tick or no_tick, source=given, teacher=taught_by,
    )  # fmt: skip
    if checkpoint is None:
        return Trained(run_directory, title, last.value, None)
    metrics = checkpoint.config.model_dump(by_alias=True)["metrics"]
    return Trained(run_directory, checkpoint.config.name, last.value, metrics)


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
