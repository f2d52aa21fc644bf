"""Kill long work at random moments: what the next run ends with must be what an undisturbed run ends with.

    python scripts/kill_test.py build generate --kills 6 --seed 1

Each kind of work runs once undisturbed, which gives its result and its time. Then it is killed with SIGKILL, with all
its children still running, after times that the seed gives, and started again, until it has been killed --kills times;
a kill that came after the end does not count. After each kill no child may be left.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fpgajet.files import read_json, sha256, write_text
from fpgajet.folders import ScratchFolder
from quant.data import read_jets, shipped_sample, write_jets

FPGAJET = [sys.executable, "-m", "fpgajet"]
#: Facts of a run, not of its result: times, and the folder that a command names.
TIMES = {"seconds", "finished", "created", "stage_seconds", "command", "jets_per_second"}
TRAINING = [
    "float_epochs=2",
    "quantised_epochs=2",
    "screen_epochs=1",
    "restarts=1",
    "max_jets=2000",
    "scale_rounds=1",
]


@dataclass(frozen=True)
class Work:
    """One kind of work.

    Attributes:
        command: of a folder, by whether the work has begun there. results: names of files that must be equal.
        first: command that leads to where the work begins; it is not killed.
    """

    command: Callable[[Path, bool], list[str]]
    results: tuple[str, ...]
    first: Callable[[Path], list[str]] | None = None


def _build(flow: str) -> Work:
    words = ["build", "--model", "npelican-n8-c2", "--flow", flow, "--no-synth", "--max-jets", "500"]
    return Work(
        lambda folder, begun: [*words, "--edge-vectors", "500", "--out", str(folder)],
        ("model.onnx", "certificate.json", "physics.json", "estimate.json", "report.json"),
    )


def _data(folder: Path) -> str:
    """Three parts of the shipped sample, beside the folders of the runs."""
    data = folder.parents[1] / "data"
    if not data.is_dir():
        for part, start in (("train", 0), ("val", 2000), ("test", 4000)):
            jets = read_jets(shipped_sample(), max_jets=6000)
            write_jets(data / f"{part}.h5", jets[slice(start, start + 2000)])
    return str(data)


def _resumed(folder: Path, begun: bool) -> list[str]:
    return ["--resume"] if begun and (folder / "settings.json").exists() else []


def _train(folder: Path, begun: bool, until: str = "quantised") -> list[str]:
    sets = [word for assignment in TRAINING for word in ("--set", assignment)]
    words = ["train", "--data", _data(folder), "--out", str(folder), "--name", "killed", *sets]
    return [*words, "--set", "constituents=8", "--until", until, *_resumed(folder, begun)]


def _train_after(stage: str, until: str, results: tuple[str, ...]) -> Work:
    """One stage of a training alone: the one before it is done."""
    return Work(
        lambda folder, begun: _train(folder, True, until),
        results,
        lambda folder: _train(folder, False, stage),
    )


def _compress(folder: Path, begun: bool) -> list[str]:
    words = [
        "compress",
        "npelican-n8-c2",
        "--data",
        _data(folder),
        "--out",
        str(folder),
        "--max-jets",
        "1000",
    ]
    return [*words, *_resumed(folder, begun)]


def _generate(folder: Path, begun: bool) -> list[str]:
    return [
        "data",
        "generate",
        "--jets",
        "120",
        "--shard-jets",
        "30",
        "--processes",
        "2",
        "--out",
        str(folder),
    ]


WORK = {
    "build": _build("hls"),
    "rtl": _build("rtl"),
    "train": Work(_train, ("model.json", "weights.safetensors")),
    "calibration": _train_after(
        "float", "calibration", ("state/calibration.json", "state/calibration.safetensors")
    ),
    "quantised": _train_after("calibration", "quantised", ("model.json", "weights.safetensors")),
    "compress": Work(_compress, ("compression.csv",)),
    "generate": Work(_generate, tuple(f"jets-{shard:05d}.h5" for shard in range(4))),
}


def main() -> int:
    """Kill and compare each kind of work; exit code 1 if any differs or leaves a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", nargs="*", choices=[*WORK, []], help="default: all")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="CSV with what was found; kinds that are in it already stay")
    options = parser.parse_args()
    faults = 0
    for name in options.work or WORK:
        fault, hits = try_out(name, options.kills, random.Random(f"{options.seed} {name}"))
        outcome = fault or "as the undisturbed run"
        print(f"{name}: {outcome}", flush=True)
        faults += bool(fault)
        if options.out:
            note(options.out, options.seed, [name, str(len(hits)), " ".join(map(str, hits)), outcome])
    return int(faults > 0)


