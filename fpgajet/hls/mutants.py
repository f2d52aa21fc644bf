"""Projects with one deliberate fault in their C++: what a proof or a comparison has to notice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

#: Sites of one kind of fault: where a file's text matches, and what comes there instead.
_Rule = tuple[str, Callable[[re.Match[str], np.random.Generator], str]]
_TYPE = r"ap_(u?)fixed<(\d+),(-?\d+)((?:,AP_\w+)*)([^>]*)>"


class FileMutant(NamedTuple):
    """A fault in C++ or Verilog: its kind, the file, the line from 1, what stood and stands there, and the new text."""

    kind: str
    file: str
    line: int
    before: str
    after: str
    text: str


def mutants(project: Path, headers: list[str], count: int, seed: int) -> list[FileMutant]:
    """Random faults, the kinds in turn.

    Args:
        project: the correct C++.
        headers: those of ``firmware/nnet_utils`` that the network uses.
        count: how many.
        seed: of the random choice.

    Returns:
        Distinct faults. Some change no output for any input; that is for the proof to show.
    """
    rng = np.random.default_rng(seed)
    firmware = project / "firmware"
    used = [f"nnet_utils/{name}" for name in headers]
    weights = sorted(f"weights/{path.name}" for path in (firmware / "weights").glob("*.h"))
    files = {"code": used, "types": ["defines.h", "parameters.h"], "weights": weights}
    texts = {
        name: (firmware / name).read_text(encoding="utf-8") for names in files.values() for name in names
    }
    sites = {
        kind: [(name, match) for name in files[group] for match in _sites(texts[name], rule[0], group)]
        for kind, (group, rule) in _FAULTS.items()
    }
    found: list[FileMutant] = []
    known: set[str] = set()
    kinds = [kind for kind in _FAULTS if sites[kind]]
    for turn in range(50 * count):
        if len(found) == count:
            break
        kind = kinds[turn % len(kinds)]
        name, match = sites[kind][int(rng.integers(len(sites[kind])))]
        text, after = texts[name], _FAULTS[kind][1][1](match, rng)
        changed = text[: match.start()] + after + text[match.end() :]
        key = name + changed
        if after == match.group(0) or key in known:
            continue
        known.add(key)
        line = text.count("\n", 0, match.start()) + 1
        found.append(FileMutant(kind, name, line, match.group(0), after, changed))
    return found


def _sites(text: str, pattern: str, group: str) -> Iterator[re.Match[str]]:
    for match in re.finditer(pattern, text):
        start = text.rfind("\n", 0, match.start()) + 1
        line = text[start : text.find("\n", match.start())].strip()
        code = line.split("//")[0]
        skipped = ("#", "template", "static", "typedef", "void", "unsigned", "struct", "using", "namespace")
        if group == "code" and (line.startswith(skipped) or "//" in text[start : match.start()]):
            continue
        if group == "code" and (
            not code.rstrip().endswith((";", "{")) or re.match(r"typename .*\[\w+\];", line)
        ):
            continue
        yield match


def _sign(rng: np.random.Generator) -> int:
    return int(rng.choice([-1, 1]))


def _entry(match: re.Match[str], rng: np.random.Generator) -> str:
    """Another value, by about a part in a hundred or by a bit of it."""
    value = float(match.group(0))
    step = 2.0 ** -len(match.group(0).partition(".")[2].rstrip("0")) if "." in match.group(0) else 1.0
    # Values are written with their exact decimal expansion: n decimals are n bits behind the point.
    return repr(value + _sign(rng) * step)


def _point(match: re.Match[str], rng: np.random.Generator) -> str:
    integer = int(match.group(3)) + _sign(rng)
    return f"ap_{match.group(1)}fixed<{match.group(2)},{integer}{match.group(4)}{match.group(5)}>"


def _narrow(match: re.Match[str], rng: np.random.Generator) -> str:
    """A bit less at the top, or at the bottom."""
    bits, integer = int(match.group(2)), int(match.group(3))
    if bits < 3:
        return match.group(0)
    integer -= int(rng.integers(2))
    return f"ap_{match.group(1)}fixed<{bits - 1},{integer}{match.group(4)}{match.group(5)}>"


def _mode(modes: tuple[str, ...]) -> Callable[[re.Match[str], np.random.Generator], str]:
    def change(match: re.Match[str], rng: np.random.Generator) -> str:
        return str(rng.choice([mode for mode in modes if mode != match.group(0)]))

    return change


def _to(*texts: str) -> Callable[[re.Match[str], np.random.Generator], str]:
    """Another one of these."""

    def change(match: re.Match[str], rng: np.random.Generator) -> str:
        return str(rng.choice([text for text in texts if text != match.group(0)]))

    return change


_FAULTS: dict[str, tuple[str, _Rule]] = {
    "weight or table entry": ("weights", (r"(?<=[{ ])-?\d+(?:\.\d+)?(?=[,}])", _entry)),
    "shift": ("types", (_TYPE, _point)),
    "width": ("types", (_TYPE, _narrow)),
    "rounding": ("types", (r"AP_TRN\b|AP_RND\b|AP_RND_CONV\b", _mode(("AP_TRN", "AP_RND", "AP_RND_CONV")))),
    "saturation": ("types", (r"AP_SAT\b|AP_WRAP\b", _mode(("AP_SAT", "AP_WRAP")))),
    "index": ("code", (r"(?<=[\[ (])[ijcfgq](?=[ \])])(?=[^;]*\])", _to("i", "j", "c", "f", "g", "q"))),
    "constant of an index": ("code", (r"(?<=\[)\d(?=\])|(?<=\+ )\d(?=[,\)\]])", _to("0", "1", "2", "3"))),
    "mask": ("code", (r"&& |\|\| ", _to("&& ", "|| "))),
    "comparison": ("code", (r"(?<= )(?:!=|==|>|<)(?= 0)", _to("!=", "==", ">", "<", ">=", "<="))),
    "sign": ("code", (r"(?<= )[-+](?= [a-z])|[-+](?==)", _to("+", "-"))),
    "operand": (
        "code",
        (r"\b(?:first|second|row|column|forth|back|of_row|of_column)(?=\b)",
         _to("first", "second", "row", "column", "forth", "back", "of_row", "of_column")),
    ),
    "swapped selection": (
        "code",
        (r"select\(([^,()]+(?:\([^()]*\))?[^,()]*), ([^,]+), ([^,]+)\)(?=;)",
         lambda m, _: f"select({m.group(1)}, {m.group(3)}, {m.group(2)})"),
    ),
}  # fmt: skip
