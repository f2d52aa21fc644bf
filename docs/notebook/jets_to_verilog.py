# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From your own jets to Verilog
#
# A file of labelled jets goes in; a trained, quantised tagger comes out as Verilog that is proved equal to its integer
# reference. Everything happens through `import fpgajet`. The jets here are those of the shipped sample, written the way
# another program might write them; put your own file in their place.

# %%
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import fpgajet
from fpgajet.pipeline.jets import shipped_sample
from fpgajet.pipeline.reporter import Plain

# Tests run this script with fewer jets and epochs.
jets_read = int(os.environ.get("NOTEBOOK_JETS", "20000"))
epochs = int(os.environ.get("NOTEBOOK_EPOCHS", "12"))
work = Path(os.environ.get("NOTEBOOK_WORK", "work"))
work.mkdir(parents=True, exist_ok=True)
log = Plain(sys.stdout)

# %% [markdown]
# ## Jets
# Any of the formats in `docs/data.md` will do. Here it is an `.npz` with four-momenta (E, px, py, pz) in GeV and a
# label, one file each for training, validation and test. `fpgajet data convert` finds the format by the content,
# sorts, checks and writes the jets.

# %%
sample = fpgajet.load_jets(shipped_sample(), max_jets=jets_read, constituents=16)
parts = np.split(np.arange(len(sample)), [len(sample) // 2, len(sample) * 6 // 10])
for name, rows in zip(("train", "val", "test"), parts, strict=True):
    np.savez(work / f"{name}.npz", p4=sample.constituents[rows], label=sample.label[rows])
    command = ["data", "convert", work / f"{name}.npz", "--out", work / "jets" / f"{name}.h5"]
    done = subprocess.run(
        [sys.executable, "-m", "fpgajet", *command], check=True, capture_output=True, text=True
    )
    print(" ".join(done.stdout.split()))

# %% [markdown]
# ## Training
# A nanoPELICAN with 8 constituents and one hidden channel: float training, calibration of the binary points, and
# quantised fine-tuning. Settings are those of `fpgajet train --set`.

# %%
trained = fpgajet.train(
    work / "jets",
    work / "run",
    settings={
        "constituents": 8,
        "hidden": 1,
        "restarts": 2,
        "screen_epochs": 1,
        "float_epochs": epochs,
        "quantised_epochs": max(1, epochs // 4),
        "scale_rounds": 1,
        "calibration_starts": 4,
        "calibration_searches": 1,
        "calibration_sweeps": 1,
    },
    reporter=log,
)
trained

# %% [markdown]
# ## How good is it?

# %%
evaluated = fpgajet.evaluate(trained.directory, work / "jets" / "test.h5")
evaluated

# %% [markdown]
# ## What will it cost?
# An estimate needs no build. Every figure has an 80 % range. The verdict is that of the budget of the CMS correlator
# trigger, layer 2; another part, clock or budget is one argument away.

# %%
estimated = fpgajet.estimate(trained.directory, part="xcvu9p", clock_mhz=240, budget="cms-p2-ct-l2")
estimated

# %% [markdown]
# ## Verilog
# `flow="rtl"` writes Verilog and compares it with torch, the integer reference, onnxruntime and qonnx on real jets
# and on edge vectors, stage by stage. Without `flow`, the hls4ml project and its C simulation come as well.

# %%
built = fpgajet.build(
    trained.directory,
    out=work / "built",
    part="xcvu9p",
    clock_mhz=240,
    budget="cms-p2-ct-l2",
    flow="rtl",
    prove=False,
    synth=False,
    jets=work / "jets" / "test.h5",
    max_jets=2000,
    edge_vectors=2000,
    reporter=log,
)
assert built.exact
built

# %% [markdown]
# The files are plain Verilog:

# %%
for path in sorted((built.directory / "rtl").glob("*.v")):
    print(f"{path.name}: {len(path.read_text().splitlines()):,} lines")

# %% [markdown]
# ## Proof
# The comparison above is on events; a proof holds for all inputs. Where none is found, the result says why, and the
# comparison stands.

# %%
proved = fpgajet.prove(built.directory, reporter=log)
proved

# %% [markdown]
# ## Leaving
# The same integers as C, for an emulator in your trigger software.

# %%
exported = fpgajet.export(built.directory, out=work / "emulator", edge_vectors=1000, reporter=log)
exported
