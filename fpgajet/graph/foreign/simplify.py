"""Nodes that say the same in several ways, in the one way that the rest of the code reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from onnx import helper

from fpgajet.graph.foreign.graph import ForeignGraph, ForeignNode, ForeignTensor, real


def simplified(graph: ForeignGraph) -> ForeignGraph:
    """Einsum with its result stated and no ellipsis; Gemm without alpha and beta."""
    tensors, nodes = dict(graph.tensors), []
    for node in graph.nodes:
        constant = all(graph.tensors[name].constant for name in node.outputs if name)
        if node.op_type == "Einsum" and not constant:
            shapes = [graph.tensors[name].shape for name in node.inputs]
            equation = explicit(node.text("equation", ""), [len(shape) for shape in shapes])
            nodes.append(made("Einsum", node.name, list(node.inputs), node.outputs[0], equation=equation))
        elif node.op_type == "Gemm" and not constant and _scaled(node):
            nodes += _plain_gemm(node, tensors)
        else:
            nodes.append(node)
    return replace(graph, nodes=tuple(nodes), tensors=tensors).pruned()


def explicit(equation: str, ranks: list[int]) -> str:
    """An equation of Einsum with a letter for every axis, and its result.

    Args:
        ranks: of the operands.
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    operands = left.split(",")
    free = iter(c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in equation)
    depth = max(
        (r - len(o.replace("...", "")) for o, r in zip(operands, ranks, strict=False) if "..." in o),
        default=0,
    )
    axes = "".join(next(free) for _ in range(max(depth, 0)))
    written = []
    for operand, rank in zip(operands, ranks, strict=False):
        own = rank - len(operand.replace("...", ""))
        written.append(operand.replace("...", axes[len(axes) - own :] if own > 0 else ""))
    if arrow:
        return ",".join(written) + "->" + right.replace("...", axes)
    letters = left.replace("...", "").replace(",", "")
    once = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return ",".join(written) + "->" + axes + once


def made(op_type: str, name: str, inputs: list[str], output: str, **attributes: Any) -> ForeignNode:
    """A node that normalisation makes."""
    proto = helper.make_node(op_type, inputs, [output], name=name, **attributes)
    return ForeignNode(name, op_type, tuple(inputs), (output,), attributes, proto)


def _scaled(node: ForeignNode) -> bool:
    biased = len(node.inputs) > 2 and node.inputs[2]
    return node.number("alpha", 1.0) != 1.0 or bool(biased and node.number("beta", 1.0) != 1.0)


def _plain_gemm(node: ForeignNode, tensors: dict[str, ForeignTensor]) -> list[ForeignNode]:
    """A product, then alpha, then beta times the bias; constants are computed here."""
    name, output = node.name, node.outputs[0]
    alpha, beta = np.float32(node.number("alpha", 1.0)), np.float32(node.number("beta", 1.0))
    whole = tensors[output].value
    bias = node.inputs[2] if len(node.inputs) > 2 else ""
    added: Any = beta * tensors[bias].value if bias else np.zeros((), whole.dtype)
    if not np.isfinite(alpha) or alpha == 0 or not np.isfinite(beta) or (bias and not tensors[bias].constant):
        return [node]
    turned = {key: node.integer(key, 0) for key in ("transA", "transB")}
    steps = [made("Gemm", name, list(node.inputs[:2]), f"{output}.product", **turned)]
    tensors[f"{output}.product"] = ForeignTensor(((real(whole) - added) / alpha).astype(whole.dtype), False)
    last = f"{output}.product"
    if alpha != 1:
        tensors[f"{output}.alpha"] = ForeignTensor(alpha.astype(whole.dtype).reshape(()), True)
        tensors[f"{output}.scaled"] = ForeignTensor((real(whole) - added).astype(whole.dtype), False)
        steps.append(made("Mul", f"{name}.alpha", [last, f"{output}.alpha"], f"{output}.scaled"))
        last = f"{output}.scaled"
    if bias:
        tensors[f"{output}.beta"] = ForeignTensor(np.asarray(added, whole.dtype), True)
        steps.append(made("Add", f"{name}.beta", [last, f"{output}.beta"], output))
    else:
        steps[-1] = replace(
            steps[-1],
            outputs=(output,),
            proto=helper.make_node(
                steps[-1].op_type,
                list(steps[-1].inputs),
                [output],
                name=steps[-1].name,
                **steps[-1].attributes,
            ),
        )
    return steps
