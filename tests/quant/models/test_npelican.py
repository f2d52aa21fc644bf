"""The fused float model against the formula written out, and against physics."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from quant.models.loss import logit_loss
from quant.models.npelican.architecture import NBAR, Architecture
from quant.models.npelican.floating import NPelican, PairBatch
from quant.models.npelican.folding import fold
from quant.models.npelican.new_model import new_model
from quant.models.npelican.plain import plain_scores
from quant.models.npelican.scaled import ScaledNPelican
from tests.quant.jets import random_float, random_jets

SIZES = [
    Architecture(5, 1),
    Architecture(8, 2),
    Architecture(12, 4),
    Architecture(6, 2, symmetric=True),
    Architecture(8, 2, alpha=True),
    Architecture(8, 2, scores=3),
    Architecture(6, 3, alpha=True, scores=4),
    Architecture(7, 2, beams=1),
    Architecture(7, 2, jet=True),
    Architecture(6, 2, beams=1, jet=True, scores=3),
]


def assert_equals_plain_formula(fused: NPelican, constituents: int) -> NPelican:
    """Scores and gradients; returns the model whose scores the plain formula gave."""
    plain = copy.deepcopy(fused)
    p = torch.from_numpy(random_jets(300, constituents)).double()
    label = torch.randint(0, 2, (300,), generator=torch.Generator().manual_seed(0)).double()
    scores = fused(p), plain_scores(plain, p)
    assert scores[1].std() > 1e-3
    torch.testing.assert_close(*scores, rtol=1e-5, atol=1e-6)
    for score in scores:
        torch.autograd.backward(logit_loss(score, label))
    for (name, a), (_, b) in zip(fused.named_parameters(), plain.named_parameters(), strict=True):
        assert a.grad is not None
        assert b.grad is not None
        assert b.grad.abs().max() > 0, name
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-4, atol=1e-6, msg=name)
    return plain


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_scores_gradients_and_statistics_equal_the_plain_formula(sizes: Architecture) -> None:
    fused = random_float(sizes).train()
    plain = assert_equals_plain_formula(fused, sizes.constituents)
    for (name, a), (_, b) in zip(fused.named_buffers(), plain.named_buffers(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6, msg=name)


@pytest.mark.parametrize(("beams", "scores"), [(0, 1), (1, 1), (0, 3)])
@pytest.mark.parametrize("hidden", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
def test_folding_is_exact(beams: int, scores: int, hidden: int, alpha: bool) -> None:
    sizes = Architecture(9, hidden, beams, alpha=alpha, scores=scores)
    model = random_float(sizes)
    p = torch.from_numpy(random_jets(400, 9))
    expected = model(p).detach().numpy()
    folded = fold(model)
    jets = PairBatch.from_momenta(p, beams)
    assert np.abs(folded.scores(jets) - expected).max() < 1e-5 * np.abs(expected).max()
    scaled = folded.scaled(np.arange(1.0, hidden + 1))
    np.testing.assert_allclose(scaled.scores(jets), folded.scores(jets), rtol=1e-12, atol=1e-12)


def test_more_padding_changes_nothing() -> None:
    model = random_float(Architecture(6, 2))
    p = torch.from_numpy(random_jets(50, 6))
    padded = torch.cat([p, torch.zeros(50, 4, 4)], 1)
    torch.testing.assert_close(model(p), model(padded), rtol=1e-5, atol=1e-6)


def test_beams_are_the_two_slots_in_front() -> None:
    jets = PairBatch.from_momenta(torch.tensor([[[5.0, 3.0, 0.0, 4.0], [0, 0, 0, 0]]]), beams=1)
    assert jets.slots.tolist() == [3]
    # beam . beam' = 2, beam+ . p = 5 - 4, beam- . p = 5 + 4, p . p = 0
    assert jets.d[0].tolist() == [[0, 2, 1, 0], [2, 0, 9, 0], [1, 9, 0, 0], [0, 0, 0, 0]]
    assert jets.row[0].tolist() == [3, 11, 10, 0]
    assert jets.total.tolist() == [24]


def test_scores_are_lorentz_invariant_without_beams() -> None:
    model = random_float(Architecture(8, 2))
    p = torch.from_numpy(random_jets(100, 8)).double()
    gamma, beta = 1.25, 0.6
    boost = torch.eye(4, dtype=torch.float64)
    boost[0, 0] = boost[3, 3] = gamma
    boost[0, 3] = boost[3, 0] = gamma * beta
    torch.testing.assert_close(model(p), model(p @ boost), rtol=1e-4, atol=1e-5)
    with_beams = random_float(Architecture(8, 2, beams=1))
    assert (with_beams(p) - with_beams(p @ boost)).abs().max() > 1e-3


def test_alphas_of_zero_change_nothing() -> None:
    plain, scaled = random_float(Architecture(6, 2)), random_float(Architecture(6, 2, alpha=True))
    scaled.load_state_dict(plain.state_dict(), strict=False)
    p = torch.from_numpy(random_jets(50, 6))
    assert (plain(p) - scaled(p)).abs().max() > 1e-3
    with torch.no_grad():
        scaled.alpha.zero_()
        scaled.score_alpha.zero_()
    torch.testing.assert_close(plain(p), scaled(p), rtol=1e-6, atol=1e-6)


def test_parameter_counts_of_the_scaled_model_are_the_papers() -> None:
    for hidden, count in [(1, 18), (2, 28), (3, 38), (10, 108)]:
        sizes = Architecture(16, hidden, alpha=True)
        own = {n: p.numel() for n, p in ScaledNPelican(sizes).named_parameters() if not n.startswith("norm")}
        assert sizes.parameters_published == sum(own.values()) == count


def test_parameter_counts_are_the_papers() -> None:
    for hidden, plain, absorbed in [(1, 11, 12), (2, 21, 22), (3, 31, 31), (10, 101, 94)]:
        sizes = Architecture(16, hidden)
        assert (sizes.parameters_published, sizes.published_absorbed) == (plain, absorbed)
        own = {n: p.numel() for n, p in NPelican(sizes).named_parameters() if not n.startswith("norm")}
        assert sum(own.values()) == plain


def test_dropout_acts_in_training_only() -> None:
    sizes = Architecture(6, 2)
    fused, dropped = random_float(sizes), new_model(sizes, NBAR, dropout=0.2)
    dropped.load_state_dict(fused.state_dict())
    p = torch.from_numpy(random_jets(100, 6))
    torch.testing.assert_close(dropped.eval()(p), fused(p), rtol=0, atol=0)
    dropped.train()
    first, second = dropped(p).detach(), dropped(p).detach()
    assert (first - second).abs().max() > 1e-3
    x, label = p, torch.ones(100, dtype=torch.float64)
    torch.autograd.backward(logit_loss(dropped(x), label))
    assert all(q.grad is not None and bool(q.grad.isfinite().all()) for q in dropped.parameters())


@pytest.mark.parametrize("layer", ["x", "z"])
def test_dropout_is_before_each_equivariant_layer(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dropping all of one layer's input leaves a score that no longer depends on it."""
    calls: list[str] = []

    def all_dropped(value: torch.Tensor, p: float, training: bool) -> torch.Tensor:
        calls.append("xz"[len(calls)])
        return value * 0 if calls[-1] == layer else value

    monkeypatch.setattr("quant.models.npelican.plain.functional.dropout", all_dropped)
    model = random_float(Architecture(6, 2)).train()
    p = torch.from_numpy(random_jets(100, 6)).double()
    scores = plain_scores(model, p[(p[:, :, 0] != 0).sum(1) == 4], dropout=0.5)
    assert calls == ["x", "z"]
    assert float(scores.detach().std()) < 1e-9, "jets of one multiplicity are all alike"


def test_powers_of_means_start_as_published() -> None:
    """mean_i (n / Nbar)^a = sum_i / Nbar (n / Nbar)^(a - 1), and a - 2 over pairs."""
    found = {}
    for start in ("sums", "means"):
        torch.manual_seed(2)
        model = new_model(Architecture(6, 2, alpha=True), NBAR, alpha_start=start)  # type: ignore[arg-type]
        found[start] = torch.cat([model.get_parameter("alpha"), model.get_parameter("score_alpha")]).detach()
    powers = torch.tensor([1.0, 1, 1, 2, 2, 2, 1], dtype=torch.float64)
    torch.testing.assert_close(found["means"], found["sums"] - powers, rtol=0, atol=1e-15)
    for (_, _, power), shift in zip(ScaledNPelican.aggregators[1:], powers[:5].tolist(), strict=True):
        assert power == shift, "as many factors 1 / Nbar as a mean has factors 1 / n"
