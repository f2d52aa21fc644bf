"""The sizes of a nanoPELICAN. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgajet.ops.forms import MOMENTA, InputForm

#: Nbar of the float models: a constant near the mean multiplicity (arXiv 2310.16121, section 3).
NBAR = 49.0

RowSumsOf = Literal["dots", "momenta"]
AlphaStart = Literal["sums", "means"]


@dataclass(frozen=True)
class Architecture:
    """Sizes of a nanoPELICAN (arXiv 2310.16121).

    Attributes:
        constituents: N, leading constituents of a jet that are read.
        hidden: C, channels between the two equivariant layers.
        beams: 1 puts the two beams (1, 0, 0, +-1) before the constituents.
        jet: whether J, the sum of the constituents' momenta, stands before them as one more row.
        form: how four-momenta become the input.
        symmetric: w_2 = w_3, so that y_ij = y_ji.
        unit_pair_weight: the quantised weight of d is +-2^k in every channel: no product with d. Channels may
            be scaled freely (ReLU is homogeneous), so this costs range of activations, not freedom.
        row_sums: "dots", S_i = sum_j d_ij of the rounded d, or "momenta", S_i = p_i . J of the momenta.
        alpha: nPELICAN_N: each of the 5 + 2 means is scaled by (n / Nbar)^alpha with an alpha of its own.
        scores: K, outputs of the last layer: one, or one of each class and of each value of a regression.
        pairs_below: d_ij of pairs with i + j >= pairs_below, counted from 0 in the order of the jet, is 0 in hardware;
            0 means all pairs. A float model has all pairs.
    """

    constituents: int
    hidden: int
    beams: int = 0
    form: InputForm = MOMENTA
    symmetric: bool = False
    unit_pair_weight: bool = False
    row_sums: RowSumsOf = "dots"
    alpha: bool = False
    scores: int = 1
    jet: bool = False
    pairs_below: int = 0

    def __post_init__(self) -> None:
        if min(self.constituents, self.hidden, self.scores) < 1 or self.beams not in (0, 1):
            raise ValueError(f"{self}: constituents, hidden and scores are at least 1, beams is 0 or 1")
        if self.pairs_below and not (self.form.leaves_out and self.pairs_below >= 2):
            raise ValueError(
                f"pairs_below is 0 or at least 2 and needs the input form log or puppi, whose operator can leave out "
                f"pairs: not {self.pairs_below} with the form {self.form.name}"
            )
        if self.form.feature_names:
            raise ValueError(
                f"npelican takes no features of constituents, here {', '.join(self.form.feature_names)}: all that it "
                "reads are products p_i . p_j of pairs. vecnet and lorentznet take them as scalars beside these"
            )
        if self.alpha and self.row_sums == "momenta":
            raise ValueError("alpha needs row_sums=dots: no operator has row sums p_i . J and weights over n")
        if self.alpha and self.symmetric:
            raise ValueError(
                "symmetric weights need equal powers of n for S_i and S_j: leave out alpha or symmetric"
            )
        if self.beams and not self.form.four_momenta:
            raise ValueError(
                f"beams need the input form momenta: (1, 0, 0, +-1) has no pT and no eta, so the form "
                f"{self.form.name} cannot write it"
            )
        if self.jet and not self.form.four_momenta:
            raise ValueError(
                f"the jet's momentum needs the input form momenta or aligned: {self.form.name} has no p_i to add"
            )
        if self.row_sums == "momenta" and not self.form.four_momenta:
            raise ValueError(
                f"row sums p_i . J need the input form momenta: {self.form.name} has no p_i to add"
            )

    @property
    def slots(self) -> int:
        """M, rows of d_ij."""
        return self.constituents + self.jet + 2 * self.beams

    @property
    def parameters(self) -> int:
        """Numbers that quantised training trains: 14 C + 3, or (12 + 2 K) C + 3 K for K outputs.

        Per channel 6 weights of the aggregators, 3 coefficients of each of the two biases (quadratic in n, by folded
        batch norms) and 2 weights of the last layer for each output, whose bias has 3 coefficients too. Equal weights
        count once, a weight of +-2^k is not trained. nPELICAN_N has one more term in ``bias`` and 7 alphas.
        """
        per_channel = 12 + 2 * self.scores - self.symmetric - self.unit_pair_weight + self.alpha
        return per_channel * self.hidden + 3 * self.scores + 7 * self.alpha

    @property
    def parameters_absorbed(self) -> int:
        """Free parameters of the exported network: 13 C + 3, or (11 + 2 K) C + 3 K for K outputs.

        ReLU is homogeneous, so that one factor per channel is absorbed, unless the weight +-2^k has fixed it already.
        Forms without masses have d_ii = 0 exactly: then pairs i != j and the diagonal share no weight of d, each has a
        factor of its own, and another one per channel is absorbed.
        """
        massless = not self.form.four_momenta
        return self.parameters - (not self.unit_pair_weight) * self.hidden - massless * self.hidden

    @property
    def parameters_published(self) -> int:
        """As arXiv 2310.16121, section 3, counts: 10 C + 1 for one output, 12 C + 2 for two, without batch norms; one
        less per channel if symmetric, 7 more for nPELICAN_N (its table 2)."""
        return (10 - self.symmetric) * self.hidden + 1 + 7 * self.alpha

    @property
    def published_absorbed(self) -> int | None:
        """As arXiv 2310.16121, section 3, counts what is left with batch norms: 9 C + 4, and 12 for C = 1; one less
        per channel if symmetric. nPELICAN_N and more outputs are not counted there."""
        if self.alpha or self.scores > 1:
            return None
        return (12 if self.hidden == 1 else 9 * self.hidden + 4) - self.symmetric * self.hidden


def check_term(rounded: bool, architecture: Architecture) -> None:
    """Whether terms of rows can be rounded before they meet the pairs.

    Raises:
        ValueError: no operator does it for this architecture.
    """
    if rounded and (architecture.alpha or architecture.row_sums == "momenta"):
        raise ValueError(
            "a type of the terms of rows (bits.term) needs row_sums=dots and no alpha: no operator rounds them "
            "otherwise"
        )
