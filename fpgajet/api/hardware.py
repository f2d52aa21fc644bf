"""``fpgajet.estimate`` and ``fpgajet.verdict``: hardware figures without building anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import BadInput

if TYPE_CHECKING:
    from fpgajet.devices import Part
    from fpgajet.devices.hardware_row import HardwareRow
    from fpgajet.estimate import Estimate, Shortfall, Verdict
    from fpgajet.estimate.sources import Source
    from fpgajet.fixed import FixedType
    from fpgajet.ops.network import Network


@dataclass(frozen=True, repr=False)
class Estimated:
    """Expected latency and resources of a model.

    Attributes:
        source: what was estimated. device: the part. figures: by operator and in total, each with its 80 % range.
        shortfalls: resources of which the part has too little. verdict: None if no budget was given.
    """

    source: Source
    device: Part
    figures: Estimate
    shortfalls: tuple[Shortfall, ...]
    verdict: Verdict | None = None

    def as_dict(self) -> dict[str, Any]:
        """What ``fpgajet estimate --json`` prints."""
        content = {"name": self.source.name, **self.figures.as_dict()}
        content["shortfalls"] = [row.as_dict() for row in self.shortfalls]
        if self.source.precision is not None:
            assumed = {
                "precision": self.source.precision.ap_fixed(),
                "tensors": list(self.source.assumed),
            }
            content["assumed"] = assumed
        return content | ({"verdict": self.verdict.as_dict()} if self.verdict else {})

    def __repr__(self) -> str:
        total = self.figures.total
        return (
            f"<estimate of {self.source.name}: {total.latency_cycles.value:g} clocks, {total.lut.value:,.0f} LUT, "
            f"{total.ff.value:,.0f} FF, {total.dsp.value:,.0f} DSP>"
        )

    def _repr_html_(self) -> str:
        """Tables of all levels, of the operators and of the verdict."""
        from fpgajet.report.fragment import fragment, framed, height_of
        from fpgajet.report.tables import judged_table, levels_table, table_of
        from fpgajet.report.words import number

        figures = ("start_cycle", "latency_cycles", "lut", "ff", "dsp", "bram")
        rows = [operator.row(self.figures.level) for operator in self.figures.operators]
        operators = [(row.name, *(number(getattr(row, name)) for name in figures)) for row in rows]
        tables = {"Latency and resources": levels_table([(row, {}) for row in self.figures.hardware()])}
        if self.verdict:
            tables["Verdict"] = judged_table(self.verdict.rows)
        header = ("operator", "start (clock)", "clocks", "LUT", "FF", "DSP", "BRAM")
        tables["Operators"] = table_of(header, operators)
        where = f"{self.figures.part} at {self.figures.clock_mhz:g} MHz; small: 80 % range"
        status = self.verdict.status if self.verdict else ""
        return framed(fragment(self.source.name, where, tables, status), height_of(tables))


def estimate(
    model: str | Path,
    *,
    part: str | None = None,
    clock_mhz: float | None = None,
    ii: int = 1,
    budget: str | Path | None = None,
    default_precision: str | None = None,
) -> Estimated:
    """Latency, initiation interval and resources of a model on a part, operator by operator, without building.

    >>> found = estimate("npelican-n8-c2", part="xcvu9p", clock_mhz=200, budget="cms-p2-ct-l2")
    >>> found.figures.constituents, found.verdict.status
    (8, 'pass')
    >>> latency = found.figures.total.latency_cycles
    >>> latency.low <= latency.value <= latency.high
    True

    Args:
        model: ONNX file, build directory, training run or zoo name.
        part: FPGA; default: the budget's. clock_mhz: default: the budget's. ii: clocks between two jets.
        budget: preset or TOML file; adds the verdict.
        default_precision: of unquantised layers of an ONNX file, as ``ap_fixed<16,6>`` (the default).

    Raises:
        BadInput: an unknown name, an unreadable model, a value out of range.
    """
    from fpgajet.devices import budget as budget_named
    from fpgajet.devices import chosen_clock
    from fpgajet.devices import part as part_named
    from fpgajet.estimate import shortfalls
    from fpgajet.estimate import verdict as judge
    from fpgajet.estimate.sources import of_name

    slot = budget_named() if budget is None else budget_named(budget)
    device = part_named(slot.part if part is None else part)
    clock = chosen_clock(clock_mhz, slot.clock_mhz)
    source = of_name(str(model), _checkpoint_network, _precision(default_precision))
    if default_precision is not None and source.own:
        raise BadInput(
            f"every tensor of {source.name} has a precision of its own; leave out --default-precision."
        )
    result = source.estimate(device, clock, ii)
    judged = judge(result, slot, device) if budget is not None else None
    return Estimated(source, device, result, shortfalls(result, device), judged)


def _checkpoint_network(name: str) -> Network:
    from quant.checkpoint import open_checkpoint
    from quant.checkpoint_network import built_network
    from quant.zoo import resolve

    return built_network(open_checkpoint(resolve(name)))


def _precision(text: str | None) -> FixedType | None:
    from fpgajet.fixed import FixedType

    try:
        return None if text is None else FixedType.from_ap_fixed(text)
    except ValueError as error:
        raise BadInput(f"--default-precision: {error}.") from error


@dataclass(frozen=True, repr=False)
class Judged:
    """Reports of vendor tools against a budget.

    Attributes:
        row: the figures; ``row.evidence`` names level and report of each. verdict: the answers.
    """

    row: HardwareRow
    verdict: Verdict

    @property
    def status(self) -> str:
        """Of the verdict: "pass", "marginal" or "fail"."""
        return self.verdict.status

    def as_dict(self) -> dict[str, Any]:
        """What ``fpgajet verdict --json`` prints."""
        return {"hardware": self.row.as_dict(), "verdict": self.verdict.as_dict()}

    def __repr__(self) -> str:
        return f"<verdict against {self.verdict.budget} on {self.verdict.part}: {self.status}>"

    def _repr_html_(self) -> str:
        """Tables of the verdict and of the figures."""
        from fpgajet.report.fragment import fragment, framed, height_of
        from fpgajet.report.tables import judged_table, levels_table

        tables = {
            "Verdict": judged_table(self.verdict.rows),
            "Latency and resources": levels_table([(self.row, {})]),
        }
        text = f"{self.verdict.part} at {self.row.clock_mhz:.6g} MHz"
        title = f"Verdict against {self.verdict.budget}"
        return framed(fragment(title, text, tables, self.status), height_of(tables))


def verdict(
    reports: str | Path | Sequence[str | Path],
    budget: str | Path,
    *,
    multiplicity: int,
    part: str | None = None,
    clock_mhz: float | None = None,
    latency_cycles: float | None = None,
    ii: float | None = None,
    instances: int | None = None,
) -> Judged:
    """Hold reports of Vitis HLS and Vivado, of any project, against a trigger budget.

    >>> judged = verdict(examples / "csynth.xml", "cms-p2-ct-l2", multiplicity=16)
    >>> judged.status, judged.row.evidence["lut"]
    ('pass', 'hls-csynth, csynth.xml')

    Args:
        reports: csynth.xml or NAME_csynth.rpt, report_utilization, report_timing_summary, one or several of one
            design. The figure of the highest level counts: routed before synthesised before HLS.
        budget: preset or TOML file.
        multiplicity: constituents per jet that arrive over the links.
        part: default: the one that the reports name, else the budget's.
        clock_mhz: of the design; default: the reports', else the budget's.
        latency_cycles, ii: in clocks, where no report holds them.
        instances: copies of the design; default: the budget's.

    Raises:
        BadInput: an unusable report, reports that contradict each other, or a figure that is missing.
    """
    from fpgajet.devices import budget as budget_named
    from fpgajet.estimate.tool_verdict import judge_reports, row_of_reports

    if multiplicity < 1 or (instances is not None and instances < 1):
        raise BadInput("multiplicity and instances have to be at least 1.")
    slot = budget_named(budget)
    if instances is not None:
        slot = slot.model_copy(update={"instances": instances})
    paths = [Path(path) for path in ([reports] if isinstance(reports, str | Path) else reports)]
    if not paths:
        raise BadInput("no report was given.")
    row, device = row_of_reports(
        paths, slot, part=part, clock_mhz=clock_mhz, latency_cycles=latency_cycles, ii=ii
    )
    return Judged(row, judge_reports(row, slot, device, multiplicity))
