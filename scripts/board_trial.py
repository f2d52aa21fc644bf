"""The host program against the simulated Verilog of a board: many jets over a clean line, and over a bad one.

    python scripts/board_trial.py [--size 4] [--jets 10000] [--bitstream]

Weights and types of a model of the zoo at ``--size`` constituents, exported for a board without a build, then run
through the simulated serial port. On the bad line every tenth chunk of bytes loses, changes or repeats one. Writes
``docs/results/board-trial.json``. ``--bitstream`` also places, routes and packs (minutes).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.devices.open_parts import board
from fpgajet.export.board.link import Link
from fpgajet.export.board.package import read_facts
from fpgajet.export.board.simulation import SimulatedBoard
from fpgajet.files import read_json, write_bytes, write_json
from fpgajet.fixed import from_real
from fpgajet.graph.export import export
from fpgajet.ops.network import Network
from fpgajet.pipeline.board_run import reference_of, run_board
from fpgajet.pipeline.events import sample_events
from fpgajet.pipeline.export_board import BoardSettings, export_board
from fpgajet.pipeline.export_flow import Prepared
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.reporter import Plain
from fpgajet.rtl.tools.bus import pack, unpack
from studies.variants.networks import resized, zoo_network

RESULT = Path(__file__).parent.parent / "docs" / "results" / "board-trial.json"
#: Jets over the bad line; one chunk of bytes in so many is damaged; seconds without an answer.
BAD_JETS, ONE_IN, TIMEOUT = 2000, 10, 10.0


def exported(network: Network, given: argparse.Namespace) -> Path:
    """The export, from a directory with nothing but the model."""
    root = given.work / f"{network.name}-{network.constituents}"
    root.mkdir(parents=True, exist_ok=True)
    write_bytes(root / "model.onnx", export(network).SerializeToString())
    jets = sample_events(network, 200)
    folder: Path = root / f"board-{given.board}"
    prepared = Prepared(BuildDirectory(root), network, "trial_v1", jets[:100], jets[100:])
    export_board(prepared, folder, Plain(), f"board-{given.board}", BoardSettings(given.bitstream))
    return folder


def bad_line(folder: Path, network: Network) -> dict[str, Any]:
    """Jets over a line that damages bytes: what the host names, and how many scores differ."""
    facts = read_facts(folder)
    raw = from_real(sample_events(network, BAD_JETS), network.input_type)
    jets = [row.tobytes() for row in pack(raw.reshape(len(raw), -1), facts.jet_formats, facts.jet_bytes)]
    rng = np.random.default_rng(3)

    def mangle(sent: bytes) -> bytes:
        if rng.random() > 1 / ONE_IN:
            return sent
        place, kind = int(rng.integers(len(sent))), int(rng.integers(3))
        middle = (b"", bytes([sent[place] ^ 1 << int(rng.integers(8))]), sent[place : place + 1] * 2)[kind]
        return sent[:place] + middle + sent[place + 1 :]

    from serial import Serial

    sources = [folder / name for name in facts.sources]
    with (
        SimulatedBoard(facts, sources, board(facts.board).reset_level) as simulated,
        Serial(simulated.port, facts.baud, timeout=0.05) as port,
    ):
        link = Link(port, facts.result_bytes, TIMEOUT)
        link.identify(facts.identity)
        simulated.mangle = mangle
        results = link.scores(jets)
    rows = np.frombuffer(b"".join(results), dtype=np.uint8).reshape(len(jets), -1)
    wrong = (unpack(rows, facts.score_formats) != reference_of(network, raw)).any(axis=1)
    tally = link.tally
    return {
        "jets": len(jets), "differences": int(wrong.sum()), "frames_repeated": tally.repeated,
        "faults": dict(sorted(tally.faults.items())),
    }  # fmt: skip


def main() -> None:
    """Export, run, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="npelican-n16-c2-log")
    parser.add_argument("--size", type=int, default=4)
    parser.add_argument("--jets", type=int, default=10_000)
    parser.add_argument("--board", default="ulx3s")
    parser.add_argument("--bitstream", action="store_true")
    parser.add_argument("--work", type=Path, default=Path("builds/board-trial"))
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    network = resized(zoo_network(given.model), given.size)
    folder = exported(network, given)
    clean = run_board(folder, "simulation", jets=given.jets, reporter=Plain())
    content = {
        "command": f"python scripts/board_trial.py --model {given.model} --size {given.size} --jets {given.jets} "
        f"--board {given.board}",
        "model": given.model, "constituents": given.size, "board": given.board,
        "clean": {
            "jets": clean.jets, "differences": clean.differences, "frames_repeated": clean.tally.repeated,
            "faults": dict(clean.tally.faults),
        },
        "bad": bad_line(folder, network),
    }  # fmt: skip
    if given.bitstream:
        content["bitstream"] = read_json(folder / "bitstream.json")
    write_json(given.out, content)
    print(content)


if __name__ == "__main__":
    main()
