"""A network: operators wired together, with their quantised constants. Independent of every file format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.exactness import NotExact, check_carried
from fpgajet.ops.forms import MOMENTA, InputForm
from fpgajet.ops.integers import FixedArray, IntegerArithmetic
from fpgajet.ops.interval_arithmetic import IntervalArithmetic, IntervalArray
from fpgajet.ops.operator import Operator, Shape
from fpgajet.ops.roles import Axes


@dataclass(frozen=True, eq=False)
class Tensor:
    """A quantised constant: raw values and their type."""

    values: FixedArray
    type: FixedType


@dataclass(frozen=True, eq=False)
class Node:
    """One operator in the network. ``name`` is also the name of its result, the *stage*."""

    name: str
    operator: Operator
    inputs: tuple[str, ...]
    tensors: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Network:
    """One input, nodes in an order in which they can be computed, the last one gives the score.

    ``form`` says how four-momenta become the input: whoever has jets applies ``form.features`` to them, once.

    Raises:
        ValueError: an input that no earlier stage gives, or shapes, constants or an input form that do not fit.
        NotExact: the input, a result of an operator or a constant that float32 does not carry without loss.
    """

    name: str
    input_name: str
    input_shape: Shape
    input_type: FixedType
    nodes: tuple[Node, ...]
    form: InputForm = MOMENTA

    def __post_init__(self) -> None:
        if self.input_shape[-1:] != (self.form.columns,):
            raise ValueError(
                f"the input form {self.form.name} has {self.form.columns} numbers a constituent, not the shape "
                f"{list(self.input_shape)}"
            )
        if self.form.input_type not in (None, self.input_type):
            raise ValueError(f"the input form {self.form.name} needs the input type {self.form.input_type}")
        self.shapes()
        for stage, precision in self.types().items():
            check_carried(f"{self.name}: {stage}", precision)
        for node in self.nodes:
            for name, tensor in node.tensors.items():
                check_carried(f"{self.name}: the tensor {name} of {node.name}", tensor.type)

    @property
    def output(self) -> Node:
        """The node that gives the score."""
        return self.nodes[-1]

    @property
    def constituents(self) -> int:
        """N, the constituents of a jet that are read."""
        return self.form.constituents_read(self.input_shape[0])

    def shapes(self) -> dict[str, Shape]:
        """Shape of every stage without the batch axis; checks the wiring on the way."""
        shapes: dict[str, Shape] = {self.input_name: self.input_shape}
        for node in self.nodes:
            missing = [name for name in node.inputs if name not in shapes]
            if missing:
                raise ValueError(f"{node.name} needs {missing[0]!r}, which no earlier node gives")
            inputs = [shapes[name] for name in node.inputs]
            shapes[node.name] = node.operator.output_shape(*inputs)
            for name, shape in node.operator.tensor_shapes(*inputs).items():
                given = node.tensors[name].values.raw.shape if name in node.tensors else None
                if given != shape:
                    raise ValueError(f"{node.name}: tensor {name!r} has shape {given}, not {shape}")
            node.operator.check_tensors({name: tensor.values for name, tensor in node.tensors.items()})
        return shapes

    def axes(self) -> dict[str, Axes]:
        """Roles of the axes of every stage, the batch axis left out."""
        axes: dict[str, Axes] = {self.input_name: self.form.axes}
        for node in self.nodes:
            axes[node.name] = node.operator.output_axes(*(axes[name] for name in node.inputs))
        return axes

    def types(self) -> dict[str, FixedType]:
        """Type of every stage, the input included."""
        return {self.input_name: self.input_type} | {n.name: n.operator.output for n in self.nodes}

    def evaluate(self, a: Arithmetic[A], given: A, constant: Callable[[Tensor], A]) -> dict[str, A]:
        """Run all nodes in any arithmetic; returns every stage by name, the input included."""
        stages = {self.input_name: given}
        for node in self.nodes:
            a.enter(node.name)
            tensors = {name: constant(tensor) for name, tensor in node.tensors.items()}
            stages[node.name] = node.operator.forward(a, [stages[i] for i in node.inputs], tensors)
        return stages

    def reference(self, given: FixedArray, a: IntegerArithmetic | None = None) -> dict[str, FixedArray]:
        """Every stage in int64: the definition.

        Args:
            given: raw values of the input type [jets, ...].
            a: an integer arithmetic that watches, instead of the plain one.

        Raises:
            NotExact: an intermediate could exceed 53 bits, and int64 might overflow unnoticed.
        """
        self.widths()
        return self.evaluate(a or IntegerArithmetic(), given, lambda tensor: tensor.values)

    def widths(self) -> dict[str, dict[str, FixedType]]:
        """By node, the worst-case type of every noted intermediate, from interval analysis, which runs once.

        Raises:
            NotExact: an intermediate could exceed 53 bits.
        """
        return self._widths

    @cached_property
    def _widths(self) -> dict[str, dict[str, FixedType]]:
        shapes, types, widths = self.shapes(), self.types(), {}
        for node in self.nodes:
            given = [(shapes[name], types[name]) for name in node.inputs]
            try:
                widths[node.name] = node_widths(node.operator, given, node.tensors)
            except NotExact as error:
                raise NotExact(f"{self.name}: in {node.name} {error}") from error
        return widths


def node_widths(
    operator: Operator, inputs: Sequence[tuple[Shape, FixedType]], tensors: Mapping[str, Tensor]
) -> dict[str, FixedType]:
    """Worst-case type of every noted intermediate of one operator.

    The analysis starts from the full range of the input types: an accumulator must not rely on what an
    earlier node happens to send.

    Raises:
        NotExact: an intermediate could exceed 53 bits.
    """
    a = IntervalArithmetic()
    operator.forward(
        a,
        [IntervalArray.of_type(shape, precision) for shape, precision in inputs],
        tensor_intervals(operator, tensors),
    )
    return a.types


def tensor_intervals(operator: Operator, tensors: Mapping[str, Tensor]) -> dict[str, IntervalArray]:
    """Constants as intervals: known values, and for what lies in registers every value of its type."""
    return {
        name: IntervalArray.of_type(tensor.values.raw.shape, tensor.type)
        if operator.tensors[name].rewritable
        else IntervalArray.exactly(tensor.values)
        for name, tensor in tensors.items()
    }
