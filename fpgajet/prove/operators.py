"""Equality for all inputs, operator by operator: what each computes from any values that its inputs can have.

A network is cut at its stages. Every value of a stage is a variable, which takes all integers of the range that
interval arithmetic over the whole reference gives it; values that are one node of the reference are one variable. If
an implementation computes each stage as the reference does for all values of these variables, then, by induction over
the stages, it computes every stage as the reference does for all jets. The polynomials of one operator stay small
where those of a whole message-passing network do not.

The converse does not hold: an operator may differ for values that no jet gives it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network, Node
from fpgajet.prove.direct import Direct
from fpgajet.prove.kept import write_proof
from fpgajet.prove.prover import Prover
from fpgajet.scalars import Op, ScalarGraph, ScalarNetwork
from fpgajet.scalars.arithmetic import Numbers, ScalarArithmetic, ScalarArray


class Staged(Protocol):
    """An implementation whose stages can be told apart."""

    def stage(self, graph: ScalarGraph, name: str, known: Mapping[str, Numbers]) -> list[int]:
        """Nodes of a stage, in C order, from those of the input and of all earlier stages.

        Raises:
            ValueError: it has no such stage, or one that is no function of these.
        """
        ...


@dataclass(frozen=True)
class OperatorProof:
    """The outcome for one operator.

    Attributes:
        name: of the operator in its network, which is that of its stage. operator: what it is.
        proved: equal to the reference for all values of its inputs. reason: why not.
        cuts, enumerations, assignments, seconds: see :class:`fpgajet.prove.proof.Proof`.
    """

    name: str
    operator: str
    proved: bool
    reason: str = ""
    cuts: int = 0
    enumerations: int = 0
    assignments: int = 0
    seconds: float = 0.0

    def document(self) -> dict[str, Any]:
        """An element of ``operators`` of a proof in ``certificate.json``."""
        return asdict(self)


class Operators:
    """The operators of a network over the variables at its cuts.

    Args:
        network: the reference.
        scalars: the same as one graph.
        samples: raw inputs [events, inputs] that propose what is to be proved.
    """

    def __init__(self, network: Network, scalars: ScalarNetwork, samples: NDArray[np.int64]) -> None:
        self.network, self.graph, self._samples = network, ScalarGraph(), samples
        self._types = network.types()
        count = scalars.inputs
        given = [scalars.graph.input(k, network.input_type) for k in range(count)]
        cuts = {network.input_name: np.array(given).reshape(network.input_shape)} | scalars.stages
        self._variables: dict[int, int] = {}
        self._places: list[tuple[str, int]] = []
        self.known: dict[str, Numbers] = {}
        for name, numbers in cuts.items():
            found = [self._variable(scalars, name, place, int(n)) for place, n in enumerate(numbers.ravel())]
            self.known[name] = np.array(found, dtype=np.int64).reshape(numbers.shape)

    def _variable(self, scalars: ScalarNetwork, name: str, place: int, number: int) -> int:
        node = scalars.graph.nodes[number]
        if node.op is Op.CONSTANT:
            return self.graph.constant(node.number)
        if number not in self._variables:
            self._variables[number] = self.graph.variable(len(self._places), node.lowest, node.highest)
            self._places.append((name, place))
        return self._variables[number]

    @cached_property
    def values(self) -> NDArray[np.int64]:
        """Values of all variables in the sample events [events, variables]."""
        shaped = self._samples.reshape(len(self._samples), *self.network.input_shape)
        stages = self.network.reference(FixedArray(shaped, self.network.input_type.fraction))
        raw = {n: x.raw << (self._types[n].fraction - x.fraction) for n, x in stages.items()}
        rows = {n: np.asarray(x).reshape(len(shaped), -1) for n, x in raw.items()}
        return np.stack([rows[name][:, place] for name, place in self._places], axis=1)

    def prove(self, implementation: Staged, keep: Path | None = None) -> list[OperatorProof]:
        """Compare every operator with the reference; ``keep``: folder for what a checker needs of those proved."""
        return [self._compared(node, implementation, keep) for node in self.network.nodes]

    def _compared(self, node: Node, implementation: Staged, keep: Path | None) -> OperatorProof:
        started = time.perf_counter()
        what = type(node.operator).__name__
        prover, direct = Prover(self.graph, self.values), Direct(self.graph)
        reason = ""
        try:
            expected = self._expected(node)
            found = implementation.stage(self.graph, node.name, self.known)
            if len(found) != len(expected):
                raise ValueError(f"{len(found)} values instead of {len(expected)}")
            small = [direct.equal(e, f) for e, f in zip(expected, found, strict=True)]
            if False in small:
                raise ValueError("differs for values that its inputs may have")
            if keep is not None:
                write_proof(keep / f"{self.network.nodes.index(node):03d}.json", self.graph, expected, found)
            rest = [k for k, equal in enumerate(small) if equal is None]
            expected, found = [expected[k] for k in rest], [found[k] for k in rest]
            prover.reference(expected)
            left = prover.prove(expected, found) if rest else []
        except (NotImplementedError, ValueError) as error:
            reason = str(error)
        else:
            if any(end.differs for end in left):
                reason = "differs in a sample event"
            elif left:
                reason = f"{len(left)} of {len(small)} values: no form in common, and too many values to try"
        if reason and keep is not None:
            (keep / f"{self.network.nodes.index(node):03d}.json").unlink(missing_ok=True)
        counts = prover.counts
        tried = (counts.enumerations + direct.enumerations, counts.assignments + direct.assignments)
        seconds = round(time.perf_counter() - started, 3)
        return OperatorProof(node.name, what, not reason, reason, counts.cuts, *tried, seconds)

    def _expected(self, node: Node) -> list[int]:
        a = ScalarArithmetic(self.graph)
        given = [ScalarArray(self.graph, self.known[i], self._types[i].fraction) for i in node.inputs]
        tensors = {name: a.exactly(tensor.values) for name, tensor in node.tensors.items()}
        found = node.operator.forward(a, given, tensors).at(self._types[node.name].fraction)
        return [int(number) for number in np.broadcast_to(found, self.known[node.name].shape).ravel()]
