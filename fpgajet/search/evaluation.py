"""One configuration, from training to a verdict: every figure that a search looks at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgajet.devices import part
from fpgajet.errors import BadInput
from fpgajet.estimate import Estimate, Verdict, VerdictRow, estimate, verdict
from fpgajet.estimate.verdict import physics_rows
from fpgajet.files import read_json, write_bytes, write_json
from fpgajet.search.command import training_command
from fpgajet.search.objectives import Figures
from fpgajet.search.outcome import Evaluated
from fpgajet.search.parameters import Params, without_hardware
from fpgajet.search.search_settings import SearchSettings
from quant.checkpoint import MODEL, Checkpoint, load_model, open_checkpoint
from quant.checkpoint_network import built_network
from quant.metrics.tagging import tagging_errors, tagging_metrics
from quant.training.data import TrainingJets
from quant.training.fit import OnEpoch, evaluate
from quant.training.run import prepare, train

#: in the run directory of a trial
TRIAL = "trial.json"


def evaluated(
    settings: SearchSettings, params: Params, data: Path, run: Path, report: OnEpoch, finish: bool = False
) -> Evaluated:
    """Train (or go on training) in ``run``, calibrate, estimate and judge.

    The training of an earlier trial that differs in its hardware only is taken over; ``report`` hears nothing of it.

    Raises:
        BadInput: the family refuses the configuration, training diverged, or unusable jets.
    """
    chosen = settings.space.settings(params, finish)
    if settings.max_jets is not None and not finish:
        chosen = chosen.model_copy(update={"max_jets": settings.max_jets})
    if not finish:
        _take_over(run, params)
    if (run / MODEL).is_file():
        checkpoint: Checkpoint | None = open_checkpoint(run)
    else:
        prepare(run, chosen, resume=True)
        name = f"{settings.study}-{run.name}"
        checkpoint = train(chosen, data, run, report, name=name, command=training_command(chosen, data, run))
    if checkpoint is None:
        raise BadInput(f"{run}: the family {chosen.model} has no quantised form to estimate.")
    jets = TrainingJets(data, chosen.constituents, chosen.form, chosen.max_jets, chosen.class_names)
    sample = jets.validation
    scores = evaluate(load_model(checkpoint), jets.read(sample).momenta).numpy()
    metrics = tagging_metrics(sample.labels, scores) | tagging_errors(sample.labels, scores)
    device = part(settings.part)
    clock = float(params.get("hardware.clock_mhz", settings.clock_mhz))
    hardware = estimate(built_network(checkpoint), device, clock, int(params.get("hardware.ii", settings.ii)))
    judged = verdict(hardware, settings.budget, device)
    physics = _physics(settings, metrics)
    whole = Verdict(judged.budget, judged.part, judged.level, (*judged.rows, *physics))
    found = Evaluated(
        _figures(checkpoint, metrics, hardware),
        whole.status,
        {"budget": _excess(judged.rows, settings.strict)}
        | ({"physics": _excess(physics, settings.strict)} if physics else {}),
    )
    write_json(run / TRIAL, {"params": dict(params), **vars(found), "rows": whole.as_dict()["rows"]})
    return found


def _take_over(run: Path, params: Params) -> None:
    """Copy the checkpoint of a trial beside ``run`` that was trained with the same settings, if there is one."""
    wanted = without_hardware(params)
    for known in sorted(run.parent.glob(f"*/{TRIAL}")):
        if known.parent == run or without_hardware(read_json(known)["params"]) != wanted:
            continue
        # The model last: a run directory with one is a whole checkpoint, also after a kill in between.
        for file in sorted(known.parent.iterdir(), key=lambda file: file.name == MODEL):
            if file.is_file() and file.name != TRIAL:
                write_bytes(run / file.name, file.read_bytes())
        return


def _physics(settings: SearchSettings, metrics: dict[str, Any]) -> list[VerdictRow]:
    percent = round(100 * settings.budget.at_signal_efficiency)
    rejection = f"inverse_background_efficiency_{percent}"
    return physics_rows(
        settings.budget,
        (metrics["auc"], metrics["auc_error"]),
        (metrics[rejection], metrics[f"{rejection}_error"]),
    )


def _figures(checkpoint: Checkpoint, validation: dict[str, Any], hardware: Estimate) -> Figures:
    config, total = checkpoint.config, hardware.total
    test = config.metrics.quantised
    rejection = validation["inverse_background_efficiency_30"]
    return {
        "auc": validation["auc"],
        "auc_error": validation["auc_error"],
        "rejection": rejection,
        "ant": None if rejection is None else rejection / config.parameters,
        "auc_test": test["auc"],
        "rejection_test": test["inverse_background_efficiency_30"],
        "auc_float_test": config.metrics.float_["auc"],
        "parameters": config.parameters,
        "lut": total.lut.value,
        "lut_low": total.lut.low,
        "lut_high": total.lut.high,
        "ff": total.ff.value,
        "dsp": total.dsp.value,
        "bram": total.bram.value,
        "latency": round(total.latency_ns.value, 3),
        "latency_low": round(total.latency_ns.low, 3),
        "latency_high": round(total.latency_ns.high, 3),
        "latency_cycles": total.latency_cycles.value,
        "ii": total.ii.value,
        "clock_mhz": hardware.clock_mhz,
    }


def _excess(rows: Sequence[VerdictRow], strict: bool) -> float:
    """By what share of its limit the worst row misses it: with the near end of its range, or the far one if ``strict``.

    Above 0 exactly where :meth:`fpgajet.estimate.Verdict.accepted` is False.
    """
    shares = []
    for row in rows:
        if row.at_least:
            value = row.low if strict else row.high
            shares.append((row.limit - value) / row.limit)
        else:
            value = row.high if strict else row.low
            shares.append((value - row.limit) / (row.limit or 1.0))
    return max(shares)
