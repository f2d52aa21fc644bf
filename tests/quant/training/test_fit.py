"""One fit: its learning rate, its order of the jets, and what stops it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from fpgajet.errors import BadInput
from quant.data import Jets, write_jets
from quant.training.data import load_sample, part_of
from quant.training.device import Device, pick_device
from quant.training.fit import Fit
from quant.training.float_phase import new_model, schedule_of
from quant.training.read_settings import read_settings
from quant.training.schedule import Cosine, Exponential, WarmRestarts
from tests.quant.jets import labelled_jets
from tests.quant.training.small_run import SMALL, run


def test_divergence_is_an_error(data: Path, tmp_path: Path) -> None:
    wild = SMALL.model_copy(update={"float_rate": 1e300})
    with pytest.raises(BadInput, match="diverged"):
        run(data, tmp_path / "wild", wild)


def test_missing_parts_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither train/ nor train"):
        part_of(tmp_path, "train")


def test_one_class_is_refused(tmp_path: Path) -> None:
    p4, label = labelled_jets(20, 3)
    write_jets(
        tmp_path / "a.h5",
        Jets(p4, np.full(20, 3, np.int16), 0 * label, np.zeros((20, 4), np.float32), ("qcd", "top"), {}),
    )
    with pytest.raises(BadInput, match="two classes"):
        load_sample(tmp_path / "a.h5", 3)


def test_learning_rate_warms_up_and_falls_to_zero() -> None:
    fit = Fit("f", epochs=10, rate=0.1, batch=4, schedule=Cosine(0.1), seed=0)
    rates = [fit.learning_rate(step, 100) for step in range(100)]
    assert rates[:10] == pytest.approx(np.linspace(0.01, 0.1, 10))
    assert rates[10] == pytest.approx(0.1)
    assert all(a > b for a, b in itertools.pairwise(rates[10:]))
    assert rates[-1] < 1e-4


def test_every_jet_comes_once_an_epoch(data: Path) -> None:
    sample = load_sample(data / "train.h5", 5)
    fit = Fit("f", epochs=2, rate=0.1, batch=64, schedule=Cosine(0.1), seed=0)
    first, second = (torch.cat(fit.order(sample, epoch)) for epoch in (0, 1))
    assert torch.equal(first.sort().values, torch.arange(1500))
    assert not torch.equal(first, second)
    assert torch.equal(first, torch.cat(fit.order(sample, 0)))


def test_cuda_without_a_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadInput, match="--device cuda"):
        pick_device(Device.CUDA)
    assert pick_device(Device.AUTO) == pick_device(Device.CPU) == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [pick_device(device) for device in Device] == ["cpu", "cuda", "cuda"]


def test_the_papers_schedule_has_its_epochs() -> None:
    """4 epochs of warm-up, cosines of 4, 8, ..., 64 epochs, 12 epochs of decay: 140 (arXiv 2310.16121)."""
    fit = Fit("f", epochs=140, rate=0.1, batch=4, schedule=WarmRestarts(4, 4, 2, 12, 0.5), seed=0)
    rates = [fit.learning_rate(step, 1400) for step in range(1400)]
    assert rates[:40] == pytest.approx(np.linspace(0.0025, 0.1, 40))
    restarts = [step for step in range(41, 1400) if rates[step] > rates[step - 1]]
    assert restarts == [80, 160, 320, 640, 1280]
    assert [rates[step] for step in (40, *restarts)] == pytest.approx([0.1] * 6)
    assert all(rates[step - 1] < 1e-3 for step in restarts)
    assert rates[960] == pytest.approx(0.05), "half way through the last cosine"
    assert rates[1280::10] == pytest.approx([0.1 * 0.5**epoch for epoch in range(12)])


def test_exponential_decay_is_by_a_factor_per_epoch() -> None:
    settings = read_settings(
        None, ["model=vecnet", "schedule=exponential", "warm_up_epochs=2", "decay_gamma=0.8"]
    )
    assert schedule_of(settings) == Exponential(2, 0.8)
    fit = Fit("f", epochs=6, rate=0.1, batch=4, schedule=Exponential(2, 0.8), seed=0)
    rates = [fit.learning_rate(step, 60) for step in range(60)]
    assert rates[:20] == pytest.approx(np.linspace(0.005, 0.1, 20))
    assert rates[20::10] == pytest.approx([0.1, 0.08, 0.064, 0.0512])
    assert all(a > b for a, b in itertools.pairwise(rates[20:]))
    assert Exponential(0, 0.5).rate(1.0, 0, 10, 2) == 1.0


def test_what_dropout_drops_is_the_same_after_a_resumption(data: Path, tmp_path: Path) -> None:
    settings = read_settings(None, ["model=vecnet", "constituents=5", "dropout=0.3", "vector=0"])
    jets, validation = load_sample(data / "train.h5", 5), load_sample(data / "val.h5", 5)

    def fitted(out: Path, *epochs: int) -> torch.Tensor:
        for last in epochs:
            torch.rand(last)  # another state of the global generator, as in another process
            model = new_model(settings, 0)
            Fit("f", last, 0.01, 256, Exponential(0, 0.9), 1).run(
                model, jets, validation, out, lambda *_: None
            )
        state = load_file(out / "f.safetensors")
        return torch.cat(
            [x.flatten().double() for name, x in sorted(state.items()) if name.startswith("model.")]
        )

    (tmp_path / "once").mkdir()
    (tmp_path / "resumed").mkdir()
    assert torch.equal(fitted(tmp_path / "once", 2), fitted(tmp_path / "resumed", 1, 2))
