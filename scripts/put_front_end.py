"""Write npelican-n16-c2-puppi: npelican-n16-c2-log behind the front end that unpacks words of 64 bits.

    python scripts/put_front_end.py [--out quant/zoo]

The weights are those of the logarithmic model, which are not trained again: the front end gives the same numbers up to
its rounding. Measured is the new network, on the shipped sample of 20,000 jets, beside the old one. Prints both AUC.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from safetensors.torch import load_file

from fpgajet.ops.forms import Log, Puppi
from fpgajet.pipeline.jets import shipped_sample
from quant import zoo
from quant.checkpoint import load_float_model, load_model, open_checkpoint, save_checkpoint
from quant.data import read_jets
from quant.data.checking.identity import identity
from quant.metrics import constituent_mass, mass_window_metrics, tagging_metrics

SOURCE, NAME = "npelican-n16-c2-log", "npelican-n16-c2-puppi"


def main() -> None:
    """Write the checkpoint."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--out", type=Path, default=Path("quant/zoo"), help="folder of the checkpoint")
    out = parser.parse_args().out / NAME
    source = open_checkpoint(zoo.resolve(SOURCE))
    description = json.loads((source.path / "model.json").read_text(encoding="utf-8"))
    numbers = description["model"]["input"]
    form = Puppi(**{key: value for key, value in numbers.items() if key != "form"})
    assert isinstance(form, Log)
    assert form.input_type is not None
    del description["schema_version"], description["weights_sha256"]
    description["name"] = NAME
    description["model"]["input"] = form.to_json()
    description["model"]["types"]["momenta"] = form.input_type.ap_fixed()
    description["training"]["command"] = "python scripts/put_front_end.py"
    path = shipped_sample()
    jets = read_jets(path, constituents=source.config.constituents)
    description["training"]["data"]["test"] = [
        {"name": "shipped", "jets": len(jets.label), "sha256": identity(path, None).sha256}
    ]
    tensors = load_file(source.path / "weights.safetensors")
    checkpoint = save_checkpoint(out, description, tensors)
    labels, momenta = jets.label, jets.constituents
    description["metrics"] = {
        "sample": "shipped",
        "float": tagging_metrics(labels, load_float_model(checkpoint).scores(momenta)),
        "quantised": tagging_metrics(labels, load_model(checkpoint).scores(momenta)),
        "mass_cut": mass_window_metrics(labels, constituent_mass(momenta)),
    }
    save_checkpoint(out, description, tensors)
    before = tagging_metrics(labels, load_model(source).scores(momenta))["auc"]
    print(f"{SOURCE}: AUC {before:.5f}; {NAME}: AUC {description['metrics']['quantised']['auc']:.5f}")


if __name__ == "__main__":
    main()
