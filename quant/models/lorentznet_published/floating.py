"""Float LorentzNet with one block (arXiv 2201.08187; n_hidden = 3: the 120 parameters of arXiv 2310.16121).

    h_i = W s_i + b,  s_i = (m_i, 0) for constituents, (0, m_i) for the two beams (sqrt(2), 0, 0, +-1), m = sqrt|p^2|
    e_ij = phi_e([h_i, h_j, psi(|p_i - p_j|^2), psi(p_i . p_j)])       psi(z) = sign(z) log(|z| + 1), i != j
    m_ij = e_ij sigmoid(phi_m(e_ij))
    h_i <- h_i + phi_h([h_i, sum_j m_ij, s_i])
    logits = decoder(mean of h_i)                               Linear, ReLU, dropout, Linear

The update of the positions belongs to all blocks but the last, so a single block has none. Only real nodes and
pairs of them are computed, as rows of compact tensors: batch norm needs no mask then.

The authors' code averages h_i over all nodes, where those of empty slots count as 0, so that its mean knows how many
constituents there are. Ours averages over the real nodes unless ``pool`` is "padded".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from quant.models.lorentznet_published.hyperparameters import Pool

#: as in the public code: mass 1, so that their scalar is not zero
BEAMS = torch.tensor([[2.0**0.5, 0.0, 0.0, 1.0], [2.0**0.5, 0.0, 0.0, -1.0]], dtype=torch.float64)
METRIC = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)


class LorentzNet(nn.Module):
    """Float LorentzNet of one block, in float32.

    Args:
        hidden: width of all hidden layers. dropout: in the decoder, while it is trained.
        pool: "real" divides the sum of h_i by the number of real nodes, "padded" by the number N + 2 of all nodes.
    """

    def __init__(self, hidden: int, dropout: float = 0.0, pool: Pool = "real") -> None:
        super().__init__()
        self.dropout, self.pool = dropout, pool
        self.embedding = nn.Linear(2, hidden)
        # phi_e's first layer, for h_i, h_j and the two invariants
        self.edge_in = nn.Linear(2 * hidden + 2, hidden, bias=False)
        self.edge_norm = nn.BatchNorm1d(hidden)
        self.edge_out = nn.Linear(hidden, hidden)
        self.gate = nn.Linear(hidden, 1)
        self.node = nn.Sequential(
            nn.Linear(2 * hidden + 2, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, hidden)
        )
        self.decoder = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 2))

    def forward(self, p: Tensor) -> Tensor:
        """Scores w [B] (float64) of four-momenta [B, N, 4] in GeV: half the difference of the two logits."""
        jets = len(p)
        q = torch.cat([BEAMS.to(p.device).expand(jets, 2, 4), p.to(torch.float64)], 1)
        real = q[:, :, 0] != 0
        slots = real.sum(1)
        first = torch.cumsum(slots, 0) - slots  # number of the first node of each jet
        pairs = real[:, :, None] & real[:, None, :]
        pairs.diagonal(dim1=1, dim2=2).zero_()
        jet, i, j = pairs.nonzero(as_tuple=True)  # [E]; real slots come first, so slot i is node first + i

        d = torch.einsum("bim,bjm->bij", q * METRIC.to(p.device), q)
        squares = d.diagonal(dim1=1, dim2=2)
        of_pair = d[jet, i, j]
        apart = squares[jet, i] + squares[jet, j] - 2 * of_pair
        invariants = torch.stack([_psi(apart), _psi(of_pair)], 1).float()  # [E, 2]
        beam = torch.arange(q.shape[1], device=p.device) < 2
        mass = squares.abs().sqrt().float()
        scalars = torch.stack([mass * ~beam, mass * beam], -1)[real]  # [V, 2]

        h = self.embedding(scalars)
        hidden = h.shape[1]
        w = self.edge_in.weight
        node_i, node_j = first[jet] + i, first[jet] + j
        # Linear layers commute with taking rows: h is multiplied once per node, not once per pair.
        e = invariants @ w[:, 2 * hidden :].T
        e = e + (h @ w[:, :hidden].T)[node_i] + (h @ w[:, hidden : 2 * hidden].T)[node_j]
        e = torch.relu(self.edge_out(torch.relu(self.edge_norm(e))))
        messages = e * torch.sigmoid(self.gate(e))
        collected = torch.zeros_like(h).index_add_(0, node_i, messages)
        h = h + self.node(torch.cat([h, collected, scalars], 1))

        owner = torch.repeat_interleave(torch.arange(jets, device=p.device), slots)
        total = torch.zeros(jets, hidden, device=p.device).index_add_(0, owner, h)
        mean = total / (slots[:, None] if self.pool == "real" else q.shape[1])
        inner, relu, outer = self.decoder
        logits = outer(functional.dropout(relu(inner(mean)), self.dropout, self.training)).double()
        score: Tensor = (logits[:, 1] - logits[:, 0]) / 2
        return score


def _psi(z: Tensor) -> Tensor:
    return torch.sign(z) * torch.log1p(z.abs())
