"""What becomes of every ONNX file of a folder, one row of a Markdown table per file.

    python scripts/foreign_zoo.py FOLDER [--input-precision 'ap_fixed<16,6,AP_RND_CONV,AP_SAT>']

``estimate`` is what `fpgajet estimate` finds. ``build`` is whether the file becomes a network of our operators whose
integers equal qonnx's own execution of the file on random events; `fpgajet build` goes on from there. Both show the
refusal where there is one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fpgajet.devices import budget, part
from fpgajet.errors import FpgajetError
from fpgajet.estimate.sources import of_name
from fpgajet.graph.foreign import read_foreign
from fpgajet.graph.foreign.hardware import foreign_network
from fpgajet.graph.foreign.run_qonnx import ForeignFile
from fpgajet.graph.reading import read_model
from fpgajet.ops.network import Network
from fpgajet.pipeline.foreign_context import precision_of
from fpgajet.pipeline.foreign_events import random_events
from fpgajet.verify.certificate import certify

EVENTS = 50


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--input-precision", help="for files that leave their input unquantised")
    arguments = parser.parse_args()
    print("| file | estimate | build |\n| :-- | :-- | :-- |")
    for path in sorted(arguments.folder.rglob("*.onnx")):
        name = path.relative_to(arguments.folder)
        print(f"| `{name}` | {estimated(path)} | {built(path, arguments.input_precision)} |", flush=True)


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


def built(path: Path, input_precision: str | None) -> str:
    """Operators and the comparison with qonnx, or why there are none."""
    try:
        model = read_model(path)
        graph = read_foreign(model, str(path))
        try:
            found = foreign_network(graph)
        except FpgajetError as error:
            if input_precision is None or "--input-precision" not in str(error):
                raise
            found = foreign_network(graph, precision_of(input_precision))
        events = random_events(found.network, 1, EVENTS).features
        result = certify(found.network, [ForeignFile(model, found)], {"x": events}, score_kind="x")
    except FpgajetError as error:
        return refusal(path, error)
    operators = f"{len(found.network.nodes)} operators"
    if found.imported.rounded:
        return f"{operators}; {'; '.join(found.imported.notes)}"
    compared = f"{result.total_differences} of {result.values_compared:,} values differ from qonnx"
    return "; ".join((operators, compared, *found.imported.notes))


def refusal(path: Path, error: FpgajetError) -> str:
    """The message without the name of the file, in a cell of a table."""
    return "refused: " + " ".join(str(error).replace(f"{path}: ", "").replace(str(path), "the file").split())


def _no_checkpoint(name: str) -> Network:
    raise AssertionError(f"{name} is not an ONNX file")


if __name__ == "__main__":
    main()
