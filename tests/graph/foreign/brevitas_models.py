"""Small Brevitas models, exported as their users do: torch's exporter, dynamic batch, external data."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

CONSTITUENTS, FEATURES, CLASSES = 4, 3, 2


def mlp() -> nn.Module:
    """A scale for every channel of the weights, batch normalisation, scales that are no powers of two."""
    import brevitas.nn as qnn

    return nn.Sequential(
        qnn.QuantIdentity(bit_width=8, return_quant_tensor=True),
        qnn.QuantLinear(FEATURES, 6, bias=True, weight_bit_width=4, weight_scaling_per_output_channel=True),
        nn.BatchNorm1d(6),
        qnn.QuantReLU(bit_width=5, return_quant_tensor=True),
        qnn.QuantLinear(6, CLASSES, bias=True, weight_bit_width=4),
    )


class DeepSet(nn.Module):
    """A network on every constituent; their mean, maximum and sum, and all of them in a row; a network on these."""

    def __init__(self) -> None:
        import brevitas.nn as qnn

        super().__init__()
        self.phi = nn.Sequential(
            qnn.QuantIdentity(bit_width=6, return_quant_tensor=True),
            qnn.QuantLinear(FEATURES, 4, bias=True, weight_bit_width=4),
            qnn.QuantReLU(bit_width=5, return_quant_tensor=False),
        )
        self.pooled = qnn.QuantIdentity(bit_width=8, return_quant_tensor=False)
        self.first = qnn.QuantLinear(4 * (3 + CONSTITUENTS), 4, bias=False, weight_bit_width=3)
        self.middle = qnn.QuantIdentity(bit_width=7, return_quant_tensor=False)
        self.curve = qnn.QuantSigmoid(bit_width=6, return_quant_tensor=True)
        self.last = qnn.QuantLinear(4, CLASSES, bias=True, weight_bit_width=4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores [events, classes] of events [events, constituents, features]."""
        y = self.phi(x)
        features = [y.mean(dim=1), y.amax(dim=1), y.sum(dim=1), y.flatten(1)]
        return self.last(
            self.curve(self.middle(self.first(torch.cat([self.pooled(f) for f in features], 1))))
        )


def export(model: nn.Module, shape: tuple[int, ...], path: Path, *, dynamo: bool = True) -> Path:
    """Calibrate and write a QONNX file."""
    torch.manual_seed(1)
    example = torch.randn(64, *shape)
    model.train()
    for _ in range(3):
        model(example)
    model.eval()
    options: dict[str, Any] = {"dynamic_axes": {"x": {0: "batch"}}, "input_names": ["x"]}
    if dynamo:
        options = {"dynamic_shapes": ({0: torch.export.Dim("batch")},), "external_data": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from brevitas.export import export_qonnx

        export_qonnx(model, args=example[:2], export_path=str(path), dynamo=dynamo, **options)
    return path
