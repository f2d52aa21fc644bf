"""Made-up but physical jets for tests that are not about physics."""

from __future__ import annotations

import numpy as np

from quant.data import Jets


def toy_jets(
    count: int = 40, slots: int = 6, seed: int = 0, classes: tuple[str, ...] = ("QCD", "top")
) -> Jets:
    """Massless, sorted, zero-padded; every jet with at least two constituents, classes in turn."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, slots + 1, size=count)
    used = np.arange(slots) < sizes[:, None]
    pt = np.where(used, -np.sort(-rng.uniform(1.0, 200.0, (count, slots)), axis=1), 0.0)
    eta, phi = rng.normal(0.0, 0.4, (2, count, slots))
    columns = (pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta))
    p4 = np.where(used[..., None], np.stack(columns, axis=-1), 0.0).astype(np.float32)
    energy, px, py, pz = np.moveaxis(p4.astype(np.float64).sum(axis=1), -1, 0)
    mass = np.sqrt(np.maximum(energy**2 - px**2 - py**2 - pz**2, 0.0))
    jet = np.stack([np.hypot(px, py), np.arcsinh(pz / np.hypot(px, py)), np.arctan2(py, px), mass], axis=1)
    return Jets(
        constituents=p4,
        multiplicity=sizes.astype(np.int16),
        label=(np.arange(count) % len(classes)).astype(np.uint8),
        jet=jet.astype(np.float32),
        classes=classes,
        provenance={"source": "toy"},
    )
