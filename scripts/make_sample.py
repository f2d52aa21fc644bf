"""Make the sample of jets that is shipped with the package: quant/data/samples/test.h5 and its card.

    python scripts/make_sample.py

20,000 jets (half QCD, half top) of a seed that no training set uses, the 32 leading constituents, mantissas
of 12 bits. Takes two to three minutes on two cores; the same packages give the same file.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from fpgajet.files import write_text
from quant.data import Jets, read_jets, write_jets
from quant.data.describing.card import dataset_card
from quant.data.generation.order import Order
from quant.data.generation.production import produce
from quant.data.generation.recipe import Recipe
from quant.data.writing.rounding import round_mantissa, round_massless

JETS = 20_000
SEED = 4
CONSTITUENTS = 32
BITS = 12
TARGET = Path(__file__).parents[1] / "quant" / "data" / "samples" / "test.h5"


def main() -> None:
    """Generate, shorten, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        produce(Path(directory), Order(Recipe(), JETS, SEED), processes=options.processes)
        full = read_jets(directory, constituents=CONSTITUENTS)
    sample = shorten(full)
    write_jets(options.out, sample, compression=9)
    write_text(options.out.with_suffix(".md"), dataset_card(options.out))
    print(f"{options.out}: {len(sample)} jets, {options.out.stat().st_size / 1e6:.2f} MB")


def shorten(jets: Jets) -> Jets:
    """Round mantissas and sort again, since rounding moves transverse momenta."""
    p4 = round_massless(jets.constituents, BITS)
    order = np.argsort(-np.hypot(p4[..., 1], p4[..., 2]), axis=1, kind="stable")
    provenance = {
        **{key: value for key, value in jets.provenance.items() if key != "shard"},
        "shortened": f"{CONSTITUENTS} leading constituents, {BITS} significant bits, E >= |p| kept",
        "made_by": "scripts/make_sample.py",
    }
    return Jets(
        constituents=np.take_along_axis(p4, order[..., None], axis=1),
        multiplicity=jets.multiplicity,
        label=jets.label,
        jet=round_mantissa(jets.jet, BITS).astype(np.float32),
        classes=jets.classes,
        provenance=provenance,
    )


if __name__ == "__main__":
    main()
