"""hls4ml projects: golden C++, exact C simulation, self-checking test bench, honest refusals."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpgajet.errors import BadInput, CannotWrite, MissingTool, ToolFailed
from fpgajet.fixed import from_real
from fpgajet.graph.export import export
from fpgajet.hls import csim
from fpgajet.hls.csim import CSimulation, compile_project
from fpgajet.hls.project import write_project
from fpgajet.hls.register import port_name
from fpgajet.ops.forms import InputForm
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.pipeline.record import path_digest
from fpgajet.verify.vectors import edge_vectors
from tests.networks import (
    LOG,
    PUPPI_SUM,
    TRIGGER,
    random_jets,
    random_network,
    scaled,
    symmetric,
    with_features,
    with_row_sums,
)

GOLDEN = Path(__file__).parent.parent / "golden"
FIRMWARE = Path(__file__).parents[2] / "firmware"
GOLDEN_FILES = ("random.cpp", "parameters.h", "defines.h")


def make(network: Network, out: Path, **options: object) -> Path:
    settings = {"part": "xcvu9p-flga2104-2-e", "clock_mhz": 360.0, "vectors": random_jets(20)} | options
    write_project(export(network), network, out, **settings)
    return out


def simulated(project: Path, work: Path) -> CSimulation:
    """Compiled for a few hundred jets."""
    return CSimulation(project, compile_project(project, work / "csim", optimisation="-O1"))


def test_generated_cpp_is_the_golden_one(tmp_path: Path) -> None:
    """After an intended change: FPGAJET_UPDATE_GOLDEN=1 pytest tests/hls/test_project.py, and read the diff."""
    project = make(random_network(), tmp_path / "hls")
    for name in GOLDEN_FILES:
        text = (project / "firmware" / name).read_text()
        golden = GOLDEN / f"hls_{name}"
        if os.environ.get("FPGAJET_UPDATE_GOLDEN"):
            golden.write_text(text)
        assert text == golden.read_text(), name


def test_nothing_is_left_to_chance(tmp_path: Path) -> None:
    project = make(random_network(), tmp_path / "hls")
    sources = "".join((project / "firmware" / name).read_text() for name in GOLDEN_FILES)
    assert "auto" not in sources
    assert not re.search(r"\b(float|double)\b", sources)
    assert str(tmp_path) not in (project / "hls4ml_config.yml").read_text()
    assert 'set part "xcvu9p-flga2104-2-e"' in (project / "project.tcl").read_text()
    assert "set clock_period 2.7778" in (project / "project.tcl").read_text()
    assert (project / "build_prj.tcl").is_file()


def test_arrays_are_divided_in_one_way_from_the_top_to_the_operators(tmp_path: Path) -> None:
    project = make(
        random_network(form=PUPPI_SUM), tmp_path / "hls", vectors=PUPPI_SUM.features(random_jets(20))
    )
    top = (project / "firmware" / "random.cpp").read_text()
    sources = [top, *(path.read_text() for path in project.glob("firmware/nnet_utils/fpgajet_*.h"))]
    assert len(sources) > 8
    ways = {
        way for text in sources for way in re.findall(r"#pragma HLS (ARRAY_\w+) variable=\w+ (\w+)", text)
    }
    assert ways == {("ARRAY_PARTITION", "complete")}
    assert (
        len(re.findall("ARRAY_PARTITION", top)) == 1 + len(PUPPI_SUM.front_end(4)) + 4
    )  # the jet, every stage
    # The ports are those of the model.
    assert re.search(r"void random\(\s*input_t jet\[4\*4\],\s*result_t score\[1\]\s*\)", top)
    assert "#pragma HLS INTERFACE ap_vld port=jet,score" in top
    assert re.search(r"\bexport +1\b", (project / "build_opt.tcl").read_text())


def test_a_port_has_no_name_that_something_else_has() -> None:
    assert [port_name(name, ["jet"]) for name in ("score", "Add_3", "float", "jet", "decision", "7-fold")] == [
        "score", "Add_3", "float_out", "jet_out", "decision_out", "model_7_fold"
    ]  # fmt: skip


def test_options_of_pragmas_are_not_split_at_commas() -> None:
    """Vitis reads `instances=f<A, B> limit=1` as two instances; lists of variables are meant as lists."""
    found = 0
    for header in FIRMWARE.glob("*.h"):
        for pragma in re.findall(r"#pragma HLS (.*)", header.read_text()):
            for option, value in re.findall(r"(\w+)=(.*?)(?= \w+=| \w+$|$)", pragma):
                found += option == "instances"
                assert option == "variable" or "," not in value, (header.name, pragma)
    assert found >= 15


def test_headers_use_no_floating_point() -> None:
    for header in FIRMWARE.glob("*.h"):
        code = re.sub(r"//.*", "", header.read_text())
        assert not re.search(r"\b(float|double)\b", code), header.name


@pytest.mark.parametrize(
    ("n", "hidden", "outputs", "beams", "rounding", "alpha"),
    [(4, 2, 1, 0, "AP_RND_CONV", False), (3, 3, 4, 1, "AP_TRN", False), (4, 2, 3, 0, "AP_TRN", True)],
)
def test_csim_equals_the_reference(
    tmp_path: Path, n: int, hidden: int, outputs: int, beams: int, rounding: str, alpha: bool
) -> None:
    network = random_network(n, hidden, beams, rounding=rounding, outputs=outputs)
    network = scaled(network) if alpha else network
    project = make(network, tmp_path / "hls", vectors=random_jets(20, n))
    simulation = simulated(project, tmp_path)
    jets = random_jets(500, n)
    precision = network.input_type
    expected = network.reference(FixedArray(from_real(jets, precision), precision.fraction))
    found = simulation.stages(jets)
    for node in network.nodes:
        np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)
    assert len(np.unique(found["score"])) > 50
    with pytest.raises(BadInput, match=r"takes jets of shape"):
        simulation.stages(np.zeros((1, 9, 4), np.float32))


def assert_equals_reference(
    simulation: CSimulation, network: Network, jets: np.ndarray, varying: str
) -> None:
    """Every stage, bit by bit; the stage ``varying`` is not the same all the time."""
    raw = from_real(jets, network.input_type)
    expected = network.reference(FixedArray(raw, network.input_type.fraction))
    found = simulation.stages(jets)
    for node in network.nodes:
        np.testing.assert_array_equal(found[node.name], expected[node.name].real, err_msg=node.name)
    assert len(np.unique(found[varying])) > 50


def refuse(*given: object, **named: object) -> None:
    raise AssertionError("a program was started")


def test_csim_of_row_sums_equals_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = with_row_sums(random_network(3, 2, beams=1))
    project = make(network, tmp_path / "hls", vectors=random_jets(20, 3))
    simulation = CSimulation(project, compile_project(project, tmp_path / "csim"))
    assert_equals_reference(simulation, network, random_jets(300, 3), varying="rows")

    # The same sources are not compiled twice, others are.
    again = CSimulation(project, compile_project(project, tmp_path / "again"))
    assert not list((tmp_path / "again").glob("*.o"))
    logs = [(tmp_path / name / "compile.log").read_text() for name in ("csim", "again")]
    assert logs[0] == logs[1]
    assert_equals_reference(again, network, random_jets(300, 3), varying="rows")
    weights = project / "firmware" / "weights"
    (weights / "another.h").write_text("")
    monkeypatch.setattr(csim, "run", refuse)
    with pytest.raises(AssertionError, match="was started"):
        compile_project(project, tmp_path / "other")


@pytest.mark.parametrize("form", [TRIGGER, LOG, PUPPI_SUM])
def test_csim_of_other_input_forms_equals_the_reference(tmp_path: Path, form: InputForm) -> None:
    network = symmetric(random_network(4, form=form), once=True)
    network = with_features(network) if form == PUPPI_SUM else network
    jets = form.features(random_jets(300, narrow=True))
    project = make(network, tmp_path / "hls", vectors=jets[:20])
    simulation = simulated(project, tmp_path)
    jets = np.concatenate([jets, *edge_vectors(network, 500, 1, jets).values()])
    assert_equals_reference(simulation, network, jets, varying="score")


def test_test_bench_passes_and_can_fail(tmp_path: Path) -> None:
    project = make(random_network(), tmp_path / "hls")
    includes = ["-O0", "-w", "-std=c++14", "-Ifirmware/ap_types"]
    subprocess.run(
        ["g++", *includes, "random_test.cpp", "firmware/random.cpp", "-o", "tb"], cwd=project, check=True
    )
    assert subprocess.run(["./tb"], cwd=project, check=False).returncode == 0
    expected = project / "tb_data" / "tb_output_predictions.dat"
    lines = expected.read_text().splitlines()
    expected.write_text("\n".join([str(float(lines[0]) + 1), *lines[1:]]) + "\n")
    wrong = subprocess.run(["./tb"], cwd=project, capture_output=True, text=True, check=False)
    assert wrong.returncode == 1
    assert "DIFFERENT: jet 0" in wrong.stderr


def test_corrupted_source_does_not_compile_with_a_clear_message(tmp_path: Path) -> None:
    project = make(random_network(), tmp_path / "hls")
    (project / "firmware" / "parameters.h").write_text("this is not C++")
    with pytest.raises(ToolFailed, match=r"could not compile .* error: ") as caught:
        compile_project(project, tmp_path / "csim")
    log = Path(str(caught.value).rsplit("output is in ", 1)[1].rstrip("."))
    assert "this is not C++" in log.read_text(), "the log that the message names stays"
    log.unlink()


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make(random_network(), tmp_path / "hls")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="apt-get install g"):
        compile_project(project, tmp_path / "csim")
    assert not (tmp_path / "csim").exists()


def test_the_whole_design_has_the_initiation_interval(tmp_path: Path) -> None:
    project = make(random_network(), tmp_path / "hls", reuse_factor=4)
    assert "#pragma HLS PIPELINE II=4\n" in (project / "firmware" / "random.cpp").read_text()
    parameters = (project / "firmware" / "parameters.h").read_text()
    assert parameters.count("reuse_factor = 4;") == len(random_network().nodes)


def test_vivado_backend(tmp_path: Path) -> None:
    project = make(random_network(), tmp_path / "hls", backend="vivado")
    assert 'set backend "vivado"' in (project / "project.tcl").read_text()


def test_unknown_backend(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="unknown backend 'quartus'"):
        make(random_network(), tmp_path / "hls", backend="quartus")


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="cannot write"):
        make(random_network(), tmp_path / "file" / "hls")


def test_replaces_an_older_project_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "hls"
    make(random_network(), out)
    (out / "stale").write_text("")
    make(random_network(), out)
    assert not (out / "stale").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hls"]


def test_equal_projects_are_equal_byte_for_byte(tmp_path: Path) -> None:
    """hls4ml draws a stamp at random; ours comes from the content."""
    one, two = (make(random_network(), tmp_path / name / "hls") for name in "ab")
    assert path_digest(one) == path_digest(two)
    other = make(random_network(), tmp_path / "c" / "hls", reuse_factor=4)
    stamps = [re.search(r"LIB_STAMP=(\w+)", (p / "build_lib.sh").read_text())[1] for p in (one, other)]
    assert stamps[0] != stamps[1]
