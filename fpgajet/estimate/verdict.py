"""Does it fit? An estimate, or a row measured by a tool, against a trigger budget and a part."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fpgajet.devices import Budget, Part
from fpgajet.devices.budgets import whole_clocks
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.devices.links import busy_clocks, last_jet
from fpgajet.devices.verdict_row import Status, VerdictRow
from fpgajet.errors import BadInput
from fpgajet.estimate.figures import Estimate, Figure

_WORST: tuple[Status, ...] = ("pass", "marginal", "fail")


@dataclass(frozen=True)
class Verdict:
    """All questions and their answers."""

    budget: str
    part: str
    level: str
    rows: tuple[VerdictRow, ...]

    @property
    def status(self) -> Status:
        """That of the worst row: "fail", "marginal" (a range that straddles its limit), or "pass"."""
        return max((row.status for row in self.rows), key=_WORST.index, default="pass")

    def accepted(self, strict: bool = False) -> bool:
        """Whether the exit code is 0: a marginal verdict is accepted unless ``strict``."""
        return self.status == "pass" or (self.status == "marginal" and not strict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a report."""
        return {
            "status": self.status,
            "budget": self.budget,
            "part": self.part,
            "level": self.level,
            "rows": [asdict(row) for row in self.rows],
        }


def verdict(
    subject: Estimate | HardwareRow, budget: Budget, part: Part, multiplicity: int | None = None
) -> Verdict:
    """Compare latency, initiation interval, resources and clock with what the budget and the part allow.

    Args:
        subject: an estimate, or a row with at least latency_cycles, ii, lut, ff, dsp and bram; a figure
            without a range is taken as exact.
        multiplicity: constituents that arrive over the links; default: those of the subject.

    Raises:
        BadInput: the row lacks a quantity, or the multiplicity is not known.
    """
    row = subject.hardware()[0] if isinstance(subject, Estimate) else subject
    constituents = multiplicity or row.constituents
    if not constituents:
        raise BadInput("the number of constituents is not known; give it with --multiplicity.")
    rows = [
        _latency(row, budget, int(constituents)),
        _links(budget, int(constituents)),
        _interval(row, budget),
    ]
    rows += _utilisation(row, budget, part)
    if row.period_ns is not None:
        rows.append(_clock(row, budget))
    return Verdict(budget.name, part.full_name, row.level, tuple(rows))


def _figure(row: HardwareRow, name: str) -> Figure:
    value: float | None = getattr(row, name)
    if value is None:
        raise BadInput(f"the hardware row {row.level!r} has no {name}, which the verdict needs.")
    low, high = row.intervals.get(name, (value, value))
    return Figure(float(value), float(low), float(high), "")


def _judge(name: str, figure: Figure, limit: float, unit: str, explanation: str) -> VerdictRow:
    status: Status = "marginal"
    if figure.high <= limit:
        status = "pass"
    elif figure.low > limit:
        status = "fail"
    return VerdictRow(name, figure.value, figure.low, figure.high, limit, unit, status, explanation)


def _clock_ns(row: HardwareRow, budget: Budget) -> float:
    """Period of the firmware: its own clock where it was built for another one than the budget's."""
    return 1000.0 / float(row.clock_mhz or budget.clock_mhz)


def _latency(row: HardwareRow, budget: Budget, constituents: int) -> VerdictRow:
    cycles, ii = _figure(row, "latency_cycles"), _figure(row, "ii")
    last = last_jet(budget, constituents, round(ii.value), _clock_ns(row, budget))
    figure = cycles.map(last.latency_ns)
    jets = budget.jets_per_instance
    which = "the jet" if jets == 1 else f"the last of {jets} jets"
    text = (
        f"{last.complete} clocks until {which} is in + {last.queue} in the queue + {cycles.value:g} of tagger "
        f"+ {last.output} of output, at {last.clock_ns:.3f} ns per clock"
    )
    return _judge("latency", figure, budget.latency_ns, "ns", text)


