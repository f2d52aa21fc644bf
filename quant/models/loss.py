"""The loss of all models, and what a teacher adds to it."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

#: distance, in units of the output, up to which the loss of a regression is quadratic; linear beyond
QUADRATIC = 0.1


def logit_loss(score: Tensor, label: Tensor) -> Tensor:
    """Cross entropy of scores with labels [jets], averaged over the jets.

    One score w [jets], label 1 for top: the two logits [-w, w] are equivalent to the single logit 2 w (arXiv
    2310.16121). Several scores [jets, classes] are the logits themselves, and labels the numbers of classes. With
    labels [jets, 1 + targets] the last outputs are regressions: :func:`regression_loss` is added.
    """
    if label.dim() == 2:
        scores, found = class_part(score, label), score[:, 1 - label.shape[1] :]
        return logit_loss(scores, label[:, 0]) + regression_loss(found, label[:, 1:])
    if score.dim() == 2:
        return functional.cross_entropy(score, label.long())
    return functional.binary_cross_entropy_with_logits(2 * score, label)


def distilled_loss(score: Tensor, label: Tensor, taught: Tensor, weight: float) -> Tensor:
    """(1 - ``weight``) times :func:`logit_loss`, plus ``weight`` times the cross entropy with a teacher.

    The latter is -sum_k p_k log q_k, averaged over the jets, with p the teacher's probabilities ``taught`` [jets] or
    [jets, classes] and q those of the scores: arXiv 1503.02531 at temperature 1. Regressions have no teacher.
    """
    scores = class_part(score, label)
    if scores.dim() == 2:
        teaching = functional.cross_entropy(scores, taught.to(scores.dtype))
    else:
        teaching = functional.binary_cross_entropy_with_logits(2 * scores, taught)
    return (1 - weight) * logit_loss(score, label) + weight * teaching


def probabilities(score: Tensor, classes: int = 0, softmax: bool = False) -> Tensor:
    """Probabilities, float64 [jets] of the second class or [jets, classes], that scores stand for in the loss.

    Args:
        score: as the networks give them; behind those of ``classes`` may stand regressions.
        softmax: the scores are probabilities already.
    """
    score = score.double()
    if not classes:
        return torch.sigmoid(2 * score)
    return score[:, :classes] if softmax else torch.softmax(score[:, :classes], 1)


def regression_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Huber loss of outputs [jets, targets], averaged over the wanted ones that are no NaN; 0 if all are."""
    known = ~wanted.isnan()
    if not known.any():
        return found.sum() * 0.0
    return functional.smooth_l1_loss(found[known], wanted[known].to(found.dtype), beta=QUADRATIC)


def class_part(score: Tensor, label: Tensor) -> Tensor:
    """The scores of classes among all outputs, for labels as :func:`logit_loss` takes them."""
    return score if label.dim() == 1 else score[:, : score.shape[1] - label.shape[1] + 1]
