"""Plain data for a report from the objects of other packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fpgajet.ops.network import Network


def stages_of(network: Network) -> list[dict[str, Any]]:
    """``model.stages``: every stage with its operator, shape and types, the input first."""
    shapes, types = network.shapes(), network.types()
    first = {
        "stage": network.input_name,
        "op_type": "input",
        "inputs": [],
        "shape": list(network.input_shape),
        "type": str(network.input_type),
        "tensors": {},
    }
    rest = [
        {
            "stage": node.name,
            "op_type": node.operator.op_type,
            "inputs": list(node.inputs),
            "shape": list(shapes[node.name]),
            "type": str(types[node.name]),
            "tensors": {name: str(tensor.type) for name, tensor in node.tensors.items()},
        }
        for node in network.nodes
    ]
    return [first, *rest]
