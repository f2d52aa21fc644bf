"""Parts: names, figures, per-SLR shares, and what a wrong name tells the user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.devices import chosen_clock, part, parts
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
        (" XCVU13P-FHGB2104-2l-E ", "xcvu13p", "xcvu13p-fhgb2104-2L-e"),
        ("xcvu9p-flga2104-1LV-i-es1", "xcvu9p", "xcvu9p-flga2104-1LV-i-es1"),
        ("xc7z020CLG484-2l", "xc7z020", "xc7z020clg484-2L"),
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


@pytest.mark.parametrize(
    "given",
    [
        "xcvu99",
        "",
        "  ",
        "vu9p",
        "xcvu9p-nonsense",
        'xcvu9p-flga2104-2-e"[exit]',
        "xcvu9p-flga2104-2-e; exit",
        "xcvu9p-flga2104-2-e\n-e",
        "xcvu9p-flga2104-9-e",
        "xcvu9p-flga2104-4-e",
        "xcvu9p-flga2104-2X-e",
        "xcvu9p-flga2104-2-z",
        "xcvu9p-flga2104-2",
        "xcvu9p-flga2104-2-e-e",
        "xcvu9pflga2104-2-e",
        "xcvu9p-flga2104-\uff12-e",
        "xc7z020-clg400-1",
        "xc7z020clg400-1LV",
        "xc7z020clg400-4",
    ],
)
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


TCL_OR_SHELL = set("\"'[]{}()$;\\`|&<>\n\t *?~#!")


@given(
    st.sampled_from(["xcvu9p-flga2104-2-e", "xc7z020clg400-1", "xcu250-figd2104-2L-e"]),
    st.text(st.sampled_from([*TCL_OR_SHELL, "a", "2", "-", "e"]), min_size=1, max_size=4),
    st.integers(0, 20),
)
def test_no_name_that_is_accepted_can_leave_its_quotes(name: str, piece: str, place: int) -> None:
    place %= len(name) + 1
    try:
        found = part(name[:place] + piece + name[place:])
    except BadInput as error:
        assert "\n" not in str(error)  # noqa: PT017 - a name may also be good
        return
    assert not TCL_OR_SHELL & set("".join((found.name, *found.full_names)))


OWN = """name = "my-die"
full_names = ["xcvu11p-flgb2104-2-e"]
family = "UltraScale+"
lut = 1_296_000
ff = 2_592_000
dsp = 9_216
bram36 = 2_016
uram = 960
slr = 3
"""


def test_a_part_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text("\ufeff" + OWN.replace("\n", "\r\n"), encoding="utf-8")
    found = part(own)
    assert (found.name, found.full_name, found.lut, found.source) == (
        "my-die",
        "xcvu11p-flgb2104-2-e",
        1_296_000,
        "user",
    )
    # Later stages know a part by its name.
    assert part("my-die") == part("xcvu11p-flgb2104-2-e") == found
    own.write_text('base = "u250"\nlut = 1_000_000\n')
    found = part(str(own))
    assert (found.name, found.lut, found.dsp, found.slr) == ("mine", 1_000_000, 12_288, 4)
    assert found.full_name == "xcu250-figd2104-2L-e"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            OWN.replace("dsp", "dps"),
            r"unknown key 'dps'.*'dsp' is missing|'dsp' is missing.*unknown key 'dps'",
        ),
        (OWN.replace("2-e", "9-e"), "existing speed grade"),
        (OWN.replace('-e"]', '-e\\"[exit]"]'), "existing speed grade"),
        (OWN.replace("my-die", "my die"), "lower-case letters"),
        (OWN.replace("my-die", "../x"), "lower-case letters"),
        (OWN.replace("my-die", "xcvu9p"), "the name of a known part"),
        (OWN.replace("my-die", "u250"), "the name of a known part"),
        (OWN.replace("slr = 3", "slr = 0"), "slr"),
        (OWN.replace("UltraScale+", "Stratix"), "family"),
        (OWN + 'aliases = { "x y" = "xcu250-figd2104-2L-e" }', "an alias is a short name"),
        ('base = "xcvu99"', "unknown part 'xcvu99'"),
        ("lut = ", "not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "not valid TOML"),
        ("lut = 1" + "0" * 5000, "not valid TOML"),
    ],
)
def test_mistakes_in_a_part_file(tmp_path: Path, text: str, message: str) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(text)
    with pytest.raises(BadInput, match=message) as error:
        part(own)
    assert "\n" not in str(error.value)


def test_a_part_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        part(tmp_path / "none.toml")
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(BadInput, match="not a regular file"):
        part(tmp_path / "pipe.toml")


@pytest.mark.parametrize("clock", [0.0, -1.0, 0.5, 1001.0, float("nan"), float("inf")])
def test_clocks_without_sense(clock: float) -> None:
    with pytest.raises(BadInput, match="1 to 1000 MHz"):
        chosen_clock(clock, 360.0)


def test_a_clock_that_was_not_given() -> None:
    assert chosen_clock(None, 360.0) == 360.0
    assert chosen_clock(1.0, 360.0) == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--clock-mhz", "0"), "a clock of 0 MHz"),
        (("--part", ""), "--part is empty"),
        (("--budget", ""), "--budget is empty"),
        (("--part", 'xcvu9p-flga2104-2-e"[exit]'), "unknown part"),
    ],
)
def test_explicit_nothing_is_not_a_default(options: tuple[str, ...], message: str, fpgajet: Run) -> None:
    result = fpgajet("estimate", "npelican-n8-c2", *options)
    assert result.returncode == 2
    assert message in result.stderr


def test_an_own_part_is_estimated_and_shown(fpgajet: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(OWN)
    assert "1,296,000" in fpgajet("parts", "mine.toml").stdout
    result = fpgajet("estimate", "npelican-n8-c2", "--part", "mine.toml", "--clock-mhz", 200)
    assert result.returncode == 0, result.stderr
    assert "xcvu11p-flgb2104-2-e" in result.stdout
