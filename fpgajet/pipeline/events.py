"""What a finished build is tried on: jets in the network's input form, or features of a foreign one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgajet.ops.forms import GivenFeatures, WithFeatures
from fpgajet.ops.network import Network
from fpgajet.pipeline.artefacts import Artefacts
from fpgajet.pipeline.foreign_events import events_of, random_events
from fpgajet.pipeline.jets import bare_events, shipped_sample
from quant.data import read_jets

SEED = 1


def given_events(build: Artefacts, path: Path | None) -> NDArray[np.float32]:
    """Features [events, N, F] of a file that the user names, or of the shipped sample, or random ones.

    Raises:
        BadInput: unreadable, or not what the network takes.
    """
    network = build.network
    if not isinstance(network.form, GivenFeatures):
        objects = network.form.objects
        names = network.form.feature_names
        jets = shipped_sample(objects=objects) if path is None else path
        return network.form.features(bare_events(jets, network.constituents, objects, names))
    if path is None:
        return random_events(network, SEED, None).features
    return build.foreign.features(events_of(path, build.foreign.event_shape, None, None).features)


def sample_events(network: Network, count: int) -> NDArray[np.float32]:
    """Features [count, N, F] of the first jets of the shipped sample, or random ones.

    The shipped jets have no features of constituents; where the network reads such, they are random too.
    """
    if isinstance(network.form, GivenFeatures):
        return random_events(network, SEED, count).features
    constituents = network.constituents
    objects = network.form.objects
    jets = read_jets(
        shipped_sample(objects=objects),
        max_jets=count,
        constituents=constituents,
        objects=objects,
    ).constituents
    if isinstance(network.form, WithFeatures):
        rng = np.random.default_rng(SEED)
        for feature in network.form.extra:
            kind = feature.precision
            values = rng.integers(kind.lowest, kind.highest + 1, jets.shape[:2]) * kind.lsb
            jets = np.concatenate([jets, values[..., None].astype(np.float32)], -1)
    return network.form.features(jets[:, :constituents])
