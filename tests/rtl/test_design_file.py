"""``design.json`` of somebody else: every value has its type and range, and a name is no path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fpgajet.errors import BadInput
from fpgajet.rtl.write.design import RtlDesign

GOOD: dict[str, Any] = {
    "sources": ["fpgajet_top.v"], "latency_cycles": 3, "ii": 1, "clock_mhz": 360, "part": "xcvu9p", "registers": 9,
    "dsp": 1, "slowest_stage_ns": 2.5, "jet": [[True, 15, 4]], "score": [[True, 16, -3]], "vhdl": [],
}  # fmt: skip


def write(folder: Path, content: Any) -> Path:
    (folder / "design.json").write_text(json.dumps(content))
    return folder


def test_a_good_one_is_read(tmp_path: Path) -> None:
    design = RtlDesign.read(write(tmp_path, GOOD))
    assert (design.jet[0].width, design.score[0].fraction, design.sources) == (15, -3, ("fpgajet_top.v",))


@pytest.mark.parametrize(
    "value", [None, -1, "[/]", [], {"a": 1}, 10**30, True, 0.5, 1e308, [None], ["../x.v"]]
)
@pytest.mark.parametrize("key", GOOD)
def test_values_of_another_kind(tmp_path: Path, key: str, value: Any) -> None:
    fits = {("vhdl", "[]"), ("part", "'[/]'"), ("slowest_stage_ns", "0.5"), ("slowest_stage_ns", "1e+308"),
            ("slowest_stage_ns", str(10**30))}  # fmt: skip
    if (key, repr(value)) in fits:
        return
    with pytest.raises(BadInput, match=f"was not written by this version of fpgajet .{key}"):
        RtlDesign.read(write(tmp_path, GOOD | {key: value}))


@pytest.mark.parametrize("content", [[], None, 3, {}, GOOD | {"more": 1}])
def test_another_document(tmp_path: Path, content: Any) -> None:
    with pytest.raises(BadInput, match="was not written by this version"):
        RtlDesign.read(write(tmp_path, content))
