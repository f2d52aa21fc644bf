"""The word that a jet's answer is on a link: probability, raw score, decision, and whether the jet is there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType, from_real
from fpgajet.ops.tables import sigmoid

SCORE_TYPE = "ap_ufixed<10,1>"
DECISION, THERE = 62, 63
#: Addresses of the table of probabilities: steps of 1/32 in -8 ... 8.
STEPS, ADDRESSES = 32, 512
RAW_BITS = 48
#: Bits that a probability may have, so that the raw score fits above it.
MOST_BITS = DECISION - RAW_BITS


@dataclass(frozen=True)
class Answer:
    """How a raw score becomes a word.

    The probability is sigmoid(s) at the middle of the step of 1/32 that holds the score s, cut to -8 ... 8, rounded
    half to even to ``score_type``.

    Attributes:
        fraction: fraction bits of the raw score.
        score_type: unsigned type of the probability.
        threshold: the least raw score that passes.
    """

    fraction: int
    score_type: FixedType
    threshold: int

    @property
    def table(self) -> list[tuple[int, int]]:
        """Address (two's complement, 9 bits) and raw probability of every step."""
        steps = np.arange(-ADDRESSES // 2, ADDRESSES // 2)
        entries = from_real(sigmoid((steps + 0.5) / STEPS), self.score_type)
        return [(int(s) % ADDRESSES, int(p)) for s, p in zip(steps, entries, strict=True)]

    @property
    def step_shift(self) -> int:
        """Bits to the right from a raw score to its step; negative: to the left."""
        return self.fraction - STEPS.bit_length() + 1

    def words(self, scores: NDArray[np.int64], there: NDArray[np.bool_]) -> NDArray[np.uint64]:
        """Answers, uint64 [jets], of raw scores [jets]."""
        shift = self.step_shift
        steps = scores >> shift if shift >= 0 else scores << -shift
        index = np.clip(steps, -ADDRESSES // 2, ADDRESSES // 2 - 1) % ADDRESSES
        lookup = np.array([p for _, p in sorted(self.table)], dtype=np.uint64)
        raw = scores.astype(np.int64).view(np.uint64) & np.uint64((1 << RAW_BITS) - 1)
        words = lookup[index] | raw << np.uint64(self.score_type.bits)
        words |= (scores >= self.threshold).astype(np.uint64) << np.uint64(DECISION)
        words |= there.astype(np.uint64) << np.uint64(THERE)
        return np.asarray(words, dtype=np.uint64)

    def scores(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Raw scores of answers."""
        up = np.uint64(64 - RAW_BITS - self.score_type.bits)
        return (words << up).view(np.int64) >> np.int64(64 - RAW_BITS)


def answer_of(output: FixedType, score_type: str = SCORE_TYPE, threshold: float = 0.0) -> Answer:
    """The answer for a network's output type.

    Args:
        score_type: as HLS writes it, unsigned, for example ``ap_ufixed<10,1>``; rounding and saturation are ours.
        threshold: the least score that passes, in units of the network's output.

    Raises:
        BadInput: not an unsigned type of at most 14 bits, or no finite threshold.
    """
    try:
        given = FixedType.from_ap_fixed(score_type)
    except ValueError as error:
        raise BadInput(f"the score's type: {error}.") from error
    if given.signed or given.bits > MOST_BITS:
        raise BadInput(f"the score's type is unsigned and has at most {MOST_BITS} bits, unlike {score_type}.")
    if not math.isfinite(threshold):
        raise BadInput(f"--threshold is a finite number, not {threshold}.")
    kind = FixedType.from_ap_fixed(f"ap_ufixed<{given.bits},{given.integer},AP_RND_CONV,AP_SAT>")
    raw = math.ceil(threshold * 2.0**output.fraction)
    return Answer(output.fraction, kind, min(max(raw, output.lowest), output.highest + 1))
