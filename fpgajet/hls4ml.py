"""An extension of hls4ml: ``import fpgajet.hls4ml`` teaches it our operators.

After the import, ``hls4ml.converters.convert_from_onnx_model(prepared(model), hls_config=...)`` converts the
``model.onnx`` of a build for the back ends Vitis and Vivado. Two rules hold for the configuration: it states the
precision of the input (:func:`config` does), and one ReuseFactor holds for the whole model, because the design is one
pipeline. Importing it without hls4ml raises :class:`fpgajet.errors.MissingTool`.
"""

from __future__ import annotations

from typing import Any

import onnx

from fpgajet.errors import require_extra
from fpgajet.graph.load import load
from fpgajet.hls.project import hls_config, with_constant_shapes

__all__ = ["config", "prepared", "register"]


def register() -> None:
    """Register our operators with hls4ml: ONNX handlers, layers, templates and C++ headers. Again, it does nothing.

    Raises:
        MissingTool: hls4ml is not installed.
    """
    require_extra("hls4ml")
    from fpgajet.hls.register import register as add

    add()


def prepared(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of a model of our operators that states the shape of every constant, as hls4ml demands."""
    return with_constant_shapes(model)


def config(model: onnx.ModelProto, reuse_factor: int = 1) -> dict[str, Any]:
    """hls4ml's configuration dictionary for a model of our operators, to be changed at will.

    Args:
        model: as in ``model.onnx`` of a build. reuse_factor: clocks between two jets.

    Raises:
        BadInput: a node is none of our operators.
    """
    return hls_config(model, load(model), reuse_factor)


register()
