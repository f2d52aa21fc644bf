"""Damaged files for every reader: each must be read, or refused in one sentence.

    python scripts/fuzz.py --inputs 3000 --seed 1 --keep failures

Input k of a seed is always the same file. The readers run in another process: one that takes longer than --seconds is
a hang. An exception that is not fpgajet's own is a failure. Exit code 1 if there is any of either.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import queue
import random
import resource
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path

from fpgajet.errors import FpgajetError
from fpgajet.files import write_bytes
from fpgajet.folders import ScratchFolder
from studies.fuzzing.damage import damaged
from studies.fuzzing.later_readers import LATER_READERS
from studies.fuzzing.readers import READERS, Reader

#: Input k of a seed goes to reader k, counted round: a reader more would change all inputs.
SETS = {"first": READERS, "later": LATER_READERS}

#: Address space of the process that reads: a file that claims terabytes must not get them.
MEMORY_BYTES = 32 << 30


def main() -> int:
    """Run all inputs; print a table by reader, and every failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--keep", type=Path, help="folder for the inputs that failed")
    parser.add_argument(
        "--readers", choices=SETS, default="first", help="later: of verdict, import and prove"
    )
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    readers = SETS[options.readers]
    if options.worker:
        return worker(readers, options.seed, options.first, options.inputs)
    outcomes: collections.Counter[tuple[str, str]] = collections.Counter()
    failures, number, end = 0, options.first, options.first + options.inputs
    while number < end:
        for line in follow(options.readers, options.seed, number, end, options.seconds):
            number, outcome = int(line.split()[0]), line.split(maxsplit=1)[1]
            name = readers[number % len(readers)].name
            outcomes[name, outcome.split()[0]] += 1
            if outcome.split()[0] not in ("read", "refused"):
                failures += 1
                print(f"input {number} of seed {options.seed}, {name}: {outcome}")
                if options.keep:
                    keep(options.keep, readers, options.seed, number)
        number += 1
    for (name, outcome), count in sorted(outcomes.items()):
        print(f"{name:22} {outcome:10} {count:6}")
    print(f"{sum(outcomes.values())} inputs, {failures} failures")
    return int(failures > 0)


def follow(readers: str, seed: int, first: int, end: int, seconds: float) -> list[str]:
    """Outcomes of a worker until it is done, or dies, or hangs: the last one then says so."""
    command = [sys.executable, __file__, "--worker", "--seed", str(seed), "--first", str(first)]
    command += ["--readers", readers, "--inputs", str(end - first)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    lines: queue.Queue[str | None] = queue.Queue()
    stream = process.stdout

    def pass_on() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=pass_on, daemon=True).start()
    found: list[str] = []
    wait = 120.0  # imports
    while len(found) < end - first:
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=wait)
            if line is not None:
                found.append(line.strip())
                wait = seconds
                continue
            found.append(f"{first + len(found)} died with {process.wait()}")
            break
        found.append(f"{first + len(found)} hang after {wait:g} s")
        break
    process.kill()
    process.wait()
    return found


def worker(readers: Sequence[Reader], seed: int, first: int, count: int) -> int:
    """Read inputs, a line for each on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for number in range(first, first + count):
        print(number, outcome_of(readers[number % len(readers)], seed, number), flush=True)
    return 0


def outcome_of(reader: Reader, seed: int, number: int) -> str:
    """What happens to one input: ``read``, ``refused``, or ``FAILED`` with the exception and where it came from."""
    with ScratchFolder("fpgajet-fuzz-") as folder:
        path = make(reader, seed, number, folder)
        try:
            reader.read(path)
        except FpgajetError as error:
            return "refused" if "\n" not in str(error).strip() else f"FAILED several lines: {error!r}"
        except BaseException as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            return f"FAILED {type(error).__name__} {str(error)[:150]!r} at {place.filename}:{place.lineno}"
    return "read"


def make(reader: Reader, seed: int, number: int, folder: Path) -> Path:
    """The input itself."""
    path = folder / reader.name
    reader.make(path)
    rng = random.Random(f"{seed} {number}")
    write_bytes(path, damaged(path.read_bytes(), reader.kind, rng))
    return path


def keep(target: Path, readers: Sequence[Reader], seed: int, number: int) -> None:
    """Copy an input that failed."""
    with ScratchFolder("fpgajet-fuzz-") as folder:
        path = make(readers[number % len(readers)], seed, number, folder)
        write_bytes(target / f"{seed}-{number}-{path.name}", path.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
