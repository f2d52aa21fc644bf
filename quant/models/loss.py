"""The loss of all models."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def logit_loss(score: Tensor, label: Tensor) -> Tensor:
    """Cross entropy of scores w [jets] with labels [jets] (1 for top), averaged over the jets.

    The two logits [-w, w] are equivalent to the single logit 2 w (arXiv 2310.16121).
    """
    return functional.binary_cross_entropy_with_logits(2 * score, label)
