"""Circuits of ``docs/results/routed.csv`` as they were placed: by the delays of UltraScale+, three times as long."""

from __future__ import annotations

from dataclasses import replace

from fpgajet.devices.delays import DEFAULT_DELAYS
from fpgajet.devices.open_parts import open_part
from fpgajet.pipeline.route_flow import family_options
from fpgajet.rtl import RtlOptions
from fpgajet.rtl.design import Circuit, scheduled
from studies.rtl.timing_evidence import Row
from studies.variants.networks import resized, zoo_network

#: Periods of a family in units of the delays that placed these registers.
FACTORS = {"ecp5": 3.0, "gowin": 4.0}
#: Above it the model gave a product two stages.
HIGHEST_MHZ = 400.0


def first_circuit(row: Row) -> Circuit:
    """The circuit of a design: model, N, interval, stages and clock as in its row."""
    network, size = zoo_network(row["model"]), int(row["constituents"])
    part = open_part(row["target"])
    options = RtlOptions(ii=int(row["ii"]), stages=int(row["stages"]) if row["stages"] else None)
    clock = min(float(row["clock_mhz"]) * FACTORS[part.family], HIGHEST_MHZ)
    placed = replace(family_options(options, part), delays=DEFAULT_DELAYS)
    return scheduled(network if size == 16 else resized(network, size), clock, placed)
