"""What an operator is: one layer of the network that becomes one block of hardware.

An operator is a frozen dataclass. Its fields are its attributes: integers, and :class:`FixedType` for every
requantiser (the field ``output`` is the type of the result). From them and from ``forward`` the drivers in
``fpgajet.graph``, ``fpgajet.hls`` and ``quant`` derive everything else, so adding an operator means one such
file, one C++ header in ``firmware/`` and one test.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar

from fpgajet.fixed import FixedType
from fpgajet.ops.arithmetic import A, Arithmetic
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.inventory import Inventory
from fpgajet.ops.roles import Axes, Hook, TensorRole

Shape = tuple[int, ...]

#: The ONNX domain of every operator.
DOMAIN = "fpgajet.ops"


@dataclass(frozen=True)
class Operator(ABC):
    """Base of all operators; subclasses set the class variables and the abstract methods."""

    #: type of the ONNX node: the name of the class, unless it says another
    op_type: ClassVar[str]
    #: number of data inputs, which come first in the ONNX node
    inputs: ClassVar[int] = 1
    #: names of the constant tensors, which follow the data inputs in the ONNX node
    #: with what each of them is; iterating gives the names
    tensors: ClassVar[dict[str, TensorRole]] = {}
    #: hooks that ``forward`` offers to an arithmetic, each once
    hooks: ClassVar[tuple[Hook, ...]] = ()
    #: whether a block that shares no hardware leaves out the pairs i = j, which nobody uses after message passing
    skips_diagonal: ClassVar[bool] = False
    #: whether it leaves them out where :attr:`reads_diagonal` is false of all that read its result
    skips_unread_diagonal: ClassVar[bool] = False
    #: whether a positive factor of one channel of all inputs becomes the same factor of that channel of the result
    homogeneous: ClassVar[bool] = False
    #: function template in namespace ``nnet``
    function: ClassVar[str]
    #: header in ``firmware/`` that defines it: ``fpgajet_FUNCTION.h``, unless the operator says another
    header: ClassVar[str]

    output: FixedType

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "op_type" not in vars(cls):
            cls.op_type = cls.__name__
        if "function" in vars(cls) and not hasattr(cls, "header"):
            cls.header = f"fpgajet_{cls.function}.h"

    @abstractmethod
    def output_shape(self, *shapes: Shape) -> Shape:
        """Shape of the result, without the batch axis, from those of the data inputs.

        Raises:
            ValueError: the inputs do not have the shapes this operator needs.
        """

    @abstractmethod
    def output_axes(self, *axes: Axes) -> Axes:
        """Roles of the result's axes, without the batch axis, from those of the data inputs."""

    def tensor_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        """Shapes of the constant tensors from those of the data inputs."""
        return {}

    def check_tensors(self, tensors: Mapping[str, FixedArray]) -> None:  # noqa: B027 - most need no check
        """What the constants must fulfil beside their shapes.

        Raises:
            ValueError: they do not.
        """

    @abstractmethod
    def forward(self, a: Arithmetic[A], inputs: Sequence[A], tensors: Mapping[str, A]) -> A:
        """The exact arithmetic, over arrays with any leading batch axes."""

    @abstractmethod
    def hls_constants(self, *shapes: Shape) -> dict[str, int]:
        """Integer constants of the C++ configuration struct; types are added by the driver."""

    @abstractmethod
    def inventory(self, shapes: Sequence[Shape], widths: Mapping[str, FixedType]) -> Inventory:
        """Arithmetic units of a fully unrolled block, for the analytical estimate.

        Args:
            shapes: shapes of the data inputs.
            widths: types of the data inputs (``input0``, ...), of the constant tensors, and of the
                intermediates that ``forward`` notes.
        """

    def inventory_of(
        self,
        shapes: Sequence[Shape],
        widths: Mapping[str, FixedType],
        tensors: Mapping[str, FixedArray],
    ) -> Inventory:
        """:meth:`inventory` where the constants are known: zeros among them may then make units superfluous.

        ``tensors`` also holds ``input0_zeros``, ... where low bits of an input are always 0: how many of each channel.
        """
        return self.inventory(shapes, widths)

    def mirrored(self, inputs: Sequence[bool]) -> bool:
        """Whether the result is the same for (i, j) and (j, i), given whether the inputs are, which pairs are not."""
        return False

    @property
    def reads_diagonal(self) -> bool:
        """Whether anything that counts depends on the elements (i, i) of its inputs over pairs."""
        return True

    @classmethod
    def type_fields(cls) -> tuple[str, ...]:
        """Names of the attributes that are fixed-point types."""
        return tuple(f.name for f in fields(cls) if f.type in ("FixedType", FixedType))

    @classmethod
    def integer_fields(cls) -> tuple[str, ...]:
        """Names of the attributes that are integers."""
        return tuple(f.name for f in fields(cls) if f.type in ("int", int))

    @classmethod
    def defaults(cls) -> dict[str, int]:
        """Values of the integers that need not be given."""
        return {
            f.name: int(f.default)
            for f in fields(cls)
            if f.name in cls.integer_fields() and f.default is not MISSING
        }


def expect(condition: bool, message: str) -> None:
    """Raise ``ValueError(message)`` unless ``condition`` holds."""
    if not condition:
        raise ValueError(message)
