"""Parts: names, figures, per-SLR shares, and what a wrong name tells the user."""

from __future__ import annotations

import pytest

from fpgajet.devices import part, parts
from fpgajet.devices.parts import Part
from fpgajet.devices.tables import build
from fpgajet.errors import BadInput
from tests.conftest import Run

# The totals of hardware data sheets, written down a second time so that a slip in the data file shows.
TOTALS = {
    "xcvu9p": (1_182_240, 2_364_480, 6_840, 2_160, 960, 3),
    "xcvu13p": (1_728_000, 3_456_000, 12_288, 2_688, 1_280, 4),
    "xcku115": (663_360, 1_326_720, 5_520, 2_160, 0, 2),
    "xc7vx690t": (433_200, 866_400, 3_600, 1_470, 0, 1),
    "xczu9eg": (274_080, 548_160, 2_520, 912, 0, 1),
    "xczu7ev": (230_400, 460_800, 1_728, 312, 96, 1),
    "xck26": (117_120, 234_240, 1_248, 144, 64, 1),
    "xc7z020": (53_200, 106_400, 220, 140, 0, 1),
}


def test_figures() -> None:
    found = {p.name: (p.lut, p.ff, p.dsp, p.bram, p.uram, p.slr) for p in parts()}
    assert found == TOTALS
    assert all(p.source for p in parts())


@pytest.mark.parametrize(
    ("given", "die", "full"),
    [
        ("xcvu9p", "xcvu9p", "xcvu9p-flga2104-2L-e"),
        ("XCVU9P-FLGA2104-2-E", "xcvu9p", "xcvu9p-flga2104-2-e"),
        ("u250", "xcvu13p", "xcu250-figd2104-2L-e"),
        ("xcu200", "xcvu9p", "xcu200-fsgd2104-2-e"),
        ("xc7vx690tffg1927-2", "xc7vx690t", "xc7vx690tffg1927-2"),
        ("xcvu13p-fhgb2104-3-e", "xcvu13p", "xcvu13p-fhgb2104-3-e"),
    ],
)
def test_names(given: str, die: str, full: str) -> None:
    found = part(given)
    assert (found.name, found.full_name) == (die, full)


def test_speed_grade_is_that_of_the_full_name() -> None:
    assert [part(n).speed_grade for n in ("xcvu9p", "xcvu13p-fhgb2104-3-e", "xc7z020")] == [2, 3, 1]


def test_one_slr_is_a_share() -> None:
    assert part("xcvu9p").per_slr("lut") == 394_080
    assert part("xcvu13p").per_slr("dsp") == 3_072


@pytest.mark.parametrize("given", ["xcvu99", "", "vu9p", "xcvu9p-nonsense"])
def test_unknown_part_names_close_ones(given: str) -> None:
    with pytest.raises(BadInput, match=r"unknown part .*xc") as error:
        part(given)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lut": -1}, "lut"),
        ({"speed": 3}, "unknown key 'speed'"),
        ({"full_names": ["xcvu9p"]}, "speed grade"),
    ],
)
def test_a_wrong_row_is_refused(change: dict[str, object], message: str) -> None:
    row = part("xcvu9p").model_dump() | change
    with pytest.raises(BadInput, match=message):
        build(Part, row, "parts.toml, xcvu9p")


def test_the_table_shows_every_digit_in_80_columns(fpgajet: Run) -> None:
    lines = fpgajet("parts", COLUMNS="80").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert any("1,182,240" in line for line in lines)
