"""Designs that are small for their AUC: the table of docs/search.md.

    python scripts/records.py --data jets [--work builds/records] [ROW ...]

ROW is MODEL:II:CLOCK, or TITLE=MODEL:II:CLOCK: an entry of the zoo or any checkpoint, clocks between jets, and MHz; for
example npelican-n16-c2-shifts:3:320. MODEL@N is its weights and types at another number of constituents, whose scores
mean nothing. Without ROWs: those of ``RECORDS``. Every row is the Verilog of ``fpgajet.rtl.build``, compared with the
reference on ``--jets`` jets and counted by Yosys, and the AUC of the quantised model on the test jets of ``--data``.

A row replaces that of the same title, interval and clock in docs/results/records.csv (or --result), whose other rows
stay. The table is written after every row, and a design in ``--work`` whose Verilog has not changed is not built again.
"""

from __future__ import annotations

import argparse
import csv
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import torch

from fpgajet.errors import BadInput
from fpgajet.fixed import FixedType
from fpgajet.rtl import RtlOptions
from quant.checkpoint import Checkpoint, load_model
from quant.checkpoint_network import network_of
from quant.data.checking.identity import identity
from quant.evaluation import read_tagging_jets
from quant.metrics import auc
from quant.seen_jets import overlap_of
from quant.training.data import part_of
from studies.rtl.rows import counted
from studies.tables.rows import write_table
from studies.variants.networks import resized, zoo_checkpoint

RESULT = Path(__file__).resolve().parent.parent / "docs/results/records.csv"
COMMAND = "python scripts/records.py --data jets"
_WORDS = COMMAND.split()
RECORDS = (
    "npelican-n16-c2-log:1:240", "npelican-n16-c2-shifts:1:240", "npelican-n16-c2-shifts:3:320",
    "npelican-n16-c2-rounded:1:240", "npelican-n16-c2-rounded:3:320",
)  # fmt: skip
PART = "xcvu13p"
Row = dict[str, Any]


class Record(NamedTuple):
    """A design of the table."""

    title: str
    model: str
    constituents: int | None
    ii: int
    clock_mhz: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What a row is known by."""
        return self.title, str(self.ii), f"{self.clock_mhz:g}"


def record_of(text: str) -> Record:
    """From ``TITLE=MODEL@N:II:CLOCK``, of which TITLE and N may be left out.

    Raises:
        BadInput: another form.
    """
    title, named, rest = text.rpartition("=")
    model, *numbers = rest.rsplit(":", 2)
    name, at, size = model.partition("@")
    try:
        ii, clock_mhz = int(numbers[0]), float(numbers[1])
        constituents = int(size) if at else None
    except (IndexError, ValueError):
        raise BadInput(f"{text!r} is not of the form MODEL:II:CLOCK, for example {RECORDS[0]}.") from None
    return Record(title if named else Path(name).name + at + size, name, constituents, ii, clock_mhz)


def row_of(record: Record, data: Path, work: Path, jets: int) -> Row:
    """One line of the table; only what has changed is built."""
    checkpoint = zoo_checkpoint(record.model)
    network = network_of(checkpoint)
    if record.constituents is not None:
        network = resized(network, record.constituents)
    folder = work / "".join(c if c.isalnum() else "-" for c in "-".join(record.key))
    found = counted(network, folder, record.clock_mhz, PART, RtlOptions(ii=record.ii), jets)
    types = getattr(checkpoint.config.model, "types", {})
    bits = {f"{what} bits": _bits(types, what.replace(" ", "_")) for what in ("activation", "row sum")}
    measured = "" if record.constituents is not None else round(test_auc(checkpoint, data), 5)
    kept = ("latency_cycles", "lut", "ff", "dsp", "latency_ns_low", "latency_ns_high", "jets", "differences")
    row = {"point": record.title, **bits, "auc_test": measured}
    return row | {"clock_mhz": f"{record.clock_mhz:g}", "ii": record.ii} | {key: found[key] for key in kept}


def _bits(types: Any, name: str) -> int | str:
    kind = types.get(name)
    return "" if kind is None else FixedType.from_ap_fixed(kind).bits


def test_auc(checkpoint: Checkpoint, data: Path) -> float:
    """AUC of the quantised model.

    Raises:
        BadInput: it has seen some of the test jets.
    """
    part, model = part_of(data, "test"), checkpoint.config.model
    overlap_of(checkpoint, identity(part)).require_unseen()
    jets = read_tagging_jets(part, model.constituents, form=model.form)
    return float(auc(jets.label, load_model(checkpoint).scores(jets.constituents)))


def merged(known: list[Row], row: Row) -> list[Row]:
    """The row in place of that of the same title, interval and clock, or behind all others."""

    def key(one: Row) -> tuple[str, str, str]:
        return str(one["point"]), str(one["ii"]), str(one["clock_mhz"])

    if key(row) not in map(key, known):
        return [*known, row]
    return [row if key(one) == key(row) else one for one in known]


def read_table(path: Path) -> tuple[list[str], list[Row]]:
    """ROWs that the first line names beside those of :data:`RECORDS`, and the rows; none if there is no table."""
    if not path.is_file():
        return [], []
    with path.open(newline="", encoding="utf-8") as file:
        words = shlex.split(next(file).removeprefix("# "))
        made_here = words[: len(_WORDS)] == _WORDS
        given = [word for word in words[len(_WORDS) :] if word not in RECORDS] if made_here else []
        return given, list(csv.DictReader(file))


def main() -> None:
    """Make what is missing, a row at a time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", default=RECORDS)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("builds/records"))
    parser.add_argument("--jets", type=int, default=2000, help="compared with the reference")
    parser.add_argument("--result", type=Path, default=RESULT)
    given = parser.parse_args()
    torch.set_num_threads(1)
    for text, record in [(text, record_of(text)) for text in given.rows]:
        row = row_of(record, given.data, given.work, given.jets)
        names, rows = read_table(given.result)
        if text not in (*RECORDS, *names):
            names.append(text)
        # The first line makes the whole table again.
        command = f"{COMMAND} {shlex.join([*RECORDS, *names])}" if names else COMMAND
        write_table(given.result, merged(rows, row), command)
        print(row, flush=True)


if __name__ == "__main__":
    main()
