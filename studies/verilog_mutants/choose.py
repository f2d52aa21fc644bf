"""Seeded random mutants of a design's files, the kinds in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from fpgajet.hls.mutants import FileMutant
from studies.verilog_mutants.faults import FAULTS, Text

#: Lines of a module of the library that are its interface, not what it computes.
_INTERFACE = re.compile(
    r"\s*(//|module|endmodule|function|endfunction|genvar|generate|integer|`|\(input|output)"
)


def mutants(texts: Mapping[str, str], seed: int) -> Iterator[FileMutant]:
    """Distinct faults without end; not every one is Verilog.

    Args:
        texts: files by name, as they were written.
        seed: of the random choice.
    """
    rng = np.random.default_rng(seed)
    files = {name: Text.of(text) for name, text in texts.items()}
    known: set[tuple[str, str]] = set()
    fruitless = 0
    while fruitless < 5_000:
        for kind in FAULTS:
            fruitless += 1
            found = _one(kind, files, rng)
            if found is not None and (found.file, found.text) not in known:
                known.add((found.file, found.text))
                fruitless = 0
                yield found


def _one(kind: str, files: Mapping[str, Text], rng: np.random.Generator) -> FileMutant | None:
    fault = FAULTS[kind]
    places = [
        (name, match)
        for name, file in files.items()
        if _place(name) == fault.where
        for match in re.finditer(fault.pattern, file.text)
        if fault.where != "library" or _plain(file.text, match.start())
    ]
    if not places:
        return None
    name, match = places[int(rng.integers(len(places)))]
    file = files[name]
    after = fault.change(match, rng, file)
    if after is None or after == match[0]:
        return None
    text = file.text[: match.start()] + after + file.text[match.end() :]
    if kind == "register more":
        text = _declared(text, match[1], file.widths[match[1]])
    line = file.text.count("\n", 0, match.start()) + 1
    return FileMutant(kind, name, line, match[0], after.replace("\n", " "), text)


def _place(name: str) -> str:
    for where in ("stage", "top"):
        if name.startswith(f"fpgajet_{where}"):
            return where
    return "library"


def _plain(text: str, place: int) -> bool:
    """Whether a place in the library is a statement of the branch that is simulated."""
    start = text.rfind("\n", 0, place) + 1
    line = text[start : text.find("\n", place)]
    inside = text.rfind("`ifdef SYNTHESIS", 0, place)
    hidden = inside >= 0 and not re.search("`else|`endif", text[inside:place])
    comment = "//" in text[start:place]
    return not (hidden or comment or _INTERFACE.match(line))


def _declared(text: str, register: str, width: int) -> str:
    return re.sub(
        rf"(  reg \[\d+:0\] {register};)", rf"\1\n  reg [{width - 1}:0] late_{register};", text, count=1
    )