def _links(budget: Budget, constituents: int) -> VerdictRow:
    """Whether the links have brought all jets before the next event begins; else the delay grows without end."""
    busy = float(busy_clocks(budget, constituents))
    links, jets = budget.input_links, budget.jets_per_instance
    words = jets * budget.words_per_jet(constituents)
    text = (
        f"{words} words of {jets} jet{'s' * (jets > 1)} on {links} link{'s' * (links > 1)} of an instance, "
        f"{budget.clocks_per_event} clocks between events"
        if links
        else "all jets in one clock"
    )
    return _judge("input links", Figure(busy, busy, busy, ""), budget.clocks_per_event, "clocks", text)


def _interval(row: HardwareRow, budget: Budget) -> VerdictRow:
    clocks = whole_clocks(budget.event_spacing_ns, _clock_ns(row, budget))
    text = f"{clocks} clocks between events for {budget.jets_per_instance} jets an instance"
    return _judge(
        "initiation interval", _figure(row, "ii"), clocks // budget.jets_per_instance, "clocks", text
    )


def _utilisation(row: HardwareRow, budget: Budget, part: Part) -> list[VerdictRow]:
    rows = []
    for resource in ("lut", "ff", "dsp", "bram"):
        used = _figure(row, resource)
        guard: float = getattr(budget.guards, resource)
        scopes = [("device", float(part.total(resource)))]
        if part.slr > 1:
            scopes.append(("one SLR", part.per_slr(resource)))
        for scope, total in scopes:
            share = used.map(lambda x, total=total: budget.instances * x / total)  # type: ignore[misc]
            copies = f"{budget.instances} x " if budget.instances > 1 else ""
            # BRAM comes in halves of a block of 36 Kb.
            amount = f"{used.value:,.1f}".removesuffix(".0") if resource == "bram" else f"{used.value:,.0f}"
            text = f"{copies}{amount} of {total:,.0f}; guard {guard:.0%}"
            rows.append(_judge(f"{resource.upper()} of {scope}", share, guard, "share", text))
    return rows


def _clock(row: HardwareRow, budget: Budget) -> VerdictRow:
    clock = _clock_ns(row, budget)
    text = f"period that place and route is expected to reach, against {1000 / clock:.6g} MHz"
    return _judge("clock period", _figure(row, "period_ns"), clock, "ns", text)


#: Half of an 80 % range in standard deviations of a Gaussian.
EIGHTY_PER_CENT = 1.2816


def physics_rows(
    budget: Budget, auc: tuple[float | None, float | None], rejection: tuple[float | None, float | None]
) -> list[VerdictRow]:
    """What a budget asks of the tagger's physics; nothing, as a rule.

    Args:
        auc, rejection: the quantised model's AUC, and 1/eps_B at the budget's signal efficiency, each with its error
            (one standard deviation); None if it could not be measured, which is no pass.
    """
    asked = (
        ("AUC", auc, budget.min_auc),
        (f"1/eps_B at {budget.at_signal_efficiency:g}", rejection, budget.min_background_rejection),
    )
    return [_least(name, *figure, limit) for name, figure, limit in asked if limit is not None]


def rate_rows(budget: Budget, rate: tuple[float, float] | None, where: str) -> list[VerdictRow]:
    """Whether the rate of background jets is low enough; nothing where the budget does not ask.

    Args:
        rate: kHz with its error (one standard deviation), None where the jets have no cross sections: no pass.
        where: which threshold this is the rate of.
    """
    limit = budget.max_rate_khz
    if limit is None:
        return []
    if rate is None:
        text = "no rate follows from these jets, which have no cross sections"
        return [VerdictRow("background rate", 0.0, 0.0, 0.0, limit, "kHz", "fail", text)]
    value, half = rate[0], EIGHTY_PER_CENT * rate[1]
    text = f"{where}; range from the number of jets and the error of the cross section"
    return [
        _judge("background rate", Figure(value, max(value - half, 0.0), value + half, ""), limit, "kHz", text)
    ]


def _least(name: str, value: float | None, error: float | None, limit: float) -> VerdictRow:
    if value is None:
        return VerdictRow(name, 0.0, 0.0, 0.0, limit, "", "fail", "too few jets to measure it", at_least=True)
    half = EIGHTY_PER_CENT * (error or 0.0)
    low, high = value - half, value + half
    status: Status = "pass" if low >= limit else "fail" if high < limit else "marginal"
    return VerdictRow(
        name,
        value,
        low,
        high,
        limit,
        "",
        status,
        "quantised model, range from the number of jets",
        at_least=True,
    )
