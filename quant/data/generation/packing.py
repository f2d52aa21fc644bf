"""From clustered candidates to rows of a jet file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.data.generation import level1
from quant.data.generation.cluster import LeadingJets
from quant.data.generation.particles import KNOWN
from quant.data.generation.recipe import Recipe
from quant.data.jets import RANGES, Feature, Jets


def pack(
    found: LeadingJets,
    p4: NDArray[np.float64],
    known: NDArray[np.float64],
    recipe: Recipe,
    name: str,
    parton: NDArray[np.float32],
) -> Jets:
    """Fixed-size rows: leading constituents in order of falling pT, zero-padded float32.

    ``parton`` [jets, 4] is kept as it is. Behind the momenta stands what the recipe wants of ``known`` [n, 4].
    """
    count = len(found.sizes)
    row = np.repeat(np.arange(count), found.sizes)
    members, features = p4[found.members], features_of(recipe)
    values = known[found.members][:, [KNOWN.index(feature.name) for feature in features]]
    if recipe.level1_units:
        members = level1.quantise(members, recipe.level1)
        kept = members[:, 0] > 0
        row, members, values = row[kept], members[kept], values[kept]
    pt = np.hypot(members[:, 1], members[:, 2])
    order = np.lexsort((-pt, row))
    row, members, values = row[order], members[order], values[order]
    sizes = np.bincount(row, minlength=count)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    slots = recipe.level1.constituents if recipe.level1_units else recipe.constituents
    leading = slot < slots
    constituents = np.zeros((count, slots, 4 + len(features)), dtype=np.float32)
    constituents[row[leading], slot[leading], :4] = on_shell_float32(members[leading])
    constituents[row[leading], slot[leading], 4:] = values[leading]
    return Jets(
        constituents=constituents,
        multiplicity=np.minimum(sizes, np.iinfo(np.int16).max).astype(np.int16),
        label=np.full(count, recipe.classes.index(name), dtype=np.uint8),
        jet=found.jet.astype(np.float32),
        classes=recipe.classes,
        parton=parton,
        features=features,
    )


def features_of(recipe: Recipe) -> tuple[Feature, ...]:
    """Features of the constituents that the recipe asks for, with their ranges."""
    z0 = recipe.pileup.z0_cut
    ranges = RANGES | {"z0": (-z0, z0)}
    return tuple(Feature(name, *ranges[name]) for name in recipe.features)


def on_shell_float32(p4: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round to float32 such that E >= |p| still holds for the rounded numbers."""
    rounded = p4.astype(np.float32)
    momentum = np.sqrt((rounded[:, 1:].astype(np.float64) ** 2).sum(axis=1))
    too_low = rounded[:, 0].astype(np.float64) < momentum
    least = momentum.astype(np.float32)
    least = np.where(least.astype(np.float64) < momentum, np.nextafter(least, np.float32(np.inf)), least)
    rounded[too_low, 0] = least[too_low]
    return rounded
