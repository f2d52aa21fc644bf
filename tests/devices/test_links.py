"""The latency of a verdict against a simulation of the links, word by word and clock by clock."""

from __future__ import annotations

import random
from collections import deque

import pytest

from fpgajet.devices import Budget, budget, budgets, part
from fpgajet.devices.explain import derived
from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.estimate import verdict

EVENTS = 6
FIGURES = {"level": "hls-csynth", "lut": 1, "ff": 1, "dsp": 1, "bram": 0}


def words_of_an_event(jets: int, words: int, links: int, order: str) -> list[int | None]:
    """The jet that each word of an event belongs to, in the order of the links; None is an empty place."""
    if order == "interleaved":
        return [jet for _ in range(words) for jet in range(jets)]
    stream: list[int | None] = []
    for jet in range(jets):
        stream += [jet] * words
        if order == "aligned":
            stream += [None] * (-len(stream) % links)
    return stream


def simulated(slot: Budget, words: int, ii: int, tagger: int) -> list[int]:
    """Clocks from the first clock of each event to its last score, one clock after the other."""
    jets, links, spacing = slot.jets_per_instance, slot.input_links, slot.clocks_per_event
    waiting: deque[tuple[int, int | None]] = deque()
    ready: deque[tuple[int, int]] = deque()
    missing = {(event, jet): words for event in range(EVENTS) for jet in range(jets)}
    scored: dict[int, list[int]] = {event: [] for event in range(EVENTS)}
    next_entry, clock = 0, 0
    while any(len(scores) < jets for scores in scored.values()):
        event, phase = divmod(clock, spacing)
        if phase == 0 and event < EVENTS:
            if links:
                waiting.extend((event, jet) for jet in words_of_an_event(jets, words, links, slot.jet_order))
            else:
                ready.extend((event, jet) for jet in range(jets))
        clock += 1
        for _ in range(min(links, len(waiting))):
            which, jet = waiting.popleft()
            if jet is None:
                continue
            missing[which, jet] -= 1
            if not missing[which, jet]:
                ready.append((which, jet))
        if ready and clock >= next_entry:
            which, _ = ready.popleft()
            next_entry = clock + ii
            scored[which].append(clock + tagger + slot.output_clocks)
    return [max(scores) - event * spacing for event, scores in scored.items()]


def random_budget(rng: random.Random) -> Budget:
    changes = {
        "clock_mhz": rng.choice([40.0, 120.0, 240.0, 320.0, 360.0, 480.0]), "tmux": rng.choice([1, 2, 6, 18]),
        "jets_per_event": rng.randint(1, 16), "instances": rng.randint(1, 4), "input_links": rng.randint(0, 8),
        "constituent_bits": rng.choice([32, 48, 64, 96]), "output_clocks": rng.randint(0, 3),
        "jet_order": rng.choice(["packed", "aligned", "interleaved"]), "latency_ns": float(rng.randint(25, 1000)),
    }  # fmt: skip
    return budget().model_copy(update=changes)


def test_the_verdict_agrees_with_the_simulation_on_random_budgets() -> None:
    rng, stable = random.Random(20261128), 0
    for _ in range(1000):
        slot, ii, tagger = random_budget(rng), rng.randint(1, 9), rng.randint(1, 30)
        multiplicity = rng.randint(1, 24)
        row = HardwareRow.model_validate(
            FIGURES | {"latency_cycles": tagger, "ii": ii, "constituents": multiplicity}
        )
        rows = {r.name: r for r in verdict(row, slot, part("xcvu13p")).rows}
        clocks = simulated(slot, slot.words_per_jet(multiplicity), ii, tagger)
        assert rows["latency"].value == pytest.approx(clocks[0] * slot.clock_ns), slot
        keeps_up = rows["input links"].status == rows["initiation interval"].status == "pass"
        assert keeps_up == (clocks == [clocks[0]] * EVENTS), (slot, ii, clocks)
        if keeps_up:
            stable += 1
            assert (rows["latency"].status == "pass") == (
                max(clocks) * slot.clock_ns <= slot.latency_ns + 1e-9
            )
    assert 200 < stable < 900, "both kinds are tested"


def test_the_log_model_at_320_mhz_does_not_meet_150_ns() -> None:
    """Twelve clocks of tagger: with one jet per clock this was 137.5 ns, and passed."""
    row = HardwareRow.model_validate(FIGURES | {"latency_cycles": 12, "ii": 1, "constituents": 16})
    for links, value in ((6, 56 * 3.125), (1, 269 * 3.125)):
        slot = budget().model_copy(update={"latency_ns": 150.0, "clock_mhz": 320.0, "input_links": links})
        rows = {r.name: r for r in verdict(row, slot, part("xcvu13p")).rows}
        assert rows["latency"].value == pytest.approx(value)
        assert rows["latency"].status == "fail"
        assert rows["input links"].status == ("fail" if links == 1 else "pass")


def test_budgets_show_uses_the_same_sum() -> None:
    for order in ("packed", "aligned", "interleaved"):
        slot = budget().model_copy(update={"jet_order": order})
        figures = derived(slot, 16)
        row = HardwareRow.model_validate(FIGURES | {"latency_cycles": 7, "ii": 1, "constituents": 16})
        latency = verdict(row, slot, part("xcvu13p")).rows[0].value
        clocks = figures["last_jet_clocks"] + figures["queue_clocks"] + 7 + figures["output_clocks"]
        assert latency == pytest.approx(clocks * slot.clock_ns)


def test_presets_bring_their_jets_in_time() -> None:
    for slot in budgets():
        figures = derived(slot, 20)
        assert figures["last_jet_clocks"] <= figures["clocks_per_event"], slot.name
