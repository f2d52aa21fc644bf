"""Budgets: every derived figure, users' own files, and one clear message for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgajet.devices import budget, budgets, part
from fpgajet.devices.budgets import whole_clocks
from fpgajet.devices.explain import derived, explain
from fpgajet.devices.links import arrivals, last_jet
from fpgajet.errors import BadInput


def test_presets() -> None:
    names = [b.name for b in budgets()]
    assert names == ["cms-p2-ct-l2", "cms-p2-ct-l1", "cms-p2-gt", "cms-p2-l1", "cms-run3-ugt", "atlas-p2-l0"]
    assert budget().name == "cms-p2-ct-l2"
    assert all(b.source and part(b.part) for b in budgets())


def test_correlator_layer_2() -> None:
    """The worked example of the Phase-2 correlator: 360 MHz, time multiplex 6, 16 jets."""
    b = budget("cms-p2-ct-l2")
    assert b.clock_ns == pytest.approx(2.7778, abs=1e-4)
    assert (b.clocks_per_crossing, b.clocks_per_event, b.words_per_event) == (9, 54, 54)
    assert b.event_spacing_ns == 150
    assert b.words_per_jet(20) == 20
    assert arrivals(b, 20) == [-(-20 * (j + 1) // 6) for j in range(16)]
    assert b.highest_ii == 3
    assert b.links_for_all_jets(16) == 5  # 256 words on links of 54
    assert last_jet(b, 16, 3).entered == 3 + 45


def test_more_instances_relax_the_interval() -> None:
    for k in (1, 2, 4):
        assert budget().model_copy(update={"instances": k}).highest_ii in (3 * k, 3 * k + 1)
    assert budget().model_copy(update={"instances": 16}).jets_per_instance == 1


def test_time_multiplex_18() -> None:
    assert budget().model_copy(update={"tmux": 18}).clocks_per_event == 162


def test_links_and_words() -> None:
    b = budget()
    assert arrivals(b.model_copy(update={"input_links": 4, "jets_per_event": 2}), 18) == [5, 9]
    aligned = {"input_links": 4, "jets_per_event": 2, "jet_order": "aligned"}
    assert arrivals(b.model_copy(update=aligned), 18) == [5, 10]
    assert arrivals(b.model_copy(update={"input_links": 0, "jets_per_event": 2}), 18) == [1, 1]
    assert b.model_copy(update={"constituent_bits": 48}).words_per_jet(16) == 12


def test_a_clock_that_does_not_divide_is_not_rounded_up() -> None:
    assert budget("cms-p2-ct-l1").clocks_per_crossing == 8  # 333.33 MHz x 25 ns = 8.33
    assert budget().model_copy(update={"clock_mhz": 333.3333333333333, "tmux": 3}).clocks_per_event == 25


def test_explanation_says_what_was_derived() -> None:
    text = " ".join(explain(budget(), 20))
    for words in (
        "9 clocks",
        "54 clocks",
        "20 words",
        "at clock 4 ",
        "at clock 54 (150.0 ns)",
        "II <= 3",
        "6 links",
    ):
        assert words in text
    figures = derived(budget(), 16)
    assert figures["clocks_for_the_tagger"] == 360 - 43 - 1
    assert figures["input_ns"] == pytest.approx(3 / 0.36)
    assert "NOT ENOUGH" in " ".join(explain(budget().model_copy(update={"input_links": 5}), 20))


def test_own_budget(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('base = "cms-p2-ct-l2"\nlatency_ns = 300\n[guards]\nlut = 0.5\n')
    b = budget(own)
    assert (b.name, b.latency_ns, b.tmux) == ("mine", 300, 6)
    assert (b.guards.lut, b.guards.dsp) == (0.5, 0.8)
    assert budget(str(own)) == b
    own.write_text('name = "new"\npart = "u250"\nclock_mhz = 200\nlatency_ns = 100\n')
    assert budget(own).name == "new"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clok_mhz = 3", r"unknown key 'clok_mhz' \(did you mean clock_mhz\?\)"),
        ("clock_mhz = -3", "'clock_mhz': input should be greater than or equal to 1"),
        ("clock_mhz = inf", "clock_mhz"),
        ("latency_ns = nan", "latency_ns"),
        ('part = "xcvu99"', "unknown part 'xcvu99' .did you mean xcvu9p"),
        ("tmux = 0", "tmux"),
        ("[guards]\nlut = 1.5", "guards.lut"),
        ("[guards]\nlutt = 0.5", "unknown key 'guards.lutt'"),
        ("guards = 3", "guards"),
        ('base = "nope"', "unknown budget 'nope'"),
        ("clock_mhz = ", "not valid TOML"),
    ],
)
def test_mistakes_in_a_budget_file(tmp_path: Path, text: str, message: str) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(text if "base" in text else f'base = "cms-p2-ct-l2"\n{text}\n')
    with pytest.raises(BadInput, match=message) as error:
        budget(own)
    assert "\n" not in str(error.value)


def test_missing_keys_and_files(tmp_path: Path) -> None:
    own = tmp_path / "empty.toml"
    own.write_text("")
    with pytest.raises(BadInput, match=r"'part' is missing.*'latency_ns' is missing"):
        budget(own)
    with pytest.raises(BadInput, match=r"no\.toml does not exist"):
        budget(tmp_path / "no.toml")
    with pytest.raises(BadInput, match="unknown budget 'cms'"):
        budget("cms")


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_bytes(b'\xef\xbb\xbfbase = "cms-p2-ct-l2"\r\nlatency_ns = 500\r\n')
    assert budget(own).latency_ns == 500


@given(st.integers(0, 2000), st.floats(1.0, 1000.0), st.floats(0.01, 0.99))
def test_whole_clocks_are_complete_ones(clocks: int, clock_mhz: float, part: float) -> None:
    """A number of clocks is that number in spite of rounding, and a part of one more changes nothing."""
    period = 1000.0 / clock_mhz
    assert whole_clocks(clocks * period, period) == clocks
    assert whole_clocks((clocks + part) * period, period) == clocks
