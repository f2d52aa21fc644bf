"""``fpgajet export --target emp --front-end streaming --links``: written, simulated and compared before it appears."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("alkaid")

from fpgajet.errors import BadInput
from fpgajet.export.patterns.compare import Layout, compare_patterns
from fpgajet.pipeline.export_firmware import ALIGNED, STREAMING, export_emp
from fpgajet.pipeline.export_flow import Prepared
from fpgajet.pipeline.export_targets import run_exports
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Silent
from fpgajet.rtl import emit
from tests.networks import PUPPI, random_jets, random_network
from tests.rtl.conftest import need


def test_a_streaming_payload_on_two_links(tmp_path: Path) -> None:
    need("verilator", "g++")
    network, build = random_network(n=3, hidden=1, form=PUPPI), BuildDirectory(tmp_path / "build")
    build.root.mkdir()
    build.model.write_bytes(b"model")
    emit(network, build.verilog, 320, "xcvu9p")
    features = PUPPI.features(random_jets(60, 3, narrow=True))
    given = Prepared(build, network, "tagger_v1", features[:40], features[40:])
    folder = tmp_path / "export"
    done = export_emp(given, folder, Silent(), "ap_ufixed<10,1>", 0.25, 2, ALIGNED, STREAMING)
    assert (done.events, done.target) == (60, "emp")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["front_end"] == "streaming"
    names = {path.name for path in (folder / "firmware" / "hdl").iterdir()}
    assert {"tagger_v1_collector.v", "tagger_v1_front_core.v", "tagger_v1_core.v", "tagger_v1_emp.v"} <= names
    layout = Layout.read(folder / "interface.json")
    assert (layout.links, layout.step) == (2, 4)
    sent = folder / "patterns" / "EMPv2" / "in_000.txt"
    lines = sent.read_text().splitlines()
    assert len(lines[3].split()) == 3  # "Link" and two numbers
    # One bit of the second word of the second jet (its candidate 0: link 1, frame 2), in the lowest bits: pT.
    row = next(k for k, line in enumerate(lines) if line.startswith("Frame 0002"))
    lines[row] = lines[row][:-1] + f"{int(lines[row][-1], 16) ^ 1:x}"
    changed = tmp_path / "changed.txt"
    changed.write_text("\n".join(lines) + "\n")
    difference = compare_patterns(changed, sent, layout, "inputs").difference
    assert difference.startswith("jet 1 (link 1,")
    assert "word 1: constituent_00_pt is" in difference
    out = folder / "patterns" / "EMPv2" / "out_000.txt"
    assert not compare_patterns(out, out, layout).difference
    assert np.count_nonzero(list(layout.answered)) == len(layout.answered)


@pytest.mark.parametrize("option", [{"jet_order": "sideways"}, {"front_end": "sideways"}])
def test_choices_are_checked_first(option: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=next(iter(option)).replace("_", "-")):
        run_exports(tmp_path, ["emp"], **option)  # type: ignore[arg-type]
