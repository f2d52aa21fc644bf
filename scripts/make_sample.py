"""Make a sample of jets that is shipped with the package: a file in quant/data/samples and its card.

    python scripts/make_sample.py [--sample test] [--generated FOLDER]

``test``: 20,000 jets (half QCD, half top), the 32 leading constituents. ``five``: 10,000 jets of g, q, W, Z and top,
the 16 leading constituents. Their seeds are those of no training set, mantissas have 12 bits. Takes two to three
minutes on two cores; the same packages give the same file.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from fpgajet.executor import Place
from fpgajet.files import write_text
from quant.data import Jets, read_jets, write_jets
from quant.data.describing.card import dataset_card
from quant.data.generation.order import Order
from quant.data.generation.production import produce
from quant.data.generation.recipe import Recipe
from quant.data.reading.shipped import FIVE
from quant.data.writing.rounding import round_mantissa, round_massless

#: what is generated, and how many constituents are kept
SAMPLES = {
    "test": (Order(Recipe(), 20_000, seed=4), 32),
    "five": (Order(Recipe(classes=FIVE), 10_000, seed=33), 16),
}
BITS = 12
FOLDER = Path(__file__).parents[1] / "quant" / "data" / "samples"


def main() -> None:
    """Generate, shorten, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", choices=SAMPLES, default="test")
    parser.add_argument("--out", type=Path, help="the file; default: quant/data/samples/SAMPLE.h5")
    parser.add_argument(
        "--generated", type=Path, help="folder for the whole jets; those in it are not made again"
    )
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    order, constituents = SAMPLES[options.sample]
    out = options.out or FOLDER / f"{options.sample}.h5"
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.generated or Path(temporary)
        produce(folder, order, place=Place(options.processes))
        full = read_jets(folder, constituents=constituents)
    sample = shorten(full, constituents)
    write_jets(out, sample, compression=9)
    write_text(out.with_suffix(".md"), dataset_card(out))
    print(f"{out}: {len(sample)} jets, {out.stat().st_size / 1e6:.2f} MB")


def shorten(jets: Jets, constituents: int) -> Jets:
    """Round mantissas and sort again, since rounding moves transverse momenta."""
    p4 = round_massless(jets.constituents, BITS)
    order = np.argsort(-np.hypot(p4[..., 1], p4[..., 2]), axis=1, kind="stable")
    provenance = {
        **{key: value for key, value in jets.provenance.items() if key != "shard"},
        "shortened": f"{constituents} leading constituents, {BITS} significant bits, E >= |p| kept",
        "made_by": "scripts/make_sample.py",
    }
    return Jets(
        constituents=np.take_along_axis(p4, order[..., None], axis=1),
        multiplicity=jets.multiplicity,
        label=jets.label,
        jet=round_mantissa(jets.jet, BITS).astype(np.float32),
        classes=jets.classes,
        provenance=provenance,
        parton=None if jets.parton is None else round_mantissa(jets.parton, BITS).astype(np.float32),
    )


if __name__ == "__main__":
    main()
