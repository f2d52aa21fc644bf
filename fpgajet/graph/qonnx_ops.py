"""qonnx custom operators, one class for each of our operators, made from the descriptions.

qonnx finds them through the ONNX domain ``fpgajet.ops``, which :func:`register` points to this module.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import helper
from qonnx.custom_op.base import CustomOp
from qonnx.custom_op.registry import add_domain_alias

from fpgajet.graph.load import operator_from_attributes
from fpgajet.ops import DOMAIN, OPERATORS, Operator
from fpgajet.ops.integers import FixedArray, IntegerArithmetic


class _FpgajetOp(CustomOp):  # type: ignore[misc]
    """Executes one of our operators on float32 tensors through its int64 arithmetic."""

    def get_nodeattr_types(self) -> dict[str, tuple[str, bool, Any]]:
        cls = OPERATORS[self.onnx_node.op_type]
        integers = dict.fromkeys(cls.integer_fields(), ("i", True, 0))
        return integers | dict.fromkeys(cls.type_fields(), ("s", True, ""))

    def operator(self) -> Operator:
        """The description with this node's attributes."""
        names = self.get_nodeattr_types()
        return operator_from_attributes(
            self.onnx_node.op_type, {name: self.get_nodeattr(name) for name in names}
        )

    def make_shape_compatible_op(self, model: Any) -> Any:
        data = [model.get_tensor_shape(name) for name in self.onnx_node.input[: self.operator().inputs]]
        shape = self.operator().output_shape(*(tuple(s[1:]) for s in data))
        return helper.make_node(
            "RandomNormal", [], list(self.onnx_node.output), shape=[data[0][0], *shape], dtype=1
        )

    def infer_node_datatype(self, model: Any) -> None:
        """Types are part of the attributes; qonnx has nothing to infer."""

    def execute_node(self, context: dict[str, Any], graph: Any) -> None:
        op, node = self.operator(), self.onnx_node
        arrays = [FixedArray.exactly(context[name]) for name in node.input]
        tensors = dict(zip(op.tensors, arrays[op.inputs :], strict=True))
        result = op.forward(IntegerArithmetic(), arrays[: op.inputs], tensors)
        context[node.output[0]] = result.real.astype(np.float32)

    def verify_node(self) -> list[str]:
        return []


custom_op = {name: type(name, (_FpgajetOp,), {}) for name in OPERATORS}


def register() -> None:
    """Tell qonnx where the operators of our domain live; calling it again changes nothing."""
    add_domain_alias(DOMAIN, __name__)
