"""Float nPELICAN_N: nanoPELICAN whose sums over constituents grow with a learned power of their number.

Each aggregator b > 0 of LinEq 2->2, and the sum and the trace of LinEq 2->0, is multiplied by (n / Nbar)^alpha_b
(arXiv 2310.16121, section 4, "N^alpha"). Every alpha belongs to an aggregator and to no channel: 5 + 2 = 7 numbers
at any C, as the paper's table 2 counts (the input has one channel, and all channels of the hidden layer share two).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.npelican.floating import NPelican, PairBatch
from quant.models.npelican.pair_sums import TERMS
from quant.models.scoring import one_or_several

#: features of a jet by name, with the row of (1, n, n^2, total of d) they are made of and the aggregator whose
#: power of n scales them (0: none)
FEATURES = {
    "one": (0, 0), "n 1": (1, 1), "n 2": (1, 2), "n 3": (1, 3), "n^2 4": (2, 4), "n^2 5": (2, 5),
    "total 4": (3, 4), "total 5": (3, 5),
}  # fmt: skip
ROWS, SCALED_BY = (list(numbers) for numbers in zip(*FEATURES.values(), strict=True))


class ScaledNPelican(NPelican):
    """As :class:`NPelican`, with ``alpha`` [5] of aggregators 1..5 and ``score_alpha`` [2] of sum and trace.

    They start between 0 and 1. The paper scales means, which changes the start and not the class: a mean times
    (n / Nbar)^a is the sum over Nbar times (n / Nbar)^(a - 1), or a - 2 for a mean over pairs: see
    :meth:`start_as_means`.
    """

    terms = (*TERMS[:4], *FEATURES, *(f"diagonal {name}" for name in FEATURES))
    aggregators = (
        ("pair", "one", 0),
        ("diagonal row", "diagonal n 1", 1),
        ("column", "n 2", 1),
        ("row", "n 3", 1),
        ("total 4", "n^2 4", 2),
        ("diagonal total 5", "diagonal n^2 5", 2),
    )

    def __init__(self, architecture: Architecture, nbar: float = NBAR, hidden_bias: float = 0.3) -> None:
        super().__init__(architecture, nbar, hidden_bias)
        self.alpha = nn.Parameter(torch.rand(5, dtype=torch.float64))
        self.score_alpha = nn.Parameter(torch.rand(2, dtype=torch.float64))

    def start_as_means(self) -> None:
        """Shift fresh alphas so that those of the means, as published, start between 0 and 1."""
        with torch.no_grad():
            self.alpha.sub_(torch.tensor([1.0, 1.0, 1.0, 2.0, 2.0]))
            shift = torch.tensor([2.0, 1.0])
            self.score_alpha.sub_(shift if self.score_alpha.dim() == 1 else shift[:, None])

    def score(self, jets: PairBatch) -> Tensor:
        """Scores w [B], or [B, K], of a prepared batch."""
        n = jets.slots.to(torch.float64)
        log = torch.log(n.clamp_min(1) / self.nbar)  # without constituents all sums are 0
        growth = torch.exp(torch.cat([torch.zeros_like(self.alpha[:1]), self.alpha])[:, None] * log)  # [6, B]
        plain = torch.stack([torch.ones_like(n), n, n * n, jets.total])
        return self.last(log, plain, self.sums(jets, plain[ROWS] * growth[SCALED_BY], growth[[3, 2, 1]]))

    def last(self, log: Tensor, plain: Tensor, y: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """LinEq 2->0 with its powers of n, of the sums of y and the batch norm behind them."""
        y_sums, scale, shift = y
        v = self.last_weight()  # [K, 2, C]
        r = ((v * scale)[..., None] * y_sums).sum(2) + (v @ shift)[..., None] * plain[[2, 1]]  # [K, 2, B]
        score = (r * torch.exp(self.score_alpha[:, None] * log)).sum(1)
        return one_or_several(score.T + self.score_bias)


class ChannelScaledNPelican(ScaledNPelican):
    """As :class:`ScaledNPelican`, with a power per channel in the last layer: ``score_alpha`` [2, C].

    The authors' code has them; the seven exponents of the paper's table 2 leave no place for them. Float only.
    """

    def __init__(self, architecture: Architecture, nbar: float = NBAR, hidden_bias: float = 0.3) -> None:
        super().__init__(architecture, nbar, hidden_bias)
        self.score_alpha = nn.Parameter(torch.rand(2, architecture.hidden, dtype=torch.float64))

    def last(self, log: Tensor, plain: Tensor, y: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        y_sums, scale, shift = y
        v = self.last_weight()[..., None]  # [K, 2, C, 1]
        r = v * (scale[:, None] * y_sums + shift[:, None] * plain[[2, 1]][:, None])  # [K, 2, C, B]
        score = (r * torch.exp(self.score_alpha[..., None] * log)).sum((1, 2))
        return one_or_several(score.T + self.score_bias)
