"""The target ``axi-stream``: driven by cocotb in Verilator; its component, IP description and scripts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from fpgajet.export.firmware.axi_stream import stream_sources, write_axi_stream
from fpgajet.export.firmware.core import Core, copy_core, copy_halves
from fpgajet.export.firmware.front_end import Halves
from fpgajet.export.firmware.interface import Interface, interface_of
from fpgajet.export.firmware.ipxact import PORTS, SPIRIT
from fpgajet.export.firmware.words import packets, words_of
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlDesign
from tests.export.conftest import Words, need
from tests.networks import PUPPI, random_jets
from tests.rtl.conftest import raw_jets, wanted

TOP = "tagger_v2_axi_stream"
BENCHES = {
    "back_to_back", "bubbles_and_backpressure", "a_sink_that_stops", "packets_too_short_and_too_long",
    "reset_in_the_middle", "the_latency",
}  # fmt: skip


def exported(
    network: Network, design: RtlDesign, folder: Path, halves: Halves | None = None
) -> tuple[Core, Interface]:
    core, interface = copy_core(design, folder, "tagger_v2"), interface_of(network, design)
    if halves is not None:
        core = copy_halves(halves.front, halves.rest, folder, "tagger_v2")
    write_axi_stream(core, interface, network.name, 2)
    return core, interface


@pytest.mark.parametrize("which", ["slow_design", "words"])
def test_cocotb_drives_the_streams(
    which: str, network: Network, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """At an interval of 3, and with a front end that works on every word as it comes."""
    pytest.importorskip("cocotbext.axi")
    if pytest.importorskip("find_libpython").find_libpython() is None:
        pytest.skip("needs a Python with a shared library, which cocotb loads")
    need("verilator", "g++")
    from tests.export.cocotb_verilator import compile_for_cocotb, run_cocotb

    chosen, halves = request.getfixturevalue(which), None
    if isinstance(chosen, Words):
        network, chosen, halves = chosen.network, chosen.design, chosen.halves
    core, interface = exported(network, chosen, tmp_path / "out", halves)
    raw = raw_jets(network, 60).reshape(60, -1)
    if halves is not None:  # words of random bits are far from every axis, and nearly all alike
        raw = PUPPI.features(random_jets(60, 3, narrow=True)).astype(np.int64).reshape(60, -1)
    first = raw * (np.arange(raw.shape[1]) < raw.shape[1] // network.input_shape[0])
    latency = json.loads((core.folder / "interface.json").read_text())["latency_cycles"]
    facts = {
        "words": packets(raw, interface),
        "scores": scores(network, raw),
        "short_scores": scores(network, first),
        "latency": latency,
        "ii": core.design.ii,
    }
    assert len(np.unique(facts["scores"])) > 10
    np.savez(tmp_path / "bench.npz", **facts)
    (tmp_path / "work").mkdir()
    program = compile_for_cocotb(stream_sources(core), TOP, tmp_path / "work")
    found = run_cocotb(
        program, TOP, "tests.export.bench_axi_stream", {"FPGAJET_BENCH": str(tmp_path / "bench.npz")}
    )
    assert {name: failure for name, failure in found.items() if failure} == {}
    assert set(found) == BENCHES


def scores(network: Network, raw: np.ndarray) -> np.ndarray:
    return wanted(network, raw.reshape(-1, *network.input_shape)).reshape(len(raw), -1)


def test_the_words_hold_every_bit(network: Network, design: RtlDesign) -> None:
    interface = interface_of(network, design)
    raw = raw_jets(network, 20).reshape(20, -1)
    words = packets(raw, interface)
    assert words.shape == (20, 3)
    found = np.zeros_like(raw)
    for k, port in enumerate(interface.inputs):
        (index,) = [w for w, word in enumerate(words_of(interface)) if word.lsb <= port.lsb <= word.msb]
        low = port.lsb - words_of(interface)[index].lsb
        value = (words[:, index] >> np.uint64(low)).astype(np.int64) & ((1 << port.width) - 1)
        found[:, k] = value - ((value >> (port.width - 1)) << port.width if port.signed else 0)
    np.testing.assert_array_equal(found, raw)


def test_component_xml_names_ports_and_files(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    core, _ = exported(network, design, tmp_path)
    root = ElementTree.parse(tmp_path / "component.xml").getroot()
    at = {"s": SPIRIT}
    files = [f.text for f in root.findall(".//s:file/s:name", at)]
    assert set(core.verilog) < set(files)
    assert all((tmp_path / str(name)).is_file() for name in files)
    assert root.findtext("s:name", None, at) == TOP
    verilog = (tmp_path / "verilog" / f"{TOP}.v").read_text()
    header = verilog[verilog.index("module") : verilog.index(");")]
    ports = re.findall(r"(input|output) wire (?:\[63:0\] )?(\w+)", header)
    assert {(name, direction) for direction, name in ports} == {(p, d + "put") for p, d, *_ in PORTS}
    maps = {p.text for p in root.findall(".//s:physicalPort/s:name", at)}
    assert maps == {p for p, *_ in PORTS}


def test_the_scripts_are_tcl_that_names_existing_files(
    network: Network, design: RtlDesign, tmp_path: Path
) -> None:
    """Run by a Tcl interpreter in which Vivado's commands only write down what they are given."""
    tcl = shutil.which("tclsh")
    if tcl is None:
        pytest.skip("needs tclsh")
    exported(network, design, tmp_path)
    commands = ("read_verilog", "read_xdc", "synth_design", "report_utilization", "report_timing_summary",
                "write_checkpoint", "create_clock", "get_ports")  # fmt: skip
    stub = "".join(f"proc {c} args {{ puts [list {c} {{*}}$args]; return x }}\n" for c in commands)
    (tmp_path / "run.tcl").write_text(f"{stub}source synth_out_of_context.tcl\nsource {TOP}.xdc\n")
    done = subprocess.run([tcl, "run.tcl"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    read = [Path(line[-1]) for line in lines if line[0].startswith("read_")]
    assert len(read) == len(design.sources) + 3
    assert all(path.is_file() for path in read)
    assert ["synth_design", "-mode", "out_of_context", "-part", "xcvu9p-flga2104-2L-e", "-top", TOP] in lines
    assert ["create_clock", "-name", "aclk", "-period", "3.125", "x"] in lines


def test_the_component_is_vhdl(network: Network, design: RtlDesign, tmp_path: Path) -> None:
    need("ghdl")
    exported(network, design, tmp_path)
    source = tmp_path / "vhdl" / f"{TOP}_component.vhd"
    done = subprocess.run(
        ["ghdl", "-a", "--std=93", str(source)], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
