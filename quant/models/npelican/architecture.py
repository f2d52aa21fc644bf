"""The sizes of a nanoPELICAN. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgajet.ops.forms import MOMENTA, InputForm, Momenta

#: Nbar of the float models: a constant near the mean multiplicity (arXiv 2310.16121, section 3).
NBAR = 49.0

RowSumsOf = Literal["dots", "momenta"]


@dataclass(frozen=True)
class Architecture:
    """Sizes of a nanoPELICAN (arXiv 2310.16121).

    Attributes:
        constituents: N, leading constituents of a jet that are read.
        hidden: C, channels between the two equivariant layers.
        beams: 1 puts the two beams (1, 0, 0, +-1) before the constituents.
        form: how four-momenta become the input.
        symmetric: w_2 = w_3, so that y_ij = y_ji.
        unit_pair_weight: the quantised weight of d is +-2^k in every channel: no product with d. Channels may
            be scaled freely (ReLU is homogeneous), so this costs range of activations, not freedom.
        row_sums: "dots", S_i = sum_j d_ij of the rounded d, or "momenta", S_i = p_i . J of the momenta.
        alpha: nPELICAN_N: each of the 5 + 2 means is scaled by (n / Nbar)^alpha with an alpha of its own.
    """

    constituents: int
    hidden: int
    beams: int = 0
    form: InputForm = MOMENTA
    symmetric: bool = False
    unit_pair_weight: bool = False
    row_sums: RowSumsOf = "dots"
    alpha: bool = False

    def __post_init__(self) -> None:
        if self.constituents < 1 or self.hidden < 1 or self.beams not in (0, 1):
            raise ValueError(f"{self}: constituents and hidden are at least 1, beams is 0 or 1")
        if self.alpha and self.row_sums == "momenta":
            raise ValueError("alpha needs row_sums=dots: no operator has row sums p_i . J and weights over n")
        if self.alpha and self.symmetric:
            raise ValueError(
                "symmetric weights need equal powers of n for S_i and S_j: leave out alpha or symmetric"
            )
        if self.beams and not isinstance(self.form, Momenta):
            raise ValueError(
                f"beams need the input form momenta: (1, 0, 0, +-1) has no pT and no eta, so the form "
                f"{self.form.name} cannot write it"
            )
        if self.row_sums == "momenta" and not isinstance(self.form, Momenta):
            raise ValueError(
                f"row sums p_i . J need the input form momenta: {self.form.name} has no p_i to add"
            )

    @property
    def slots(self) -> int:
        """M, rows of d_ij."""
        return self.constituents + 2 * self.beams

    @property
    def parameters(self) -> int:
        """Trainable numbers without batch normalisation: 10 C + 1, one less a channel if symmetric; nPELICAN_N
        has 7 alphas more."""
        return (10 - self.symmetric) * self.hidden + 1 + 7 * self.alpha

    @property
    def parameters_absorbed(self) -> int | None:
        """Independent numbers of a network trained with batch normalisation, once everything that can be
        absorbed is: 9 C + 4, and 12 for C = 1 (arXiv 2310.16121, section 3); one less a channel if symmetric.
        nPELICAN_N is not counted there.
        """
        if self.alpha:
            return None
        return (12 if self.hidden == 1 else 9 * self.hidden + 4) - self.symmetric * self.hidden
