"""Faults in the C++ of a tagger: what the proof refuses, and whether the C simulation shows it.

    python scripts/prove_mutants_cpp.py docs/results/prove_mutants_cpp.csv [MODEL COUNT SEED [WORKERS]]

Every fault is one change of a file of the project. The proof is tried. For a refused one a jet is searched for, the
C++ with the fault is compiled with the vendor's types, and its score of that jet is compared with the reference. A
fault that is proved equal is compiled too, and compared on events.
"""

from __future__ import annotations

import csv
import shlex
import shutil
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgajet import files
from fpgajet.executor import run_apart
from fpgajet.fixed import from_real, to_real
from fpgajet.graph.collapse import collapse
from fpgajet.graph.export import export
from fpgajet.hls import csim
from fpgajet.hls.backends import COMPILER
from fpgajet.hls.csim import CSimulation
from fpgajet.hls.mutants import FileMutant, mutants
from fpgajet.hls.project import write_project
from fpgajet.hls.project_facts import facts
from fpgajet.hls.proof import RecordedStages, prove_recordings
from fpgajet.hls.recording import NotRecorded, record
from fpgajet.hls.resources import included
from fpgajet.ops.integers import FixedArray
from fpgajet.pipeline.prove_flow import physical_jet, samples
from fpgajet.processes import program_threads, run
from fpgajet.prove.proof import Level
from fpgajet.prove.search import near
from fpgajet.scalars import ScalarGraph, evaluate
from quant.checkpoint import load_model, open_checkpoint
from quant.zoo import resolve
from studies.tables.rows import write_table

MODEL, COUNT, SEED, WORKERS = "npelican-n8-c2", 120, 17, 6
#: Events of each kind, real jets and edge vectors, on which differing scores are counted.
EVENTS = 5_000
#: Inputs near them that are searched where these show nothing.
NEAR = 40_000
#: Events on which the C simulation of a fault that is proved equal, or that cannot be recorded, is compared.
SIMULATED = 1_000


class Bench:
    """One tagger, its correct project, and events."""

    def __init__(self, model: str, work: Path) -> None:
        self.network = collapse(load_model(open_checkpoint(resolve(model))).network())
        self.samples = samples(self.network)
        self.events = samples(self.network, EVENTS, SEED)
        self.project = work / "correct"
        write_project(
            export(self.network),
            self.network,
            self.project,
            part="xcvu9p-flga2104-2L-e",
            clock_mhz=240.0,
            vectors=self.features(self.events[:4]),
        )
        names = {path.name for node in self.network.nodes for path in included(node.operator.header)}
        self.headers = sorted(names - {"fpgajet_select.h"})
        self.expected = self.reference(self.events)

    def features(self, raw: NDArray[np.int64]) -> NDArray[np.float32]:
        """Raw inputs as the bridge of the C simulation takes them."""
        shaped = raw.reshape(-1, *self.network.input_shape)
        return to_real(shaped, self.network.input_type.fraction).astype(np.float32)

    def reference(self, raw: NDArray[np.int64]) -> NDArray[Any]:
        """The score of raw inputs."""
        given = FixedArray(raw.reshape(-1, *self.network.input_shape), self.network.input_type.fraction)
        return np.asarray(self.network.reference(given)[self.network.output.name].real).ravel()

    def compile(self, project: Path, work: Path, *, new_bridge: bool = False) -> Path | None:
        """The C simulation of a project, without optimisation; None where the compiler refuses it.

        The bridge, which no fault changes, is compiled once, or where it sees other types.
        """
        work.mkdir(exist_ok=True)
        name, library = facts(project)["project"], work / "simulation.so"
        bridge = work / "new_bridge.o" if new_bridge else work / "bridge.o"
        files.write_text(work / "batch.cpp", csim.BATCH.replace("TOP", f"{name}_float"))
        units = {work / "top.o": f"firmware/{name}.cpp", bridge: f"{name}_bridge.cpp"}
        units[work / "batch.o"] = str(work / "batch.cpp")
        for target, source in units.items():
            kept = target.name in ("bridge.o", "batch.o") and target.exists()
            options = ["-O0", "-w", "-fPIC", *csim.dialect(), "-Ifirmware/ap_types", '-DWEIGHTS_DIR="none"']
            if not kept and run([COMPILER, *options, "-c", "-o", target, source], cwd=project).status:
                return None
        linked = run([COMPILER, "-shared", "-o", library, *units])
        return None if linked.status else library

    def simulate(self, project: Path, library: Path, features: NDArray[np.float32]) -> NDArray[Any] | None:
        """Scores, in a process of its own, as a fault may read beyond an array; None if it ends that process."""
        answer = library.with_suffix(".npy")
        answer.unlink(missing_ok=True)

        def child() -> None:
            found = CSimulation(project, library).stages(features.astype(np.float32))
            np.save(answer, found[self.network.output.name].ravel())

        ended = run_apart(child).status
        return np.load(answer) if ended == 0 and answer.exists() else None

    @cache  # noqa: B019 - one bench per process
    def searched(self) -> NDArray[np.int64]:
        """Where a difference is searched for."""
        return np.concatenate([self.events, near(self.events, self.network.input_type, NEAR, SEED)])


