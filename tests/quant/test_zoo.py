"""The shipped checkpoints: complete, exact, and as good as they say."""

from __future__ import annotations

import numpy as np
import pytest

from fpgajet.fixed import from_real
from fpgajet.ops.integers import FixedArray
from quant import zoo
from quant.checkpoint import load_float_model, load_model, open_checkpoint
from quant.data import read_jets, shipped_sample
from quant.data.classes import class_numbers
from tests.quant.jets import as_read, random_jets

NAMES = zoo.names()
FEW_JETS = {"npelican-n8-c2-puppi", "npelican-n16-c2-shifts", "npelican-n16-c2-rounded"}


def test_default_model_is_there() -> None:
    assert "npelican-n16-c2" in NAMES
    assert zoo.resolve("npelican").name == "npelican-n16-c2"


def test_models_of_five_classes_have_jets_of_their_own() -> None:
    models = [open_checkpoint(zoo.resolve(name)).config.model for name in NAMES]
    several = [model.class_names for model in models if model.class_names]
    assert len(several) >= 2
    for classes in several:
        jets = read_jets(shipped_sample(classes), max_jets=200)
        assert set(class_numbers(jets, classes, "shipped").tolist()) == set(range(5))
    assert shipped_sample() == shipped_sample(("g", "q", "W"))


@pytest.mark.parametrize("name", NAMES)
def test_entry_is_exact_and_lost_little(name: str) -> None:
    checkpoint = open_checkpoint(zoo.resolve(name))
    assert checkpoint.config.name == name
    metrics = checkpoint.config.metrics
    assert metrics.quantised["auc"] is not None
    assert metrics.float_["auc"] is not None
    assert metrics.quantised["auc"] > metrics.float_["auc"] - 0.0015
    if not (classes := checkpoint.config.model.class_names):
        assert metrics.mass_cut["auc"] is not None
        assert metrics.quantised["auc"] > metrics.mass_cut["auc"]
    # Message passing trains on fewer jets: nothing fuses its pairs into sums. The newest families saw few so far.
    # The tagger of wide jets has 27 parameters and saw 45,000 with the words of the link; those of powers of two are
    # npelican-n16-c2-log, trained on 250,000, which saw 45,000 more.
    fewest = {"npelican": 200_000, "vecnet": 100_000, "lorentznet": 100_000} | dict.fromkeys(FEW_JETS, 40_000)
    # Events are made slowly, and networks of events have few parameters.
    fewest |= dict.fromkeys(("event-gnn", "event-gat"), 10_000)
    key = name if name in FEW_JETS else checkpoint.config.architecture
    wanted = 20_000 if classes else fewest.get(key, 40_000)
    assert checkpoint.config.training.data["train"][0].jets >= wanted

    model, n = load_model(checkpoint), checkpoint.config.constituents
    network = model.network()
    x = as_read(network.form, np.concatenate([random_jets(200, n), 100 * random_jets(50, n, 5)]))
    features = network.form.features(x)
    raw = from_real(features, network.input_type)
    reference = network.reference(FixedArray(raw, network.input_type.fraction))
    for stage, values in model.stages(features).items():
        assert np.array_equal(values, reference[stage].real), stage
    assert np.unique(reference["score"].raw).size > 20
    assert {k: t for k, t in network.types().items() if t.bits > 24} == {}
    network.widths()
    assert np.isfinite(load_float_model(checkpoint).scores(x)).all()
