"""How a public format is to be read, and what was done with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from fpgajet.errors import BadInput
from quant.data.conversion.features import WantedFeature
from quant.data.jets import MOST_CLASSES, MOST_CONSTITUENTS

FORMATS = ("zenodo", "pelican", "hls4ml", "root", "numpy", "energyflow", "parquet", "csv")
GEV_PER_UNIT = {"GeV": 1.0, "MeV": 1e-3}


@dataclass(frozen=True)
class ConversionOptions:
    """How to read the source; see ``fpgajet data convert --help``.

    Raises:
        BadInput: an unknown format or unit, numbers out of range, unusable names of classes.
    """

    format: str | None = None
    unit: str = "GeV"
    constituents: int = 200
    drop_unphysical: bool = False
    class_name: str | None = None
    classes: tuple[str, ...] = ()
    tree: str | None = None
    features: tuple[WantedFeature, ...] = ()

    def __post_init__(self) -> None:
        if self.format is not None and self.format not in FORMATS:
            raise BadInput(f"unknown format {self.format!r}; known: {', '.join(FORMATS)}.")
        if self.unit not in GEV_PER_UNIT:
            raise BadInput(f"unknown unit {self.unit!r}; known: {', '.join(GEV_PER_UNIT)}.")
        if not 1 <= self.constituents <= MOST_CONSTITUENTS:
            raise BadInput(
                f"--constituents is {self.constituents}; at least one constituent must be kept, and at most "
                f"{MOST_CONSTITUENTS}."
            )
        repeated = len(set(self.classes)) != len(self.classes)
        if self.classes and (repeated or not 2 <= len(self.classes) <= MOST_CLASSES):
            raise BadInput(
                f"--classes must name 2 to {MOST_CLASSES} different classes: {', '.join(self.classes)}."
            )
        for option, value in (("--class-name", self.class_name), ("--tree", self.tree)):
            if value is not None and not value.strip():
                raise BadInput(f"{option} is empty: name one, or leave the option out.")


@dataclass
class ConversionSummary:
    """What was done: ``jets`` were written; ``changes`` counts jets by what was done to them.

    Keys of ``changes``: dropped, repeated, beams, recounted, reordered, truncated.
    """

    formats: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    jets: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def dropped(self) -> int:
        """Unphysical jets that were left out."""
        return self.changes["dropped"]

    @property
    def reordered(self) -> int:
        """Jets whose constituents were sorted."""
        return self.changes["reordered"]

    @property
    def truncated(self) -> int:
        """Jets that had more constituents than are kept."""
        return self.changes["truncated"]
