"""``fpgajet board run``: jets over a serial port to a board, its scores compared with the integer reference."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.devices.open_parts import board
from fpgajet.errors import BadInput, Mismatch, ToolFailed, require_extra
from fpgajet.export.board.link import Link, Tally
from fpgajet.export.board.package import BoardFacts, read_facts
from fpgajet.export.board.simulation import SimulatedBoard
from fpgajet.fixed import from_real
from fpgajet.folders import require_own
from fpgajet.graph.load import load, read_model
from fpgajet.ops.forms import GivenFeatures
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.pipeline.events import sample_events
from fpgajet.pipeline.jets import bare_events
from fpgajet.pipeline.reporter import Reporter, Silent, reported
from fpgajet.rtl.tools.bus import pack, unpack

#: In the place of a port: the simulated Verilog.
SIMULATION = "simulation"
#: Seconds that reading from the port waits.
WAIT = 0.05
#: Seconds without an answer after which frames count as lost. A simulation on a busy machine is slow.
TIMEOUT, SIMULATION_TIMEOUT = 2.0, 60.0
#: Jets that the reference computes at a time.
CHUNK = 2000


@dataclass(frozen=True)
class BoardRun:
    """What a board did.

    Attributes:
        jets: how many were sent. differences: how many scores differ from the reference.
        seconds: from the first byte to the last score.
        tally: what happened on the line.
    """

    jets: int
    differences: int
    seconds: float
    tally: Tally

    @property
    def jets_per_second(self) -> float:
        """Over the serial port, which is what limits it."""
        return self.jets / self.seconds if self.seconds else 0.0


def run_board(
    folder: Path,
    port: str,
    *,
    events: Path | None = None,
    jets: int = 10_000,
    trust: bool = False,
    reporter: Reporter | None = None,
) -> BoardRun:
    """Send jets to a board and compare its scores with the integer reference.

    Args:
        folder: an export with ``board.json``. port: a serial port, or :data:`SIMULATION`.
        events: jet file; by default the shipped sample.
        jets: at most so many.
        trust: simulate Verilog of another user too.

    Raises:
        BadInput: not such a folder or port, unusable events, or a board with another tagger.
        ToolFailed: the board does not answer, or the line loses too much.
        MissingTool: pyserial, or for a simulation Verilator, is not installed.
    """
    require_extra("serial")
    facts, listener = read_facts(folder), reporter or Silent()
    network = load(read_model(folder / "model.onnx"), str(folder / "model.onnx"))
    if len(facts.jet) != int(np.prod(network.input_shape)):
        raise BadInput(f"{folder}: board.json and model.onnx are not of one tagger. Export it again.")
    raw = from_real(_features(network, events, jets), network.input_type)
    flat = raw.reshape(len(raw), -1)
    with ExitStack() as stack:
        where, timeout = port, TIMEOUT
        if port == SIMULATION:
            require_own(folder, trust=trust, what="its Verilog")
            with reported(listener, "compile"):
                simulated = SimulatedBoard(
                    facts, [folder / name for name in facts.sources], board(facts.board).reset_level
                )
            where, timeout = stack.enter_context(simulated).port, SIMULATION_TIMEOUT
        with reported(listener, "board"):
            started = time.perf_counter()
            found, tally = answered(facts, where, flat, timeout, _progress(listener, len(flat)))
            seconds = time.perf_counter() - started
    wanted = np.concatenate(
        [reference_of(network, raw[start : start + CHUNK]) for start in range(0, len(raw), CHUNK)]
    )
    return BoardRun(len(raw), int((found != wanted).any(axis=1).sum()), seconds, tally)


def answered(
    facts: BoardFacts,
    port: str,
    raw: NDArray[np.int64],
    timeout: float = SIMULATION_TIMEOUT,
    advance: Callable[[int], None] = lambda done: None,
) -> tuple[NDArray[np.int64], Tally]:
    """Raw scores [jets, outputs] of raw inputs [jets, inputs] from the board at a port, and what the line did.

    Raises:
        BadInput: no such port, or another tagger. ToolFailed: the board does not answer.
    """
    require_extra("serial")
    from serial import Serial, SerialException

    jets = [row.tobytes() for row in pack(raw, facts.jet_formats, facts.jet_bytes)]
    try:
        with Serial(port, facts.baud, timeout=WAIT, exclusive=True) as serial:
            link = Link(serial, facts.result_bytes, timeout)
            link.identify(facts.identity)
            results = link.scores(jets, advance)
    except SerialException as error:
        raise BadInput(
            f"the serial port {port} cannot be used: {error}. `ls /dev/ttyUSB* /dev/ttyACM*` shows the ports; on most "
            "systems their users are in the group dialout."
        ) from error
    except OSError as error:
        raise ToolFailed(
            f"the serial port {port} went away: {error.strerror}. Plug it in and run again."
        ) from error
    rows = np.frombuffer(b"".join(results), dtype=np.uint8).reshape(len(jets), facts.result_bytes)
    return unpack(rows, facts.score_formats), link.tally


def _progress(listener: Reporter, total: int) -> Callable[[int], None]:
    """Hands the jets that are new on to a reporter."""
    before = 0

    def advance(done: int) -> None:
        nonlocal before
        listener.advance(done - before, total)
        before = done

    return advance


def compare_scores(found: NDArray[np.int64], expected: NDArray[np.int64], who: str) -> None:
    """Raise unless all scores are those of the reference.

    Raises:
        Mismatch: names the first event that differs.
    """
    wrong = np.nonzero((found != expected).any(axis=1))[0]
    if len(wrong):
        raise Mismatch(
            f"{who} differs from the integer reference in {len(wrong)} of {len(found)} events, first in event "
            f"{int(wrong[0])}. Nothing was exported."
        )


def _features(network: Network, events: Path | None, jets: int) -> NDArray[np.float32]:
    if events is None:
        return sample_events(network, jets)[:jets]
    if isinstance(network.form, GivenFeatures):
        raise BadInput(
            "a board with the network of a foreign ONNX file takes random events only: leave --events away."
        )
    form = network.form
    return form.features(bare_events(events, network.constituents, form.objects, form.feature_names))[:jets]


def reference_of(network: Network, raw: NDArray[np.int64]) -> NDArray[np.int64]:
    """Raw scores of the integer reference, [jets, outputs]."""
    stages = network.reference(FixedArray(raw, network.input_type.fraction))
    scores: NDArray[np.int64] = stages[network.output.name].at(network.output.operator.output.fraction)
    return scores.reshape(len(raw), -1)