def main(
    path: Path, model: str = MODEL, count: int = COUNT, seed: int = SEED, workers: int = WORKERS
) -> None:
    """Let workers write one row per fault, join their tables, and print the sums."""
    parts = [path.with_suffix(f".{k}.csv") for k in range(workers)]
    share = [str(count // workers + (k < count % workers)) for k in range(workers)]

    def work(k: int) -> None:
        run([sys.executable, __file__, parts[k], model, share[k], str(seed + k), "0"], say=print)

    with program_threads(workers) as pool:
        list(pool.map(work, range(workers)))
    join(path, parts)


def join(path: Path, parts: list[Path]) -> None:
    """One table of those that workers have written."""
    rows: list[dict[str, Any]] = []
    for part in parts:
        with part.open(newline="", encoding="utf-8") as stream:
            rows += csv.DictReader(line for line in stream if not line.startswith("#"))
        part.unlink()
    rows = [row | {"mutant": number} for number, row in enumerate(rows)]
    write_table(path, rows, f"python {shlex.join(sys.argv)}")
    sums = Counter((row["proof"], row["csim"], row["events_that_differ"] == "0") for row in rows)
    for key, found in sorted(sums.items(), key=str):
        print(*key, found)


def work(path: Path, model: str, count: int, seed: int) -> None:
    """Write one row per fault."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(model, Path(folder))
        for number, mutant in enumerate(mutants(bench.project, bench.headers, count, seed)):
            row = {"mutant": number, "model": model, "seed": seed} | _row(bench, mutant, Path(folder))
            rows.append(row)
            print(row, flush=True)
            write_table(path, rows, f"python {shlex.join(sys.argv)}")


def _row(bench: Bench, mutant: FileMutant, work: Path) -> dict[str, Any]:
    """What proof and C simulation say about one fault."""
    project = work / "mutant"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(bench.project, project)
    files.write_text(project / "firmware" / mutant.file, mutant.text)
    started = time.process_time()
    clock = time.perf_counter()
    differing: int | str = ""
    wrong = bench.samples[:0]
    try:
        recording = record(project, bench.network.input_type)
        proof, wrong = prove_recordings(bench.network, [recording], bench.samples, bench.searched)
        level, reason = proof.level, proof.reason
        differing = _differing(bench, RecordedStages(bench.network, recording))
    except NotRecorded as error:
        level, reason = Level.COMPARED, str(error)
    seconds = time.perf_counter() - clock
    simulated, level = _simulated(bench, project, work, mutant, level, wrong)
    return {
        "kind": mutant.kind,
        "file": mutant.file.removeprefix("nnet_utils/"),
        "line": mutant.line,
        "before": mutant.before,
        "after": mutant.after,
        "proof": level.value,
        "events_that_differ": differing,
        "csim": simulated,
        "seconds": round(seconds, 1),
        "cpu_s": round(time.process_time() - started, 1),
        "reason": reason,
    }


def _differing(bench: Bench, compiled: RecordedStages) -> int | str:
    graph = ScalarGraph()
    try:
        nodes = np.array(compiled.outputs(graph))
    except ValueError:
        return ""
    found = [evaluate(graph, nodes, bench.events[k : k + 2000]) for k in range(0, len(bench.events), 2000)]
    scores = to_real(np.concatenate(found), bench.network.output.operator.output.fraction)
    return int((scores.ravel() != bench.expected).sum())


def _simulated(
    bench: Bench, project: Path, work: Path, mutant: FileMutant, level: Level, wrong: NDArray[np.int64]
) -> tuple[str, Level]:
    """What the C simulation of the fault shows: that it differs, is equal, crashes, or does not compile."""
    library = bench.compile(project, work / "compiled", new_bridge=mutant.file == "defines.h")
    if library is None:
        return "does not compile", level
    word = "differs"
    if len(wrong):
        jets = [jet for raw in wrong if (jet := physical_jet(bench.network, raw)) is not None]
        features = bench.network.form.features(jets[0]) if jets else bench.features(wrong[:1])
        word = "differs" if jets else "differs on an unphysical input"
    else:
        half = SIMULATED // 2
        features = bench.features(np.concatenate([bench.events[:half], bench.events[-half:]]))
        # Between the input's steps, and beyond its range.
        features = np.concatenate([features, features[-half:] * np.float32(1.0 + 2.0**-9)])
    raw = from_real(features, bench.network.input_type)
    found = bench.simulate(project, library, features)
    if found is None:
        return "crashes", level
    if (found == bench.reference(raw)).all():
        return "equal", level
    if level is Level.PROVED:
        raise SystemExit("the C simulation of a fault differs that was proved equal")
    return word, Level.REFUTED


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[3:6]]
    if given[2:] == [0]:
        work(Path(sys.argv[1]), sys.argv[2], *given[:2])
    else:
        main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else MODEL, *given)
