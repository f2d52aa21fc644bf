"""Peers on the same jets: JEDI-linear and Deep Sets of HGQ2, and boosted trees, beside our models.

    pip install -e ".[train,rtl,plot,peers,trees]" -c constraints.txt
    python scripts/peers.py train --data JETS --runs RUNS [--which jedi-linear ...] [--sizes 16 ...] [--seeds 1 ...]
        [--epochs 250] [--bits 7] [--classes 2]
    python scripts/peers.py measure --data JETS --runs RUNS [--estimate] [--losses 0 0.005 ...]
    python scripts/peers.py trees --data JETS --runs RUNS [--sizes 16 ...]
    python scripts/peers.py ours --runs RUNS --models NAME ... [--estimate]
    python scripts/peers.py table --runs RUNS [--result docs/results/peers.csv]

JETS holds train and val. Every figure is of the jets that are shipped with the package. RUNS keeps a folder for every
training and a row for every design, so that each command continues after a kill and skips what is done.
Training runs with one thread, on JAX (KERAS_BACKEND=torch is possible and slower).
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

from fpgajet.files import read_json
from quant.data import read_jets
from quant.data.reading.shipped import FIVE, shipped_sample
from studies.peers import jets, lengths, rows, tables, trees
from studies.peers.measuring import LOSSES
from studies.peers.networks import KINDS, Peer
from studies.peers.training import RECORD

HERE = Path(__file__).resolve().parent.parent
ROWS = "rows.jsonl"
#: Jets that the integer bits of activations and the last biases are taken from.
CALIBRATION = 10_000


def train(given: argparse.Namespace) -> None:
    """One training for every kind, size and seed."""
    from studies.peers.training import train as one

    for seed, constituents, which in itertools.product(given.seeds, given.sizes, given.which):
        peer = Peer(which, constituents, given.classes, given.channels, given.bits)
        train, val = (jets.read(given.data / part, constituents) for part in ("train", "val"))
        folder = given.runs / peer.run(seed, len(train.label), given.epochs)
        record = one(peer, seed, given.epochs, train, val, folder)
        print(f"{peer.name}, seed {seed}: {record['cpu_s']} s of CPU", flush=True)


def finished(given: argparse.Namespace) -> set[str]:
    """Names of the rows that need not be made; an estimate is replaced once cells are counted."""
    found = rows.read(given.runs / ROWS)
    last = ("Yosys", trees.BY)
    return {row["name"] for row in found if given.estimate or row["lut_by"] in last}


def measure(given: argparse.Namespace) -> None:
    """Rows of some networks of every finished training."""
    from studies.peers.measuring import chosen, name_of
    from studies.peers.measuring import measure as one

    done = finished(given)
    for path in sorted(given.runs.glob(f"*/{RECORD}")):
        record = read_json(path)
        peer = Peer(**record["peer"])
        if (
            peer.classes != given.classes
            or peer.kind not in given.which
            or peer.constituents not in given.sizes
        ):
            continue
        calibration = jets.read(given.data / "train", peer.constituents, CALIBRATION)
        test = jets.read(shipped_sample(FIVE if peer.classes > 2 else ()), peer.constituents)
        for epoch in chosen(record, given.losses):
            if name_of(record, epoch) not in done:
                row = one(record, epoch, path.parent, calibration, test, not given.estimate)
                rows.append(given.runs / ROWS, row)
                print(row, flush=True)


def forests(given: argparse.Namespace) -> None:
    """A row of boosted trees for every size."""
    done = finished(given)
    for constituents in given.sizes:
        name = trees.name_of(constituents)
        if name not in done:
            train, test = (
                read_jets(path, constituents=constituents)
                for path in (given.data / "train", shipped_sample())
            )
            row = trees.measure(train, test, constituents, given.runs / name)
            rows.append(given.runs / ROWS, row)
            print(row, flush=True)


def ours(given: argparse.Namespace) -> None:
    """Rows of models of the zoo, or of runs."""
    from quant.checkpoint import open_checkpoint
    from quant.zoo import resolve
    from studies.peers import ours as models

    done = finished(given)
    for name in given.models:
        if name not in done:
            config = open_checkpoint(resolve(name)).config
            test = jets.read(shipped_sample(models.classes_of(config)), config.constituents)
            folder = None if given.estimate else given.runs / "ours" / Path(name).name
            row = models.measure(name, folder, test)
            rows.append(given.runs / ROWS, row)
            print(row, flush=True)


def table(given: argparse.Namespace) -> None:
    """The tables and the pictures of all rows and trainings so far."""
    command = "python scripts/peers.py table --runs RUNS"
    search = HERE / "docs/results/search-npelican/search.csv"
    tables.write(rows.read(given.runs / ROWS), given.result, command, search)
    lengths.write(given.runs, given.result.with_name(given.result.stem + "_lengths.csv"), command)


COMMANDS = {"train": train, "measure": measure, "trees": forests, "ours": ours, "table": table}


def main() -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=tuple(COMMANDS))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--which", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16, 32])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--classes", type=int, choices=(2, 5), default=2)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--bits", type=int, default=7, help="of weights and activations at the start")
    parser.add_argument("--epochs", type=int, default=250)
    parser.add_argument(
        "--losses", type=float, nargs="+", default=LOSSES, help="of validation AUC, one network for each"
    )
    parser.add_argument(
        "--estimate", action="store_true", help="count and simulate no Verilog, which takes minutes"
    )
    parser.add_argument("--models", nargs="+", default=[])
    parser.add_argument("--result", type=Path, default=HERE / "docs/results/peers.csv")
    given = parser.parse_args()
    if given.command in ("train", "measure", "trees") and given.data is None:
        parser.error(f"{given.command} needs --data")
    COMMANDS[given.command](given)


if __name__ == "__main__":
    main()
