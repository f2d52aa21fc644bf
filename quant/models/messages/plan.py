"""A plan: the operators of a message-passing network in order, and the parameters they need. No torch here.

The float model, the quantised model and the exported network all follow the same plan, so they cannot differ
in anything but rounding. Its types come from outside: a float model has none of its own (:class:`Unrounded`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fpgajet.fixed import FixedType, Overflow, Rounding, to_real
from fpgajet.ops import (
    Activation,
    Columns,
    CompleteGraph,
    ConstituentMask,
    Dense,
    DotProducts,
    Join,
    Operator,
    PairLog,
    Residual,
    SignedLog,
    SoftmaxMean,
)
from fpgajet.ops.constituent_mask import BIT
from fpgajet.ops.forms import InputForm
from fpgajet.ops.means import MaskedMean
from fpgajet.ops.network import Node
from fpgajet.ops.operator import Shape
from fpgajet.ops.roles import MOMENTUM_AXES, Axes, Entity, Meaning
from fpgajet.ops.tables import activation_table, softmax_tables
from quant.models.classes import scores_of
from quant.models.wiring import Wiring

INPUT = "momenta"
MASK, EDGES, SCORE = "mask", "edges", "score"
#: four-momenta and features of constituents, where the input holds both, and logarithms of the first beside the second
P4, FEATURES, JOINED = "p4", "features", "h0_join"
#: name of the table of 1 / n that all means share
RECIPROCAL = "reciprocal"
RECIPROCAL_TYPE = FixedType(False, 12, 11, Rounding.HALF_EVEN, Overflow.SAT)
#: entries of the tables of a softmax
EXPONENTIAL_TYPE = FixedType(False, 8, 7, Rounding.HALF_EVEN, Overflow.SAT)
SHARE_TYPE = FixedType(False, 10, 10, Rounding.HALF_EVEN, Overflow.SAT)
#: by stage, how many low bits of each channel are left out
Drops = Mapping[str, Sequence[int]]
#: table of ones: a "mean" that is a sum
ONES, ONES_TYPE = "ones", FixedType(False, 1, 0, Rounding.HALF_EVEN, Overflow.SAT)


def softmax_addresses(slots: int) -> tuple[FixedType, FixedType]:
    """Types of the addresses of a softmax over ``slots``: how far a logit is below the largest, and the sum.

    Steps of 1/8 up to e^-8, and of 1/32 up to as many ones as there are slots.
    """
    whole = slots.bit_length()
    return (
        FixedType(False, 6, 3, Rounding.FLOOR, Overflow.SAT),
        FixedType(False, whole + 5, 5, Rounding.FLOOR, Overflow.SAT),
    )


@dataclass(frozen=True)
class Parameter:
    """One trained tensor.

    Attributes:
        stage: of the operator that it belongs to. meaning: weight or bias. shape: of the tensor.
        factors: whether a weight holds factors of channels [..., channels], which are 1 in the float model and only
            hold the scales of its norms, instead of a matrix [outputs, inputs].
    """

    stage: str
    meaning: Meaning
    shape: Shape
    factors: bool = False


class Unrounded(Mapping[str, FixedType]):
    """Types of a float model: those given, and for all other stages one that nobody rounds to."""

    def __init__(self, given: Mapping[str, FixedType]) -> None:
        self.given = given

    def __getitem__(self, key: str) -> FixedType:
        return self.given.get(key, FixedType(True, 10, 5, Rounding.FLOOR, Overflow.SAT))

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)


class MessagePlan:
    """Collects operators.

    Attributes:
        precisions: type of every stage by name; of a logarithm's argument as ``NAME_argument``, of a parameter as
            ``NAME_weight`` or ``NAME_bias``.
        shapes, axes: of every stage so far, without the batch axis.
        parameters: what is trained, by name.
        functions: activation function behind a stage, by the name of its table.
        front: stages that no parameter comes before.
        layers: hidden layers with their activation, which dropout follows in training.
        plain: linear maps without a bias, whose result another stage normalises.
        scaled: by a sum of plain maps, those maps, whose weights the scale of the sum's norm becomes a factor of.
        derived: stages whose type is that of another one.
        channels: stages whose channels may each have bits of their own, with how many channels they have.
        drops: by such a stage, how many low bits of each channel are left out.
    """

    def __init__(self, constituents: int, precisions: Mapping[str, FixedType], form: InputForm) -> None:
        self.slots, self.precisions, self.form = constituents, precisions, form
        self.channels: dict[str, int] = {}
        self.drops: Drops = {}
        self.shapes: dict[str, Shape] = {INPUT: (constituents, form.columns)}
        self.axes: dict[str, Axes] = {INPUT: MOMENTUM_AXES}
        self.parameters: dict[str, Parameter] = {}
        self.functions: dict[str, str] = {}
        self.front: set[str] = {INPUT}
        self.layers, self.plain, self.derived = set[str](), set[str](), set[str]()
        self.scaled: dict[str, tuple[str, ...]] = {}
        self._nodes: list[Node] = []
        self._sums, self._arguments = set[str](), set[str]()
        self._constants: dict[str, dict[str, str]] = {}
        self._tables: dict[str, np.ndarray] = {}
        self._types: dict[str, FixedType] = {}

    @property
    def fixed(self) -> set[str]:
        """Keys of the types that are fixed before training: of what no parameter comes before, masks and graphs aside,
        and of the arguments of all logarithms, whose unit the float model has."""
        return {key for key in self.precisions if key in self.front} | self._arguments

    def add(self, name: str, operator: Operator, *inputs: str) -> str:
        """Append a node; returns its name."""
        shapes = [self.shapes[i] for i in inputs]
        self.shapes[name] = operator.output_shape(*shapes)
        self.axes[name] = operator.output_axes(*(self.axes[i] for i in inputs))
        if not operator.tensors and self.front.issuperset(inputs):
            self.front.add(name)
        for tensor, shape in operator.tensor_shapes(*shapes).items():
            self._constants.setdefault(name, {})[tensor] = self._source(name, tensor, shape, operator)
        self._nodes.append(Node(name, operator, inputs))
        return name

    def _source(self, name: str, tensor: str, shape: Shape, operator: Operator) -> str:
        """Name of the parameter or table behind a tensor."""
        own = f"{name}_{tensor}"
        if own in self._tables:
            return own
        if isinstance(operator, SoftmaxMean):
            types = {"exponential": EXPONENTIAL_TYPE, RECIPROCAL: SHARE_TYPE}
            tables = softmax_tables(operator.argument, EXPONENTIAL_TYPE, operator.denominator, SHARE_TYPE)
            key, kind = f"softmax_{tensor}", types[tensor]
            self._tables[key] = to_real(tables[list(types).index(tensor)], kind.fraction)
            self._types[key] = kind
            return key
        if tensor == RECIPROCAL and name in self._sums:
            self._tables[ONES], self._types[ONES] = np.ones(shape), ONES_TYPE
            return ONES
        if tensor == RECIPROCAL:
            self._tables[RECIPROCAL] = np.array([0.0, *(1.0 / n for n in range(1, shape[0]))])
            self._types[RECIPROCAL] = RECIPROCAL_TYPE
            return RECIPROCAL
        if isinstance(operator, Activation):
            raw = activation_table(self.functions[name], operator.argument, operator.output)
            self._tables[own] = to_real(raw, operator.output.fraction)
            self._types[own] = operator.output
            return own
        meaning = operator.tensors[tensor].meaning
        factors = isinstance(operator, Residual) and meaning is Meaning.WEIGHT
        self.parameters[own] = Parameter(name, meaning, shape, factors)
        self._types[own] = self.precisions[own]
        return own

    def add_plain(self, name: str, width: int, x: str) -> str:
        """A linear map without bias, activation and norm."""
        self.plain.add(name)
        self._tables[f"{name}_bias"], self._types[f"{name}_bias"] = np.zeros(width), ONES_TYPE
        return self.add(name, Dense(self.precisions[name], width, 0), x)

    def add_sum(self, name: str, mean: MaskedMean, *inputs: str) -> str:
        """The same for a mean that shall not divide."""
        self._sums.add(name)
        return self.add(name, mean, *inputs)

    def activation(self, name: str, function: str, x: str) -> str:
        """An activation function by table, whose argument has the type of ``x``."""
        self.functions[name] = function
        return self.add(name, Activation(output=self.precisions[name], argument=self.precisions[x]), x)

    def score(self, x: str, outputs: Sequence[str]) -> str:
        """The last layer: one score, or one output of each name."""
        return self.add(SCORE, Dense(self.precisions["score"], scores_of(outputs), 0), x)

    def mask(self) -> str:
        """The stage ``mask``: which slots are real."""
        return self.add(MASK, ConstituentMask(BIT, self.slots, 0), INPUT)

    def edges(self) -> str:
        """The stage ``edges`` of a complete graph."""
        return self.add(EDGES, CompleteGraph(BIT, self.slots), MASK)

    @property
    def masks(self) -> dict[Entity, str]:
        """By what they describe, the stages whose bits say which values are real."""
        found = {Entity.PAIR: EDGES, Entity.CONSTITUENT: MASK}
        return {of: stage for of, stage in found.items() if stage in self.shapes}

    def start(self) -> None:
        """Stages ``mask``, ``dots`` = p_i . p_j and ``logs``, their logarithms."""
        n = self.slots
        self.mask()
        self.add("dots", DotProducts(self.precisions["dots"], n, 0), self.four_momenta())
        self.pair_log("logs", "dots", channels=0)

    def four_momenta(self) -> str:
        """(E, px, py, pz) of the constituents: the input, or the stage ``p4`` where features stand behind them."""
        if not self.form.feature_names:
            return INPUT
        return P4 if P4 in self.shapes else self.add(P4, Columns(self.precisions[INPUT], 0, 4), INPUT)

    def features(self) -> str:
        """The stage ``features``: those of the constituents, behind their four-momenta; "" where there are none."""
        names = self.form.feature_names
        if not names or FEATURES in self.shapes:
            return FEATURES if names else ""
        return self.add(FEATURES, Columns(self.precisions[FEATURES], 4, len(names)), INPUT)

    def logs_of_momenta(self, *, features: bool) -> str:
        """The stage ``h0``, logarithms of four-momenta; with ``features``, where there are any, these beside them."""
        logs, beside = self.log("h0", self.four_momenta()), self.features() if features else ""
        return self.add(JOINED, Join(self.precisions[JOINED]), logs, beside) if beside else logs

    def pair_log(self, name: str, x: str, channels: int) -> str:
        """Logarithms of pairs, in units of the LSB of their argument."""
        argument = self._argument(name)
        operator = PairLog(self.precisions[name], argument, -argument.fraction, self.slots, channels)
        return self.add(name, operator, x)

    def log(self, name: str, x: str) -> str:
        """Logarithms of single values with their sign, in units of the LSB of their argument."""
        argument = self._argument(name)
        return self.add(name, SignedLog(self.precisions[name], argument, -argument.fraction), x)

    def _argument(self, name: str) -> FixedType:
        """The type of a logarithm's argument, which is fixed before training."""
        self._arguments.add(f"{name}_argument")
        return self.precisions[f"{name}_argument"]

    def exact_pairs(self, name: str, x: str) -> FixedType:
        """A type that holds W [x_i, x_j] + b of the layer ``name`` without rounding, whatever its parameters."""
        given, weight, bias = (self.precisions[key] for key in (x, f"{name}_weight", f"{name}_bias"))
        fraction = max(given.fraction + weight.fraction, bias.fraction)
        largest = max(-given.lowest, given.highest) * weight.highest * 2 * self.shapes[x][-1]
        largest <<= fraction - given.fraction - weight.fraction
        largest += -bias.lowest << (fraction - bias.fraction)
        return FixedType(True, largest.bit_length() + 1, fraction, Rounding.FLOOR, Overflow.SAT)

    @property
    def movable(self) -> list[str]:
        """Stages and parameters whose binary point may move: not what the float model has seen already."""
        return [*(n.name for n in self._nodes if n.name not in self.front | self.derived), *self.parameters]

    def wiring(self) -> Wiring:
        """All of it, for a quantised model or a network."""
        return Wiring(
            INPUT,
            self.shapes[INPUT],
            self.precisions[INPUT],
            tuple(self._nodes),
            self._constants,
            self._types,
            self._tables,
            self.form,
        )
