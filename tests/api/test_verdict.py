"""Reports of vendor tools against a budget; the fixtures follow the layout of Vitis HLS and Vivado 2023.2."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import fpgajet
from fpgajet import cli
from fpgajet.errors import BadInput
from fpgajet.hls import tool_reports
from fpgajet.hls.tool_reports import read_report

REPORTS = Path(__file__).with_name("reports")
CSYNTH, UTILISATION, TIMING = (REPORTS / name for name in ("csynth.xml", "utilization.rpt", "timing.rpt"))
TEXT = REPORTS / "myproject_csynth.rpt"


def judge(*reports: Path, **options: object) -> fpgajet.api.Judged:
    return fpgajet.verdict(list(reports), "cms-p2-ct-l2", **({"multiplicity": 16} | options))


def test_every_figure_of_csynth_is_read() -> None:
    row = judge(CSYNTH).row
    found = (row.latency_cycles, row.ii, row.lut, row.ff, row.dsp, row.bram, row.period_ns)
    assert found == (41, 1, 67890, 12345, 544, 2, 2.027)
    assert row.part == "xcvu9p-flga2104-2-e"
    assert row.clock_mhz == 360, "2.78 ns is how csynth.xml rounds the budget's 360 MHz"


def test_text_and_xml_of_a_design_say_the_same() -> None:
    text, xml = read_report(TEXT), read_report(CSYNTH)
    assert replace(text, source="") == replace(xml, source="")


def test_vivado_hls_called_its_columns_otherwise(tmp_path: Path) -> None:
    old = tmp_path / "old_csynth.rpt"
    changes = {
        "Vitis HLS Report": "Vivado HLS Report",
        "|  DSP  |": "| DSP48E|",
        "|ap_clk  |  2.78 ns|  2.027 ns|     0.75 ns|": "|ap_clk  | 2.78 ns | 2.027 ns |   0.75 ns  |",
    }
    content = TEXT.read_text()
    for one, other in changes.items():
        assert one in content
        content = content.replace(one, other)
    old.write_text(content)
    assert replace(read_report(old), source="") == replace(read_report(TEXT), source="")


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ("|       41|", "|        ?|", "no report holds latency_cycles.*NAME_csynth.rpt"),
        ("== Utilization", "== Cut", "no table of resources"),
        ("  67890|     0|", "      -|     0|", "the total of LUT is '-'"),
        ("* Target device:", "* Nothing:", "no target device"),
        ("Vitis HLS Report for", "Synthesis Summary Report of", r"top function, myproject_csynth\.rpt"),
    ],
)
def test_what_a_text_report_lacks_is_said(one: str, other: str, message: str, tmp_path: Path) -> None:
    report = tmp_path / "myproject_csynth.rpt"
    assert one in TEXT.read_text()
    report.write_text(TEXT.read_text().replace(one, other))
    with pytest.raises(BadInput, match=message):
        judge(report)


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("Optimized", "vivado-synthesis"),  # after opt_design, as hls4ml's vivado_synth.tcl leaves it
        ("Fully Placed", "vivado-implementation"),
        ("Physopt postPlace", "vivado-implementation"),
        ("Fully Routed", "vivado-implementation"),
        ("Physopt postRoute", "vivado-implementation"),
    ],
)
def test_the_state_of_a_design_is_its_level(state: str, level: str, tmp_path: Path) -> None:
    report = tmp_path / "state.rpt"
    report.write_text(UTILISATION.read_text().replace("Design State : Routed", f"Design State : {state}"))
    assert read_report(report).level == level


NET = "                         net (fo=12, {})           1.193     1.193    inner/product[0]\n"


@pytest.mark.parametrize(
    ("nets", "level"),
    [("routed", "vivado-implementation"), ("unplaced", "vivado-synthesis"), ("estimated", None), ("", None)],
)
def test_timing_of_older_vivado_shows_its_state_by_its_paths(
    nets: str, level: str | None, tmp_path: Path
) -> None:
    """Up to 2022 the heading has no Design State, and 7-series parts no xc."""
    report = tmp_path / "timing.rpt"
    heading = TIMING.read_text().replace("| Design State      : Routed\n", "")
    text = heading.replace("xcvu9p-flga2104", "7z020-clg400")
    assert "Design State" not in text
    report.write_text(text + (NET.format("routed") + NET.format(nets) if nets else ""))
    if level is None:
        with pytest.raises(BadInput, match="write it after synth_design"):
            read_report(report)
        return
    found = read_report(report)
    assert found.level == level
    assert found.part == "xc7z020-clg400"


def test_the_highest_level_counts_and_every_figure_names_its_own() -> None:
    judged = judge(TIMING, CSYNTH, UTILISATION)
    row = judged.row
    assert (row.level, row.lut, row.dsp, row.bram) == ("vivado-implementation", 21000, 540, 2.5)
    assert row.period_ns == pytest.approx(2.778 + 0.122)
    by_name = {one.name: one for one in judged.verdict.rows}
    assert by_name["latency"].explanation.endswith("[hls-csynth, csynth.xml]")
    assert by_name["LUT of device"].explanation.endswith("[vivado-implementation, utilization.rpt]")
    assert by_name["clock period"].explanation.endswith("[vivado-implementation, timing.rpt]")
    assert by_name["clock period"].status == judged.status == "fail", "negative slack"


def test_a_synthesised_design_is_of_another_level(tmp_path: Path) -> None:
    synthesised = tmp_path / "early.rpt"
    text = UTILISATION.read_text().replace("Routed", "Synthesized").replace("21000", "23000")
    synthesised.write_text(text)
    assert judge(CSYNTH, synthesised).row.level == "vivado-synthesis"
    assert judge(CSYNTH, synthesised, UTILISATION).row.lut == 21000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("<Worst-caseLatency>41<", "<Worst-caseLatency>undef<"),
            "no report holds latency_cycles.*--latency-cy",
        ),
        (("<LUT>67890</LUT><URAM>", "<URAM>"), "has no AreaEstimates/Resources/LUT"),
        (("</profile>", ""), "is not XML"),
        (("<profile>", '<!DOCTYPE a [<!ENTITY b "c">]><profile>'), "declares a document type"),
        (("<LUT>67890", "<LUT>many"), "'many', which is no number"),
        (("xcvu9p-flga2104-2-e", "xq99"), "Or give the part with --part"),
    ],
)
def test_what_is_wrong_or_missing_is_said(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    report = tmp_path / "csynth.xml"
    report.write_text(CSYNTH.read_text().replace(*change))
    with pytest.raises(BadInput, match=message):
        judge(report)


@pytest.mark.parametrize(
    ("source", "change", "message"),
    [
        (UTILISATION, ("| DSPs", "| dsps"), "has no row DSPs or DSP Slices"),
        (UTILISATION, ("Routed", "Linked"), "in the state 'Linked'"),
        (TIMING, ("Routed", "Fully Placed"), "in the state 'Fully Placed'"),
        (TIMING, ("-0.122", "NA"), "no constrained path"),
        (TIMING, ("\n\n\n----", "\nb  {0.000 1.0}  2.0  500\n\n\n----"), "holds ap_clk, b"),
        (TIMING, ("xcvu9p", "xcvu13p"), "different parts"),
        (TIMING, (" 2.778 ", " 5.000 "), "different clocks"),
    ],
)
def test_so_it_is_for_vivado(source: Path, change: tuple[str, str], message: str, tmp_path: Path) -> None:
    report = tmp_path / "changed.rpt"
    report.write_text(source.read_text().replace(*change))
    assert report.read_text() != source.read_text()
    with pytest.raises(BadInput, match=message):
        judge(CSYNTH, report)


def test_vivado_alone_has_no_latency_but_a_user_may_know_it() -> None:
    with pytest.raises(BadInput, match="no report holds latency_cycles"):
        judge(UTILISATION)
    row = judge(UTILISATION, latency_cycles=41, ii=2).row
    assert (row.latency_cycles, row.ii) == (41, 2)
    with pytest.raises(BadInput, match="at least 1 clock"):
        judge(UTILISATION, latency_cycles=float("nan"), ii=1)


def test_two_reports_of_one_level_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    other.write_text(CSYNTH.read_text())
    with pytest.raises(BadInput, match=r"both state .* of hls-csynth"):
        judge(CSYNTH, other)


def test_size_kind_and_absence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="none of the reports"):
        judge(Path(__file__).with_name("__init__.py"))
    with pytest.raises(BadInput, match="cannot read"):
        judge(tmp_path / "nowhere.xml")
    monkeypatch.setattr(tool_reports, "LARGEST", 100)
    with pytest.raises(BadInput, match="bytes"):
        judge(CSYNTH)


def run(*words: str) -> tuple[int, str]:
    if not cli.app.registered_commands:
        cli._register()
    from fpgajet.errors import FpgajetError

    done = CliRunner().invoke(cli.app, ["verdict", *words], standalone_mode=False)
    code = done.exception.exit_code if isinstance(done.exception, FpgajetError) else done.return_value
    return code, done.output


def test_the_command() -> None:
    options = ("--budget", "cms-p2-ct-l2", "--multiplicity", "16")
    code, text = run(str(CSYNTH), *options, "--json")
    assert (code, json.loads(text)["verdict"]["status"]) == (0, "pass")
    assert json.loads(text)["hardware"]["evidence"]["ii"] == "hls-csynth, csynth.xml"
    code, text = run(*map(str, (CSYNTH, TIMING)), *options)
    assert code == 4
    assert "[vivado-implementation, timing.rpt]" in text.replace("\n", "")
