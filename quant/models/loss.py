"""The loss of all models."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def logit_loss(score: Tensor, label: Tensor) -> Tensor:
    """Cross entropy of scores with labels [jets], averaged over the jets.

    One score w [jets], label 1 for top: the two logits [-w, w] are equivalent to the single logit 2 w (arXiv
    2310.16121). Several scores [jets, classes] are the logits themselves, and labels the numbers of classes.
    """
    if score.dim() == 2:
        return functional.cross_entropy(score, label.long())
    return functional.binary_cross_entropy_with_logits(2 * score, label)
