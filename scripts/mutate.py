"""Mutants of the core: small seeded changes of the source that some test must notice.

    python scripts/mutate.py --minutes 30 --seed 0 --out docs/results/mutation.csv

Each mutant is a copy of the tracked files with one change in one function: a comparison turned at its bound, ``+``
for ``-``, a shift the other way, ``min`` for ``max``, ``and`` for ``or``, ``not`` dropped, a whole number one higher.
First the tests of that package that run the changed line run against it, then its other short tests, until the first
failure; all must pass before anything is changed. A mutant that all of them pass has survived. One that takes far more
CPU time than the tests need has been noticed too, and is counted apart (``limit``). Reasons of survivors
that are in the file already stay. ``--again`` tries the survivors of the file once more, after tests were mended.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from fpgajet.files import write_text
from fpgajet.folders import ScratchFolder
from studies.mutation import trying
from studies.mutation.changes import change, count

ROOT = Path(__file__).resolve().parents[1]
#: What is mutated, and the tests that must notice.
TARGETS = {
    "fpgajet/fixed.py": ("tests/test_fixed.py", "tests/ops"),
    "fpgajet/ops": ("tests/test_fixed.py", "tests/ops"),
    "fpgajet/verify": ("tests/verify",),
    "fpgajet/estimate/verdict.py": ("tests/estimate",),
    "fpgajet/rtl": ("tests/rtl",),
}
#: Tests that do not run the changed line notice it only through another process; of them the short ones are tried.
SHORT_SECONDS = 5.0


@dataclass(frozen=True)
class Tried:
    """A mutant and what became of it; one line of the table."""

    outcome: str
    file: str
    function: str
    line: int
    before: str
    after: str
    reason: str = ""

    @property
    def name(self) -> tuple[str, str, str, str]:
        """The same for the same change, wherever the line has moved."""
        return self.file, self.function, self.before, self.after


def main() -> int:
    """Draw mutants until the time is over; write what became of each. Exit code 1 if too few were noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0, help="after the tests without a change")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="start of the paths to mutate")
    parser.add_argument("--again", action="store_true", help="only the survivors of the file")
    parser.add_argument(
        "--baseline", type=Path, help="folder that keeps the runs without a change, for a next time"
    )
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    before = read(chosen.out) if chosen.out.exists() else []
    drawn = list(every(chosen.only))
    possible = len(drawn)
    random.Random(chosen.seed).shuffle(drawn)
    if chosen.again:
        left = {t.name for t in before if t.outcome == "survived"}
        drawn = [(path, number) for path, number in drawn if name_of(path, number) in left]
    trying.import_large_packages()
    tried: list[Tried] = []
    with ScratchFolder("fpgajet-mutate-") as folder:
        try:
            for one in run(folder, drawn, 60 * chosen.minutes, chosen.baseline or folder):
                print(f"{one.outcome:8s} {one.file}:{one.line} {one.before} -> {one.after}", flush=True)
                tried.append(one)
        finally:  # Ctrl-C: what is known is written
            tried = merged(before, tried, again=chosen.again)
            write_text(chosen.out, table(tried, possible, chosen.seed, chosen.minutes))
    outcomes = Counter(one.outcome for one in tried)
    print(f"{len(tried)} of {possible} possible mutants: {dict(outcomes)}")
    return int(outcomes["survived"] > 0.05 * len(tried))


def every(only: str) -> Iterator[tuple[str, int]]:
    """Every mutant: file and number of the change in it."""
    for target in TARGETS:
        place = ROOT / target
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(only):
                yield from ((name, number) for number in range(count(path.read_text(encoding="utf-8"))))


def name_of(path: str, number: int) -> tuple[str, str, str, str]:
    """As :attr:`Tried.name`."""
    made = change((ROOT / path).read_text(encoding="utf-8"), number)
    return path, made.function, made.before, made.after


def run(folder: Path, drawn: Sequence[tuple[str, int]], seconds: float, kept: Path) -> Iterator[Tried]:
    """Try mutants for some time; each package's tests run once without a change before, outside that time."""
    work = trying.copy_of(ROOT, folder / "work")
    folders = {path: next(t for target, t in TARGETS.items() if path.startswith(target)) for path, _ in drawn}
    known = {}
    for tests in dict.fromkeys(folders.values()):
        covered = [path for path, of in folders.items() if of == tests]
        found = kept / f"{tests[-1].replace('/', '-')}.json"
        known[tests] = trying.baseline(work, tests, covered, found)
        print(f"{', '.join(tests)}: {len(known[tests].seconds)} tests pass without a change", flush=True)
    end = time.monotonic() + seconds
    for path, number in drawn:
        if time.monotonic() >= end:
            return
        source = (work / path).read_text(encoding="utf-8")  # of the copy: the repository may change meanwhile
        made, base = change(source, number), known[folders[path]]
        (work / path).write_text(made.source, encoding="utf-8")
        became = try_one(work, base, path, made.lines)
        (work / path).write_text(source, encoding="utf-8")
        yield Tried(became, path, made.function, made.line, made.before, made.after)


def try_one(work: Path, base: trying.Baseline, path: str, lines: tuple[int, int]) -> str:
    """The outcome of the mutant that lies in the copy."""
    running = base.running(path, range(lines[0], lines[1] + 1))
    others = sorted(t for t, s in base.seconds.items() if t not in set(running) and s < SHORT_SECONDS)
    first = [test for test in running if test.partition("::")[0] == running[0].partition("::")[0]]
    for tests in (first, running[len(first) :], others):  # few files are collected in less time than many
        became = trying.outcome(work, tests, base.seconds)
        if became != "survived":
            return became
    return "survived"


def merged(before: Sequence[Tried], tried: Sequence[Tried], *, again: bool) -> list[Tried]:
    """What was tried, with the reasons that are known; with ``again``, put into what was tried before."""
    reasons = {one.name: one.reason for one in before}
    now = [
        replace(one, reason=reasons.get(one.name, "") if one.outcome == "survived" else "") for one in tried
    ]
    if not again:
        return now
    new = {one.name: one for one in now}
    return [new.get(one.name, one) for one in before]


def read(path: Path) -> list[Tried]:
    """The table of an earlier run."""
    rows = csv.DictReader(line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return [Tried(**{**row, "line": int(row["line"])}) for row in rows]  # type: ignore[arg-type]


def table(tried: Sequence[Tried], possible: int, seed: int, minutes: float) -> str:
    """The table: the command and the counts, then survivors, then the others."""
    outcomes = Counter(one.outcome for one in tried)
    counts = ", ".join(f"{outcomes[name]} {name}" for name in ("killed", "limit", "survived"))
    text = io.StringIO()
    text.write(
        f"# python scripts/mutate.py --minutes {minutes:g} --seed {seed} --out docs/results/mutation.csv\n"
    )
    text.write(f"# {len(tried)} of {possible} possible mutants: {counts}\n")
    writer = csv.DictWriter(text, [field.name for field in fields(Tried)], lineterminator="\n")
    writer.writeheader()
    order = {"survived": 0, "limit": 1, "killed": 2}
    writer.writerows(map(asdict, sorted(tried, key=lambda one: (order[one.outcome], one.file, one.line))))
    return text.getvalue()


if __name__ == "__main__":
    sys.exit(main())
