"""What was asked for, and what of it lies in a directory."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fpgajet import __version__
from fpgajet.errors import BadInput
from fpgajet.files import read_json, write_json
from quant.data.generation.recipe import Recipe, make_recipe
from quant.data.reading.jet_file import JetFile

SHARD_JETS = 5_000
ORDER_FILE = "order.json"
#: Files are numbered with five digits, so that their names sort as their numbers do.
MOST_SHARDS = 100_000


@dataclass(frozen=True)
class Order:
    """What was asked for: ``jets`` in total, equally of each class, in shards of ``shard_jets``."""

    recipe: Recipe
    jets: int
    seed: int
    shard_jets: int = SHARD_JETS

    def __post_init__(self) -> None:
        if self.jets < len(self.recipe.classes):
            raise BadInput(f"at least {len(self.recipe.classes)} jets are needed, one of each class.")
        if self.seed < 0 or self.shard_jets < len(self.recipe.classes):
            raise BadInput("the seed must not be negative, and a shard must hold one jet of each class.")
        if self.shards > MOST_SHARDS:
            raise BadInput(
                f"{self.jets} jets would be {self.shards} files of {self.shard_jets}; at most {MOST_SHARDS:,} are "
                "made: give a larger --shard-jets, or fewer --jets."
            )

    @property
    def shards(self) -> int:
        return -(-self.jets // self.shard_jets)

    def rows(self, shard: int) -> range:
        """Jet numbers of a shard; jet i is of class i modulo the number of classes."""
        return range(shard * self.shard_jets, min((shard + 1) * self.shard_jets, self.jets))

    def as_json(self) -> dict[str, Any]:
        scipy = ("scipy",) if self.recipe.mode == "level1-pileup" else ()
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "jets": self.jets,
            "seed": self.seed,
            "shard_jets": self.shard_jets,
            "versions": {
                "fpgajet": __version__,
                **{name: version(name) for name in ("pythia8mc", "fastjet", "numpy", *scipy)},
            },
        }


def shard_path(out: Path, shard: int) -> Path:
    return out / f"jets-{shard:05d}.h5"


def claim(out: Path, order: Order) -> None:
    """Write the order into ``out``, or check that it is the one already there (a larger total may follow)."""
    file = out / ORDER_FILE
    asked = order.as_json()
    if file.exists():
        earlier = read_json(file)
        with contextlib.suppress(BadInput, KeyError):  # an older order lacks newer keys of the recipe
            earlier["recipe"] = make_recipe(earlier["recipe"]).model_dump(mode="json")
        differing = [key for key in asked if key != "jets" and earlier.get(key) != asked[key]]
        if differing:
            raise BadInput(
                f"{out} holds jets of another order (different: {', '.join(differing)}; see {file}): choose "
                "another --out, or repeat the same options to continue."
            )
        if order.jets < int(earlier.get("jets", 0)):
            raise BadInput(
                f"{out} holds an order of {earlier['jets']} jets, more than the {order.jets} asked for now: "
                "choose another --out."
            )
    write_json(file, asked)


def finished(out: Path, order: Order, shard: int) -> bool:
    """Is this shard there, whole? A damaged or shorter one is made again."""
    path = shard_path(out, shard)
    if not path.exists():
        return False
    try:
        with JetFile(path) as file:
            return len(file) == len(order.rows(shard))
    except BadInput:
        return False
