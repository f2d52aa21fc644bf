"""Designs that a front is shown beside: the zoo, estimated as the trials are, and published ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgajet.devices import part
from fpgajet.estimate import estimate
from fpgajet.files import read_toml
from fpgajet.search.search_settings import SearchSettings
from quant.checkpoint import open_checkpoint
from quant.checkpoint_network import built_network
from quant.zoo import HERE, names

PUBLISHED = Path(__file__).with_name("published.toml")


@dataclass(frozen=True)
class Design:
    """A point beside the front.

    Attributes:
        name: of the design. auc, lut, dsp, latency (ns): its figures. published: by others, with other tools and jets.
    """

    name: str
    auc: float
    lut: float
    dsp: float
    latency: float
    published: bool


def zoo_designs(settings: SearchSettings, entries: Sequence[str] | None = None) -> list[Design]:
    """Zoo entries of the family that tell two classes apart, with the AUC of their own test jets.

    Part, clock and ii are those of the search.
    """
    found, device = [], part(settings.part)
    for name in names() if entries is None else entries:
        checkpoint = open_checkpoint(HERE / name)
        auc = checkpoint.config.metrics.quantised["auc"]
        other = checkpoint.config.architecture != settings.space.family
        if other or auc is None or checkpoint.config.model.class_names:
            continue
        total = estimate(built_network(checkpoint), device, settings.clock_mhz, settings.ii).total
        found.append(
            Design(
                name, auc, total.lut.value, total.dsp.value, round(total.latency_ns.value, 1), published=False
            )
        )
    return found


def published_designs(settings: SearchSettings) -> tuple[str, list[Design]]:
    """Where they are from, and published designs of the family."""
    content = read_toml(PUBLISHED)
    rows = [row for row in content["design"] if row["family"] == settings.space.family]
    return content["source"], [
        Design(row["name"], row["auc"], row["lut"], row["dsp"], row["latency"], published=True)
        for row in rows
    ]
