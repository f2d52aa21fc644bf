"""Two reports against each other: what got worse, by how much, and whether that is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from fpgajet.report.model import HardwareRow, Report
from fpgajet.report.words import LEVELS, STATUS, number

Judgement = Literal["same", "better", "worse", "regression"]
RESOURCES = ("lut", "ff", "dsp", "bram")
_SEVERITY = ("pass", "marginal", "fail")


@dataclass(frozen=True)
class Thresholds:
    """What is allowed to get worse.

    Attributes:
        auc: absolute drop of the AUC; ``rejection``: relative drop of 1 / eps_B in per cent (at fixed signal
            efficiency it is counted on few jets, so it scatters).
        cycles: more cycles of latency or initiation interval.
        resources: relative growth of LUT, FF, DSP and BRAM in per cent.
        types: whether the fixed-point type of a stage may change.
    """

    auc: float = 0.002
    rejection: float = 10.0
    cycles: float = 0.0
    resources: float = 2.0
    types: bool = False


@dataclass(frozen=True)
class Difference:
    """One quantity in both reports, as text, and what to think of the change."""

    quantity: str
    baseline: str
    now: str
    change: str
    judgement: Judgement


def compare(now: Report, baseline: Report, allowed: Thresholds | None = None) -> list[Difference]:
    """All quantities that both reports have, and those that one of them lost."""
    allowed = allowed or Thresholds()
    return [
        *_verdict(now, baseline),
        *_certificate(now, baseline),
        *_physics(now, baseline, allowed),
        *_hardware(now, baseline, allowed),
        *_types(now, baseline, allowed),
    ]


def conditions(now: Report, baseline: Report) -> list[str]:
    """What differs between two reports besides the design: then their figures are not to be compared."""
    pairs = {
        "jets": (_jets(now), _jets(baseline)),
        "number of jets": (now.physics.jets, baseline.physics.jets),
        "part": (_parts(now), _parts(baseline)),
        "clock in MHz": (_clocks(now), _clocks(baseline)),
        "budget": (now.budget and now.budget.model_dump(), baseline.budget and baseline.budget.model_dump()),
    }
    return [name for name, (new, old) in pairs.items() if new is not None and old is not None and new != old]


def _jets(report: Report) -> str | None:
    return report.reproducibility.hashes.get("jets")


def _parts(report: Report) -> list[str] | None:
    """Of the estimates, which every report has."""
    return sorted({row.part for row in report.hardware if row.level == "model"}) or None


def _clocks(report: Report) -> list[float] | None:
    return (
        sorted({row.clock_mhz for row in report.hardware if row.level == "model" and row.clock_mhz}) or None
    )


def regressions(differences: list[Difference]) -> list[Difference]:
    """Those that are not allowed."""
    return [d for d in differences if d.judgement == "regression"]


def _judge(
    name: str, old: float | None, new: float | None, limit: float, digits: int, up: bool
) -> Difference:
    """``up``: more is better. ``limit``: by how much it may get worse. A figure that vanished is a regression."""
    before, after = number(old, digits), number(new, digits)
    if old is None or new is None:
        lost = old is not None and new is None
        return Difference(name, before, after, "lost" if lost else "new", "regression" if lost else "same")
    if math.isclose(old, new, rel_tol=1e-12, abs_tol=1e-12):
        new = old  # the last bits of a mean depend on the order of its terms
    worse = (old - new) if up else (new - old)
    judgement: Judgement = "same"
    if worse > limit + 1e-12:
        judgement = "regression"
    elif worse != 0:
        judgement = "worse" if worse > 0 else "better"
    change = f"{new - old:+.{max(digits, 1)}g}" if new != old else "0"
    if old and not up and new != old:
        change += f" ({100 * (new / old - 1):+.1f} %)"
    return Difference(name, before, after, change, judgement)


def _verdict(now: Report, baseline: Report) -> Iterator[Difference]:
    if now.verdict is None or baseline.verdict is None:
        return
    old, new = baseline.verdict.status, now.verdict.status
    steps = _SEVERITY.index(new) - _SEVERITY.index(old)
    judgement: Judgement = "regression" if steps > 0 else "better" if steps < 0 else "same"
    yield Difference("verdict", STATUS[old], STATUS[new], "" if steps else "0", judgement)


def _certificate(now: Report, baseline: Report) -> Iterator[Difference]:
    if baseline.certificate is None:
        return
    old, new = baseline.certificate, now.certificate
    yield _judge(
        "differing values", old.total_differences, new.total_differences if new else None, 0, 6, up=False
    )
    if new is not None:
        missing = sorted(set(old.implementations) - set(new.implementations))
        if missing:
            yield Difference("implementations", ", ".join(missing), "-", "lost", "regression")


def _physics(now: Report, baseline: Report, allowed: Thresholds) -> Iterator[Difference]:
    after, independent = now.physics.rows(), _jets(now) != _jets(baseline)
    for name, old in baseline.physics.rows().items():
        if name == "jet_mass":
            continue  # of the jets, not of the design
        new, label = after.get(name), now.physics.title(name)
        margin = allowed.auc + _error(old.auc_error, new.auc_error if new else None, independent)
        yield _judge(f"AUC, {label}", old.auc, new.auc if new else None, margin, 4, up=True)
        for efficiency in ("30", "50"):
            key = f"inverse_background_efficiency_{efficiency}"
            before: float | None = getattr(old, key)
            if before is not None:
                after_error = getattr(new, f"{key}_error") if new else None
                error = _error(getattr(old, f"{key}_error"), after_error, independent)
                limit = before * allowed.rejection / 100 + error
                value = getattr(new, key) if new else None
                yield _judge(f"1/eps_B at 0.{efficiency[0]}, {label}", before, value, limit, 3, up=True)


def _error(old: float | None, new: float | None, independent: bool) -> float:
    """Two standard deviations of a difference between independent samples of jets.

    On the same jets most of the fluctuations drop out; what is left is not in a report, so nothing is allowed for it
    beyond the threshold.
    """
    return 2 * math.hypot(old or 0.0, new or 0.0) if independent else 0.0


def _hardware(now: Report, baseline: Report, allowed: Thresholds) -> Iterator[Difference]:
    rows: dict[str, HardwareRow] = {row.level: row for row in now.hardware}
    for old in baseline.hardware:
        new = rows.get(old.level)
        label = LEVELS.get(old.level, old.level)
        if new is None:  # a vendor tool that has not run this time is no regression of the design
            yield Difference(label, "measured", "not measured", "", "same")
            continue
        for name in ("latency_cycles", "ii", *RESOURCES):
            before: float | None = getattr(old, name)
            if before is None:
                continue
            limit = before * allowed.resources / 100 if name in RESOURCES else allowed.cycles
            yield _judge(f"{name}, {label}", before, getattr(new, name), limit, 5, up=False)


def _types(now: Report, baseline: Report, allowed: Thresholds) -> Iterator[Difference]:
    bad: Judgement = "worse" if allowed.types else "regression"
    for stage, old in baseline.model.types.items():
        new = now.model.types.get(stage, "-")
        if new != old:
            yield Difference(f"type of {stage}", old, new, "changed" if new != "-" else "lost", bad)
    for stage in now.model.types.keys() - baseline.model.types.keys():
        yield Difference(f"type of {stage}", "-", now.model.types[stage], "new", bad)
