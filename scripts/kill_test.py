"""Kill long work at random moments: what the next run ends with must be what an undisturbed run ends with.

    python scripts/kill_test.py build generate --kills 6 --seed 1

Each kind of work runs once undisturbed, which gives its result and its time. Then it is killed with SIGKILL, with all
its children still running, after times that the seed gives, and started again, until it has been killed --kills times;
a kill that came after the end does not count. After each kill no child may be left.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fpgajet.files import read_json, sha256
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
    """

    command: Callable[[Path, bool], list[str]]
    results: tuple[str, ...]


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


def _train(folder: Path, begun: bool) -> list[str]:
    sets = [word for assignment in TRAINING for word in ("--set", assignment)]
    words = ["train", "--data", _data(folder), "--out", str(folder), "--name", "killed", *sets]
    return [*words, "--set", "constituents=8", *_resumed(folder, begun)]


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
        "400",
        "--shard-jets",
        "100",
        "--processes",
        "2",
        "--out",
        str(folder),
    ]


WORK = {
    "build": _build("hls"),
    "rtl": _build("rtl"),
    "train": Work(_train, ("model.json", "weights.safetensors")),
    "compress": Work(_compress, ("compression.csv",)),
    "generate": Work(_generate, tuple(f"jets-{shard:05d}.h5" for shard in range(4))),
}


def main() -> int:
    """Kill and compare each kind of work; exit code 1 if any differs or leaves a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", nargs="*", choices=[*WORK, []], help="default: all")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faults = 0
    for name in options.work or WORK:
        fault = try_out(name, options.kills, random.Random(f"{options.seed} {name}"))
        print(f"{name}: {fault or 'as the undisturbed run'}", flush=True)
        faults += bool(fault)
    return int(faults > 0)


def try_out(name: str, kills: int, rng: random.Random) -> str:
    """What went wrong with one kind of work, empty if nothing did."""
    work = WORK[name]
    with ScratchFolder("fpgajet-kill-") as place:
        good, bad = place / "undisturbed" / "out", place / "killed" / "out"
        started = time.monotonic()
        done = subprocess.run(
            [*FPGAJET, *work.command(good, False)], capture_output=True, text=True, check=False
        )
        whole = time.monotonic() - started
        if done.returncode not in (0, 4):  # 4: exact, but the budget is missed
            return f"the undisturbed run failed: {done.stderr.strip()[-300:]}"
        hits: list[float] = []
        tries, begun = 0, False
        while len(hits) < kills and tries < 4 * kills:
            tries += 1
            moment = rng.uniform(0.0, whole)
            if killed_after(moment, [*FPGAJET, *work.command(bad, begun)]):
                hits.append(round(moment, 2))
            begun = True
            left = survivors(place)
            if left:
                return f"after a kill at {moment:.2f} s these go on: {left}"
        done = subprocess.run(
            [*FPGAJET, *work.command(bad, True)], capture_output=True, text=True, check=False
        )
        if done.returncode not in (0, 4) and "--resume" not in done.stderr and "finished" not in done.stderr:
            return f"after kills at {hits} s the last run failed: {done.stderr.strip()[-300:]}"
        left = [str(path) for path in place.rglob("*.tmp")]
        differing = [file for file in work.results if not same(good / file, bad / file)]
        print(f"{name}: {len(hits)} kills at {hits} s of {whole:.1f} s", flush=True)
        return f"differing: {differing}; left: {left}" if differing or left else ""


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
