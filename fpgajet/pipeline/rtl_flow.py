"""The RTL flow on a directory that holds ``model.onnx``: what ``fpgajet rtl`` runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices import DEFAULT_BUDGET, budget, chosen_clock
from fpgajet.devices import part as find_part
from fpgajet.errors import BadInput
from fpgajet.fixed import from_real
from fpgajet.folders import exclusive
from fpgajet.graph.load import load, read_model
from fpgajet.ops.network import Network
from fpgajet.pipeline.events import sample_events
from fpgajet.pipeline.record import noted_hashes, path_digest, read_record
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.rtl.build import RtlResult, build
from fpgajet.rtl.options import RtlOptions

MODEL = "model.onnx"
#: Seed of the random jets that are simulated beside the shipped ones.
SEED = 5
#: The highest clock that --clock-mhz takes; no FPGA here is faster.
MOST_MHZ = 1000


def run_rtl(
    build_dir: Path,
    *,
    clock_mhz: float | None,
    part: str | None,
    options: RtlOptions,
    synth: bool,
    jets: int,
    reporter: Reporter | None = None,
) -> RtlResult:
    """Verilog, simulation and cells in ``build_dir/rtl``; clock and part default to those of the build.

    Raises:
        BadInput, MissingTool, Mismatch, ToolFailed, CannotWrite: see :func:`fpgajet.rtl.build.build`.
    """
    network = model_network(build_dir)
    if not model_is_recorded(build_dir):
        (reporter or Silent()).note("rtl", "model.onnx is not the one that the build recorded")
    settings = read_record(build_dir).get("settings", {})  # none: `fpgajet build` did not make the directory
    preset = budget(str(settings.get("budget", DEFAULT_BUDGET)))
    chosen = find_part(str(settings.get("part", preset.part)) if part is None else part).name
    built = _clock(build_dir, settings)
    clock = chosen_clock(clock_mhz, preset.clock_mhz if built is None else built)
    given = test_jets(network, jets) if jets else None
    listener = reporter or Silent()
    with exclusive(build_dir), reported(listener, "rtl"):
        return build(
            network,
            build_dir / "rtl",
            clock,
            chosen,
            options=options,
            synth=synth,
            jets=given,
            say=listener.line,
        )


def test_jets(network: Network, count: int) -> NDArray[np.int64]:
    """Raw jets: half of the shipped sample, half random over the full range, with the extremes first.

    A third of each half has empty slots from some slot on, and a third has them anywhere.
    """
    precision = network.input_type
    real = from_real(sample_events(network, -(-count // 2)), precision)
    rng = np.random.default_rng(SEED)
    edge = rng.integers(
        precision.lowest, precision.highest + 1, (max(count - len(real), 0), *network.input_shape)
    )
    jets = np.concatenate([real, edge]) * _filled(len(real) + len(edge), network.input_shape, rng)
    for row, value in enumerate((0, precision.lowest, precision.highest), len(real)):
        jets[row : row + 1] = value
    return jets


def _filled(jets: int, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.int64]:
    """0 at empty slots, 1 elsewhere [jets, slots, 1...]; every third jet from the first on has no empty slot."""
    slots = shape[0]
    kept = np.ones((jets, slots), dtype=np.int64)
    kept[1::3] = np.arange(slots) < rng.integers(0, slots + 1, (len(kept[1::3]), 1))
    kept[2::3] = rng.random((len(kept[2::3]), slots)) < rng.random((len(kept[2::3]), 1))
    return kept.reshape(jets, slots, *(1 for _ in shape[1:]))


def model_network(build_dir: Path) -> Network:
    """The network of ``build_dir/model.onnx``.

    Raises:
        BadInput: there is none, or it is damaged.
    """
    model = build_dir / MODEL
    if not model.is_file():
        reason = "is not a directory" if not build_dir.is_dir() else "has no model.onnx"
        raise BadInput(f"{build_dir} {reason}; give a directory that `fpgajet build` has made.")
    try:
        return load(read_model(model), str(model))
    except BadInput as error:
        raise BadInput(f"{error} `fpgajet build` writes it again.") from error


def model_is_recorded(build_dir: Path) -> bool:
    """Whether ``model.onnx`` is the file whose hash ``build.json`` has; so too where there is no such hash.

    Where the record is damaged, it is not.
    """
    noted = noted_hashes(build_dir)
    return noted is not None and noted.get(MODEL) in (None, path_digest(build_dir / MODEL))


def _clock(build_dir: Path, settings: Mapping[str, Any]) -> float | None:
    clock = settings.get("clock_mhz")
    if clock is None or (isinstance(clock, int | float) and 0 < clock <= MOST_MHZ):
        return clock
    raise BadInput(
        f"{build_dir / 'build.json'} has a clock of {clock!r} MHz: give --clock-mhz, or build again."
    )