def note(target: Path, seed: int, row: list[str]) -> None:
    """Put one row into the table."""
    header = ["work", "kills", "seconds_of_kills", "outcome"]
    rows = {}
    if target.exists():
        lines = [line for line in target.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
        rows = {old[0]: old for old in csv.reader(lines[1:])}
    rows[row[0]] = row
    text = io.StringIO()
    text.write(f"# python scripts/kill_test.py --kills {row[1]} --seed {seed} --out docs/results/kill.csv\n")
    csv.writer(text, lineterminator="\n").writerows([header, *rows.values()])
    write_text(target, text.getvalue())


def try_out(name: str, kills: int, rng: random.Random) -> tuple[str, list[float]]:
    """What went wrong with one kind of work, empty if nothing did; and the times of the kills."""
    work = WORK[name]
    hits: list[float] = []
    with ScratchFolder("fpgajet-kill-") as place:
        good, bad = place / "undisturbed" / "out", place / "killed" / "out"
        if work.first is not None:
            for folder in (good, bad):
                subprocess.run([*FPGAJET, *work.first(folder)], capture_output=True, check=True)
        started = time.monotonic()
        done = subprocess.run(
            [*FPGAJET, *work.command(good, False)], capture_output=True, text=True, check=False
        )
        whole = time.monotonic() - started
        if done.returncode not in (0, 4):  # 4: exact, but the budget is missed
            return f"the undisturbed run failed: {done.stderr.strip()[-300:]}", hits
        tries, begun, spent = 0, False, 0.0
        while len(hits) < kills and tries < 6 * kills:
            tries += 1
            moment = rng.uniform(0.0, max(whole - spent, 0.1 * whole))  # what is kept is not done again
            if killed_after(moment, [*FPGAJET, *work.command(bad, begun)]):
                hits.append(round(moment, 2))
                begun, spent = True, spent + moment
            elif tries < 6 * kills:  # it had ended: begin again
                shutil.rmtree(bad)
                begun, spent = False, 0.0
                if work.first is not None:
                    subprocess.run([*FPGAJET, *work.first(bad)], capture_output=True, check=True)
            left = survivors(place)
            if left:
                return f"after a kill at {moment:.2f} s these go on: {left}", hits
        done = subprocess.run(
            [*FPGAJET, *work.command(bad, True)], capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 4):
            return f"after kills at {hits} s the last run failed: {done.stderr.strip()[-300:]}", hits
        left = [str(path) for path in place.rglob("*.tmp")]
        differing = [file for file in work.results if not same(good / file, bad / file)]
        print(f"{name}: {len(hits)} kills at {hits} s of {whole:.1f} s", flush=True)
        few = "" if len(hits) == kills else f"only {len(hits)} kills hit; "
        return few + (f"differing: {differing}; left: {left}" if differing or left else ""), hits


def killed_after(seconds: float, command: list[str]) -> bool:
    """Whether a command was still running when it was killed after a time."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def survivors(place: Path, patience_s: float = 10.0) -> list[str]:
    """Command lines that name ``place``, or compile in a folder of a killed run, once they have had time to end."""
    end = time.monotonic() + patience_s
    while True:
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(place) in words and str(os.getpid()) != entry.parent.name:
                found.append(words)
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.1)


def same(one: Path, other: Path) -> bool:
    """Whether two results are equal, times and the like in JSON apart."""
    if not (one.is_file() and other.is_file()):
        return False
    if one.suffix != ".json":
        return sha256(one) == sha256(other)
    return _without_times(read_json(one)) == _without_times(read_json(other))


def _without_times(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_times(inner) for key, inner in value.items() if key not in TIMES}
    return [_without_times(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
