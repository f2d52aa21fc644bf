"""The whole design: its score as nodes of a graph, and its valid bit.

What is shown of the files, for a jet that arrives at clock 0 while the reset is low until its score is out, and with
no other jet closer than the initiation interval:

* ``latency`` clocks later the score is a function of this jet alone, whatever the registers held before, whatever
  stands at the inputs at other times. The function is what :func:`score_nodes` returns.
* ``valid_out`` is ``valid_in`` ``latency`` clocks before, and 0 if there was a reset between (:func:`check_valid`).
* ``decision``, where there is a threshold, is score >= threshold for every score (:func:`check_decision`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fpgajet.fixed import FixedType
from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, NotRead, Source, Stimulus
from fpgajet.rtl.readback.library import MEANINGS
from fpgajet.rtl.readback.machine import Machine, Meaning
from fpgajet.rtl.readback.modules import Module
from fpgajet.rtl.readback.vectors import Numbers, Word, WordBit
from fpgajet.scalars import ScalarGraph, evaluate

TOP = "fpgajet_top"
#: Scores that are tried at a time.
CHUNK = 1 << 18


def score_nodes(
    modules: Mapping[str, Module],
    graph: ScalarGraph,
    inputs: int,
    input_type: FixedType,
    outputs: int,
    output_type: FixedType,
    latency: int,
    ii: int,
    meanings: Mapping[str, Meaning] = MEANINGS,
) -> list[int]:
    """Nodes of the scores ``latency`` clocks after a jet.

    Args:
        modules: the design.
        graph: gets the nodes, on inputs 0 to ``inputs`` - 1.
        inputs, input_type: numbers of a jet, the first in the lowest bits of ``jet``.
        outputs, output_type: of ``score``.
        latency: clocks from the jet to its score.
        ii: least number of clocks between two jets.
        meanings: of modules that are taken as one cell.

    Raises:
        NotRead: the score depends on something else, or on a cell without a meaning.
    """
    top = modules[TOP]
    widths = (len(top.inputs.get("jet", ())), len(top.outputs.get("score", ())))
    if widths != (inputs * input_type.bits, outputs * output_type.bits):
        raise NotRead(f"the ports jet and score have {widths[0]} and {widths[1]} bits")
    words = [Word(graph.input(n, input_type), input_type.bits) for n in range(inputs)]
    given: dict[Given, WordBit] = {
        Given("jet", place): (words[place // input_type.bits], place % input_type.bits)
        for place in range(widths[0])
    }
    hierarchy = Hierarchy(modules, TOP, one_jet(latency, ii), meanings.keys())
    numbers = Numbers(graph)
    score = Machine(hierarchy, numbers, given, meanings).output("score", latency)
    read = numbers.signed if output_type.signed else numbers.unsigned
    return [read(score[k * output_type.bits : (k + 1) * output_type.bits]) for k in range(outputs)]


def one_jet(latency: int, ii: int) -> Stimulus:
    """A jet at clock 0, none closer than ``ii`` clocks, no reset until its score; all else is unknown."""

    def stimulus(port: str, place: int, time: int) -> Source:
        if port == "jet":
            return Given("jet", place) if time == 0 else None
        if port == "valid_in":
            return 1 if time == 0 else 0 if abs(time) < ii else None
        return 0 if port == "rst" and 0 <= time < latency else None

    return stimulus


def check_valid(modules: Mapping[str, Module], latency: int) -> None:
    """Show that ``valid_out`` follows ``valid_in`` after ``latency`` clocks, and that a reset clears it.

    Raises:
        NotRead: it does not.
    """

    def shown(arrives: int, resets: Sequence[int]) -> Source:
        def stimulus(port: str, place: int, time: int) -> Source:
            if port == "valid_in":
                return arrives if time == 0 else None
            if port == "rst":
                return int(time in resets) if 0 <= time < latency else None
            return None

        return Hierarchy(modules, TOP, stimulus).source((), modules[TOP].outputs["valid_out"][0], latency)

    if shown(1, ()) != 1 or shown(0, ()) != 0:
        raise NotRead(f"valid_out is not valid_in {latency} clocks before")
    for clock in range(latency):
        if shown(1, (clock,)) != 0:
            raise NotRead(f"a reset {latency - clock} clocks before does not clear valid_out")


def check_decision(modules: Mapping[str, Module], threshold: int | None, signed: bool) -> None:
    """Show that ``decision`` is score >= threshold for every score, at the same clock.

    Args:
        modules: the design.
        threshold: raw, or None where there should be no such bit. signed: whether the score has a sign.

    Raises:
        NotRead: it is not, or it is more than a function of the score.
    """
    top = modules[TOP]
    if (threshold is None) != ("decision" not in top.outputs):
        raise NotRead("design.json and the Verilog do not agree on whether there is a bit decision")
    if threshold is None:
        return

    def nothing(port: str, place: int, time: int) -> Source:
        return None

    numbers, score = Numbers(ScalarGraph()), top.outputs["score"]
    kind = FixedType(signed, len(score), 0)
    word = Word(numbers.graph.input(0, kind), len(score))
    stops = {bit: Given("score", place) for place, bit in enumerate(score)}
    given: dict[Given, WordBit] = {stop: (word, stop.place) for stop in stops.values()}
    inside = Hierarchy(modules, TOP, nothing, MEANINGS.keys(), stops=stops)
    found = numbers.unsigned(Machine(inside, numbers, given, MEANINGS).output("decision", 0))
    for start in range(kind.lowest, kind.highest + 1, CHUNK):
        scores = np.arange(start, min(start + CHUNK, kind.highest + 1))
        shown = evaluate(numbers.graph, np.array([found]), scores[:, None])[:, 0]
        if (shown != (scores >= threshold)).any():
            raise NotRead(f"decision is not score >= {threshold}, both as integers, for every score")
