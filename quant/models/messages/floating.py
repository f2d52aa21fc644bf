"""The float form of a plan: the operators' own arithmetic without rounding, in float32, with batch norm.

What no parameter comes before (masks, dot products, logarithms, graphs) is computed as the hardware does, so
the float model sees the very numbers that the quantised one will see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from fpgajet.fixed import FixedType
from fpgajet.ops import Activation, ClassSoftmax, SignedLog, SoftmaxMean
from fpgajet.ops.network import Node
from fpgajet.ops.roles import Hook, Meaning, entity
from quant.arithmetic import TorchArithmetic
from quant.models.masked_norm import MaskedNorm
from quant.models.messages.plan import INPUT, SCORE, MessagePlan
from quant.models.scoring import one_or_several

FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "silu": functional.silu,
    "tanh": torch.tanh,
    "softsign": functional.softsign,
    "sigmoid": torch.sigmoid,
}


class FloatMessages(nn.Module):
    """Parameters in float32 (float64 after ``double()``) and, behind every linear map but the last, masked batch norm.

    Args:
        plan: the network. batch_norm: whether there are norms.
        dropout: behind every hidden layer, in training mode.
    """

    def __init__(self, plan: MessagePlan, batch_norm: bool = True, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout, self.held = dropout, False
        self.plan, self.wiring, norms = plan, plan.wiring(), {}
        hooked = {node.name for node in self.wiring.nodes if Hook.BATCH_NORM in node.operator.hooks}
        for name, parameter in plan.parameters.items():
            values, shape, stage = torch.zeros(parameter.shape), parameter.shape, parameter.stage
            if parameter.meaning is Meaning.WEIGHT:
                factors = parameter.factors
                values = torch.ones(shape) if factors else torch.randn(shape) * (2.0 / shape[-1]) ** 0.5
                if batch_norm and stage in hooked - plan.plain and stage != SCORE:
                    norms[stage] = MaskedNorm(plan.shapes[stage][-1])
            self.register_parameter(name, nn.Parameter(values, requires_grad=not parameter.factors))
        norms |= {stage: MaskedNorm(plan.shapes[stage][-1]) for stage in plan.scaled if batch_norm}
        self.norms = nn.ModuleDict(norms)
        self._tables = {k: torch.from_numpy(v) for k, v in self.wiring.tables.items()}

    @property
    def classifier(self) -> set[str]:
        """Names of the parameters of the last layer; all others are those of features."""
        return {name for name, parameter in self.plan.parameters.items() if parameter.stage == SCORE}

    def hold_features(self) -> None:
        """Train nothing but the last layer; norms keep their statistics."""
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(parameter.requires_grad and name in self.classifier)
        self.held = True
        self.train(self.training)

    def train(self, mode: bool = True) -> FloatMessages:
        """As always, but norms of features that are held stay in evaluation mode."""
        super().train(mode)
        if self.held:
            self.norms.eval()
        return self

    @property
    def dtype(self) -> torch.dtype:
        """Of parameters and arithmetic: float32, or float64 after ``double()``."""
        return next(self.parameters()).dtype

    def forward(self, p: Tensor) -> Tensor:
        """Scores (float64) of four-momenta [B, N, 4] in GeV, as the input form delivers them: [B] or [B, classes]."""
        return one_or_several(self.run(p)[self.wiring.nodes[-1].name]).double()

    def run(self, p: Tensor) -> dict[str, Tensor]:
        """Every stage by name."""
        exact = TorchArithmetic()
        stages = {INPUT: exact.quantise("input", self._numbers(p).double(), self.wiring.input_type)}
        with torch.no_grad():
            for node in self.wiring.nodes:
                if node.name in self.plan.front:
                    stages[node.name] = node.operator.forward(exact, [stages[i] for i in node.inputs], {})
        stages = {name: x.to(self.dtype) for name, x in stages.items()}
        a = _Float(self, stages)
        for node in self.wiring.nodes:
            if node.name not in stages:
                y = self._node(a, node, stages)
                if self.dropout and node.name in self.plan.layers:
                    y = functional.dropout(y, self.dropout, self.training)
                stages[node.name] = y
        return stages

    def _numbers(self, p: Tensor) -> Tensor:
        """What the network reads of four-momenta that the input form has delivered."""
        form = self.plan.form
        as_they_are = form.four_momenta and not form.feature_names
        return p if as_they_are else torch.from_numpy(form.numbers(p.cpu().numpy())).to(p.device)

    def _node(self, a: _Float, node: Node, stages: dict[str, Tensor]) -> Tensor:
        x = [stages[i] for i in node.inputs]
        operator = node.operator
        if isinstance(operator, Activation):
            return FUNCTIONS[self.plan.functions[node.name]](x[0])
        if isinstance(operator, SignedLog):
            y = mitchell(x[0].abs() * 2.0**-operator.unit)
            y = y * x[0].sign() if operator.output.signed else torch.where(x[0] > 0, y, 0.0)
            return y if len(y.shape) == len(self.plan.shapes[node.name]) + 1 else y[..., None]
        if isinstance(operator, SoftmaxMean):
            return softmax_mean(operator, *x)
        if isinstance(operator, ClassSoftmax):
            return torch.softmax(x[0], -1)
        a.enter(node.name)
        constants = {
            tensor: self._tables[key].to(self.dtype) if key in self._tables else self.get_parameter(key)
            for tensor, key in self.wiring.constants.get(node.name, {}).items()
        }
        return operator.forward(a, x, constants)

    def scales(self) -> dict[str, Tensor]:
        """By plain map, the scale of the norm behind its sum, a factor of its rows when folded (in evaluation mode)."""
        found: dict[str, Tensor] = {}
        zero = torch.zeros(())
        for stage, maps in self.plan.scaled.items():
            if stage in self.norms:
                norm = self.norms[stage]
                assert isinstance(norm, MaskedNorm)
                found |= dict.fromkeys(maps, norm.affine(zero, zero, zero)[0].detach())
        return found

    def folded(self) -> dict[str, NDArray[Any]]:
        """All parameters in float64 with the norms folded in: s (W x + b) + t = (s W) x + (s b + t)."""
        found = {name: self.get_parameter(name).detach().double() for name in self.plan.parameters}
        zero, training = torch.zeros(()), self.training
        self.eval()
        scales = self.scales()
        with torch.no_grad():
            for name, parameter in self.plan.parameters.items():
                if parameter.stage in scales:
                    found[name] = scales[parameter.stage][:, None] * found[name]
                if parameter.stage not in self.norms:
                    continue
                norm = self.norms[parameter.stage]
                assert isinstance(norm, MaskedNorm)
                scale, shift = norm.affine(zero, zero, zero)
                if parameter.meaning is Meaning.WEIGHT:
                    found[name] = (scale if parameter.factors else scale[:, None]) * found[name]
                else:
                    found[name] = scale * found[name] + shift
        self.train(training)
        return {name: values.numpy() for name, values in found.items()}


class _Float(TorchArithmetic):
    """Arithmetic without rounding, with the norm of each stage at the hook of its operator."""

    def __init__(self, model: FloatMessages, stages: dict[str, Tensor]) -> None:
        self.model, self.stage = model, ""
        self.real = {of: stages[name] for of, name in model.plan.masks.items()}

    def enter(self, stage: str) -> None:
        self.stage = stage

    def quantise(self, name: str, x: Tensor, to: FixedType) -> Tensor:
        return x

    def constant(self, values: NDArray[Any]) -> Tensor:
        return torch.tensor(values, dtype=self.model.dtype)

    def hook(self, hook: Hook, x: Tensor) -> Tensor:
        if hook is not Hook.BATCH_NORM or self.stage not in self.model.norms:
            return x
        norm = self.model.norms[self.stage]
        assert isinstance(norm, MaskedNorm)
        total = squares = count = torch.zeros(())
        if norm.training:
            of = entity(self.model.plan.axes[self.stage])
            real = self.real[of][..., None] if of in self.real else torch.ones(len(x), 1)
            axes = tuple(range(x.dim() - 1))
            inside = x * real
            total, squares = inside.sum(axes).double(), (inside * x).sum(axes).double()
            count = real.sum().double()
        scale, shift = norm.affine(total, squares, count)
        return x * scale.to(x.dtype) + shift.to(x.dtype)


def softmax_mean(operator: SoftmaxMean, z: Tensor, logits: Tensor, mask: Tensor) -> Tensor:
    """What :class:`fpgajet.ops.SoftmaxMean` approximates: softmax over the real j, 0 without any."""
    real = mask[:, None, :, None] != 0
    weights = torch.softmax(torch.where(real, logits, -1e9), 2)
    heads = z.reshape(*z.shape[:-1], operator.heads, -1)  # [B, N, H, F / H]
    heard = torch.einsum("bijh,bjhc->bihc", torch.where(real, weights, 0.0), heads)
    return heard.flatten(-2)


def mitchell(x: Tensor) -> Tensor:
    """M(1 + x) with M(2^k (1 + f)) = k + f, for x >= 0; see :class:`fpgajet.ops.SignedLog`."""
    u = 1.0 + x
    with torch.no_grad():
        k = torch.floor(torch.log2(u))
        step = torch.exp2(-k)
    return k + u * step - 1.0
