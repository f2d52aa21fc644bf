"""What a proof found, as certificate and report state it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet.prove.operators import OperatorProof
from fpgajet.prove.prover import Prover
from fpgajet.scalars import ScalarNetwork


class Level(StrEnum):
    """How much is known about an implementation."""

    PROVED = "proved"
    UP_TO = "proved up to"
    REFUTED = "refuted"
    COMPARED = "compared only"


@dataclass(frozen=True)
class Proof:
    """The outcome for one implementation.

    Attributes:
        what: what was proved equal to the reference.
        level: proved for all inputs; proved for some operators only; refuted by an input; or none of these, so that
            only the comparison on events stands.
        reason: why it is not proved; empty if it is.
        cuts: roundings, clips and tables of reference and implementation.
        enumerations: comparisons of two functions for all values of what they depend on.
        assignments: values that these tried.
        cells: statements of written files that were compared with what they should compute.
        seconds: of the proof.
        event: index of the sample that refutes it, or None.
        operators: one by one, where they were compared so.
    """

    what: str
    level: Level
    reason: str = ""
    cuts: int = 0
    enumerations: int = 0
    assignments: int = 0
    cells: int = 0
    seconds: float = 0.0
    event: int | None = None
    operators: tuple[OperatorProof, ...] = ()

    def document(self) -> dict[str, Any]:
        """An element of ``proofs`` in ``certificate.json``."""
        return asdict(self)


def prove_outputs(
    what: str, network: ScalarNetwork, found: Sequence[int], samples: NDArray[np.int64]
) -> Proof:
    """Compare outputs of an implementation with those of the network, for all inputs.

    Args:
        what: name of the implementation.
        network: the reference.
        found: nodes of the implementation in the same graph.
        samples: raw inputs [events, inputs] that propose what is to be proved.
    """
    started = time.perf_counter()
    expected = [int(number) for number in network.stages[network.output].ravel()]
    prover = Prover(network.graph, samples)
    try:
        prover.reference(expected)
        open_ends = prover.prove(expected, found)
    except ValueError as error:
        return Proof(what, Level.COMPARED, str(error), seconds=round(time.perf_counter() - started, 3))
    level, reason, event = Level.PROVED, "", None
    wrong = next((end for end in open_ends if end.differs), None)
    if wrong is not None:
        level, reason, event = Level.REFUTED, f"output {wrong.output} differs", wrong.event
    elif open_ends:
        level = Level.COMPARED
        reason = f"{len(open_ends)} of {len(expected)} outputs: no form in common, and too many values to try"
    counts = prover.counts
    seconds = round(time.perf_counter() - started, 3)
    return Proof(
        what,
        level,
        reason,
        counts.cuts,
        counts.enumerations,
        counts.assignments,
        seconds=seconds,
        event=event,
    )


def up_to(operators: Sequence[OperatorProof]) -> tuple[Level, str]:
    """Level and reason where not all operators are proved: which are, and why the others are not."""
    shown = ", ".join(o.name for o in operators if o.proved)
    why = "; ".join(f"{o.name}: {o.reason}" for o in operators if not o.proved)
    return (Level.UP_TO, f"{shown}; not {why}" if why else "") if shown else (Level.COMPARED, why)
