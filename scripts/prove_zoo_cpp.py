"""Of which taggers the C++ is proved for all inputs, and how long it takes.

    python scripts/prove_zoo_cpp.py docs/results/prove_cpp.csv [NAME@REUSE_FACTOR ...]

For every model the hls4ml project is written, recorded, and proved equal to the integer reference, as `fpgajet prove`
does. Seconds are those of the processor, compiler included; memory is the largest process.
"""

from __future__ import annotations

import resource
import shlex
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from fpgajet.fixed import to_real
from fpgajet.graph.collapse import collapse
from fpgajet.graph.export import export
from fpgajet.hls.project import write_project
from fpgajet.hls.proof import prove_cpp
from fpgajet.pipeline.prove_flow import samples
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from studies.tables.rows import write_table

NPELICAN = ("n16-c2", "n16-c2-log", "n16-c2-trigger", "n16-c2-alpha", "n8-c2", "n16-c2-lean", "n20-c2")
MODELS = [f"npelican-{name}@{reuse}" for reuse in (1, 3) for name in NPELICAN] + [
    "vecnet-n8-s8v2@1",
    "lorentznet-n16@1",
]


def main(path: Path, models: list[str]) -> None:
    """Write one row per model and reuse factor."""
    rows = []
    for name, _, reuse in (model.partition("@") for model in models):
        network = collapse(load_model(open_checkpoint(resolve(name))).network())
        raw = samples(network)
        given = to_real(raw[:4].reshape(4, *network.input_shape), network.input_type.fraction)
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "hls"
            write_project(
                export(network),
                network,
                project,
                part="xcvu9p-flga2104-2L-e",
                clock_mhz=240.0,
                reuse_factor=int(reuse),
                vectors=given.astype("float32"),
            )
            before = _processor()
            proof, _wrong = prove_cpp(network, project, raw, partial(np.asarray, raw))
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        peak = max(resource.getrusage(kind).ru_maxrss for kind in kinds) // 1024
        rows.append(
            {
                "model": name,
                "reuse_factor": int(reuse),
                "level": proof.level.value,
                "operators": sum(operator.proved for operator in proof.operators),
                "of": len(proof.operators),
                "cuts": proof.cuts,
                "enumerations": proof.enumerations,
                "assignments": proof.assignments,
                "cpu_s": round(_processor() - before, 1),
                "elapsed_s": round(proof.seconds, 1),
                "peak_mib": peak,
                "reason": proof.reason,
            }
        )
        print(rows[-1], flush=True)
        write_table(path, rows, f"python {shlex.join(sys.argv)}")


def _processor() -> float:
    """Seconds that this process and its children have computed."""
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or MODELS)
