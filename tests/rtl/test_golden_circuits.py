"""Circuits against a golden list: cells, stages and registers, so that a change of cost or placement has to be seen.

Other tests show that circuits are exact; a circuit that is exact but larger, slower or deeper shows here alone.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from fpgajet.devices.delays import DEFAULT_DELAYS, delays_of
from fpgajet.ops.network import Network
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import Circuit, scheduled
from fpgajet.rtl.ir.areas import area
from fpgajet.rtl.ir.delays import delay
from fpgajet.rtl.schedule.registers import count_registers
from tests.networks import (
    LOG,
    PUPPI,
    PUPPI_SUM,
    TRIGGER,
    random_network,
    scaled,
    symmetric,
    with_features,
    with_jet,
    with_row_sums,
)
from tests.vecnets import random_lorentznet, random_maxima, random_vecnet

GOLDEN = Path(__file__).parent.parent / "golden" / "circuits.txt"
PLAIN = random_network(n=3, hidden=2)

#: what is built, the clock in MHz, and the options
CASES: dict[str, tuple[Network, float, RtlOptions]] = {
    "momenta": (PLAIN, 320, RtlOptions()),
    "momenta, two-stage DSP": (PLAIN, 450, RtlOptions()),
    "momenta, nine stages": (PLAIN, 200, RtlOptions(stages=9)),
    "momenta, II 2": (PLAIN, 320, RtlOptions(ii=2)),
    "momenta, no DSP": (PLAIN, 320, RtlOptions(multipliers="lut")),
    "momenta, few DSP": (PLAIN, 320, RtlOptions(multipliers="auto", max_dsp=5, ternary=False)),
    "symmetric": (symmetric(random_network(n=4, hidden=2, rounding="AP_TRN", seed=6)), 320, RtlOptions()),
    "weights over n": (scaled(random_network(n=3, hidden=2, rounding="AP_TRN", seed=7)), 320, RtlOptions(ii=3)),
    "beams": (random_network(n=2, beams=1, rounding="AP_RND", seed=5), 320, RtlOptions(winograd=False)),
    "jet": (with_jet(PLAIN), 320, RtlOptions()),
    "row sums": (with_row_sums(PLAIN), 320, RtlOptions(accumulate=False)),
    "trigger": (random_network(n=4, form=TRIGGER), 360, RtlOptions(ii=3)),
    "log": (random_network(n=4, form=LOG), 360, RtlOptions()),
    "log, II 3": (random_network(n=4, form=LOG), 360, RtlOptions(ii=3)),
    "puppi": (random_network(n=3, form=PUPPI), 360, RtlOptions()),
    "candidates": (with_features(random_network(n=3, form=PUPPI_SUM)), 360, RtlOptions()),
    "hidden": (random_vecnet(n=3, scalars=0, vectors=0, hidden=2, knn=1), 320, RtlOptions(ii=2)),
    "maxima": (random_maxima(n=3), 320, RtlOptions()),
    "lorentznet": (random_lorentznet(n=3), 320, RtlOptions(multipliers="auto")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_circuits_are_the_golden_ones(name: str) -> None:
    """After an intended change: FPGAJET_UPDATE_GOLDEN=1 pytest tests/rtl/test_golden_circuits.py, and read the diff."""
    known = golden()
    known_lines, lines = known.get(name), list(described(scheduled(*CASES[name])))
    if os.environ.get("FPGAJET_UPDATE_GOLDEN"):
        known[name] = lines
        GOLDEN.write_text(
            "".join(f"{case}\n" + "".join(f"  {x}\n" for x in known[case]) for case in CASES if case in known)
        )
        return
    assert lines == known_lines


def test_no_golden_circuit_is_left_over() -> None:
    assert list(golden()) == list(CASES)


def golden() -> dict[str, list[str]]:
    """The lines of the file by case."""
    found: dict[str, list[str]] = {}
    for line in GOLDEN.read_text().splitlines() if GOLDEN.exists() else []:
        if line.startswith("  "):
            found[list(found)[-1]].append(line[2:])
        else:
            found[line] = []
    return found


def described(circuit: Circuit) -> Iterator[str]:
    """Sizes of a circuit, a line per stage, and a hash of every cell with its bounds and registers."""
    netlist, schedule = circuit.netlist, circuit.schedule
    registers = count_registers(netlist, schedule)
    yield f"{schedule.stages} stages, slowest {schedule.longest_ns:.3f} ns, {registers} register bits"
    for stage in sorted(set(schedule.stage)):
        cells = [cell for cell, at in zip(netlist.cells, schedule.stage, strict=True) if at == stage]
        kinds = Counter(type(cell).__name__ for cell in cells)
        sizes = sum(area(cell, netlist.cells) for cell in cells)
        slowest = max(delay(cell, netlist.cells, delays_of(DEFAULT_DELAYS)) for cell in cells)
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        yield f"stage {stage}: {counts}; area {sizes}, slowest cell {slowest:.3f} ns"
    every = repr([(cell, cell.bounds) for cell in netlist.cells]) + repr((schedule.stage, schedule.places))
    yield f"SHA-256 {hashlib.sha256(every.encode()).hexdigest()[:16]}"
