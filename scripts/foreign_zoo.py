"""What becomes of every ONNX file of a folder: docs/results/foreign.csv, which docs/foreign.md shows.

    python scripts/foreign_zoo.py FOLDER [--input-precision 'ap_fixed<16,6,AP_RND_CONV,AP_SAT>'] [--result FILE]

FOLDER holds one folder per repository. ``estimate`` is what `fpgajet estimate` finds for the default part and clock.
``build`` is whether the file becomes a network of our operators whose every stage equals the file's own execution on
random events, by qonnx, or in float64 where scales are no powers of two; `fpgajet build` goes on from there. Both
columns show the refusal where there is one.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from fpgajet.devices import budget, part
from fpgajet.errors import FpgajetError
from fpgajet.estimate.sources import of_name
from fpgajet.files import sha256
from fpgajet.fixed import FixedType
from fpgajet.graph.foreign import read_foreign
from fpgajet.graph.foreign.hardware import foreign_network
from fpgajet.graph.foreign.run_qonnx import ExactFile, ForeignFile
from fpgajet.graph.reading import read_model
from fpgajet.ops.network import Network
from fpgajet.pipeline.foreign_context import precision_of
from fpgajet.pipeline.foreign_events import random_events
from fpgajet.verify.certificate import Implementation, certify
from studies.tables.rows import write_table

RESULT = Path(__file__).resolve().parent.parent / "docs/results/foreign.csv"
EVENTS = 50


def main() -> None:
    """Write the table, again after every file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--input-precision", help="for files that leave their input unquantised")
    parser.add_argument("--result", type=Path, default=RESULT)
    arguments = parser.parse_args()
    given = precision_of(arguments.input_precision)
    command = shlex.join(["python", "scripts/foreign_zoo.py", "FOLDER", *sys.argv[2:]])
    rows = []
    for path in sorted(arguments.folder.rglob("*.onnx")):
        name = path.relative_to(arguments.folder)
        rows.append(
            {
                "repository": name.parts[0],
                "file": "/".join(name.parts[1:]),
                "sha256": sha256(path)[:12],
                "estimate": estimated(path),
                "build": built(path, given),
            }
        )
        write_table(arguments.result, rows, command)


def estimated(path: Path) -> str:
    """Latency and resources, or why there are none."""
    slot = budget()
    try:
        total = of_name(str(path), _no_checkpoint).estimate(part(slot.part), slot.clock_mhz, 1).total
    except FpgajetError as error:
        return refusal(path, error)
    return (
        f"{total.latency_cycles.value:g} cycles, {total.lut.value:,.0f} LUT, {total.dsp.value:,.0f} DSP, "
        f"{total.bram.value:,.0f} BRAM"
    )


def built(path: Path, given: FixedType | None) -> str:
    """Operators and the comparison with the file, or why there are none."""
    try:
        model = read_model(path)
        graph = read_foreign(model, str(path))
        try:
            found = foreign_network(graph)
        except FpgajetError as error:
            if given is None or "--input-precision" not in str(error):
                raise
            found = foreign_network(graph, given)
        events = random_events(found.network, 1, EVENTS).features
        files: list[Implementation] = [ForeignFile(model, found)]
        if not found.imported.carried:
            files.append(ExactFile(found))
        result = certify(found.network, files, {"x": events}, score_kind="x")
    except FpgajetError as error:
        return refusal(path, error)
    compared = [
        f"{result.differences[file.name]} of {result.values_compared // len(files):,} values differ from {how}"
        for file, how in zip(files, ("qonnx", "the file in float64"), strict=False)
    ]
    return "; ".join((f"{len(found.network.nodes)} operators", *compared, *found.imported.notes))


def refusal(path: Path, error: FpgajetError) -> str:
    """The message without the name of the file, on one line."""
    return "refused: " + " ".join(str(error).replace(f"{path}: ", "").replace(str(path), "the file").split())


def _no_checkpoint(name: str) -> Network:
    raise AssertionError(f"{name} is not an ONNX file")


if __name__ == "__main__":
    main()
