"""Kinds of faults in the text of generated Verilog: each is a pattern, and what may stand in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Text:
    """A file that is changed: its text, and the widths of its signals."""

    text: str
    widths: Mapping[str, int]

    @classmethod
    def of(cls, text: str) -> Text:
        declared = re.findall(r"(?:wire|reg|input|output) \[(\d+):0\] (\w+)", text)
        return cls(text, {name: int(high) + 1 for high, name in declared})

    def like(self, name: str, pattern: str) -> list[str]:
        """Other signals of the width of one, with names that match."""
        width = self.widths.get(name)
        return [n for n, w in self.widths.items() if w == width and n != name and re.fullmatch(pattern, n)]


#: What stands in the place of a match; None where this one cannot be changed.
Change = Callable[[re.Match[str], np.random.Generator, Text], str | None]


class Fault(NamedTuple):
    """Files (stage, top, library), pattern and change."""

    where: str
    pattern: str
    change: Change


def _weight(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """A term of a sum times two, or half of it: `{2'h0, x[9:0], 1'h0}` one place to a side."""
    above, name, high, low, below = int(m[1]), m[2], int(m[3]), int(m[4]), int(m[5] or 0)
    if rng.random() < 0.5 and above > 1:
        return f"{{{above - 1}'h0, {name}[{high}:{low}], {below + 1}'h0}}"
    if below > 0:
        less = f", {below - 1}'h0" if below > 1 else ""
        return f"{{{above + 1}'h0, {name}[{high}:{low}]{less}}}"
    return f"{{{above + 1}'h0, {name}[{high}:{low + 1}]}}" if high > low + 1 else None


def _constant(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    width, value = int(m[1]), int(m[2], 16)
    return f"{width}'h{value ^ 1 << int(rng.integers(width)):x}"


def _entry(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """One bit of a table."""
    width = int(m[2])
    return f"{m[1]}{width}'h{int(m[3], 16) ^ 1 << int(rng.integers(width)):x}"


def _rounding(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """Half a unit twice as large, half as large, or absent."""
    width, value = int(m[1]), int(m[2], 16)
    if value < 2 or value & (value - 1):
        return None
    return f"{width}'h{[value << 1, value >> 1, 0][int(rng.integers(3))] & ((1 << width) - 1):x}"


def _part(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    by, name = int(rng.choice([-1, 1])), m[1]
    high, low = int(m[2]) + by, int(m[3]) + by
    return f"{name}[{high}:{low}]" if low >= 0 and high < text.widths.get(name, 0) else None


def _width(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """The highest bit lost."""
    name, high, low = m[1], int(m[2]), int(m[3])
    return f"{{1'b0, {name}[{high - 1}:{low}]}}" if high > low else None


def _extension(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """Zeros instead of the sign."""
    return f"{{{m[1]}{{1'b0}}}}"


def _index(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    place = int(m[2]) + int(rng.choice([-1, 1]))
    return f"{m[1]}[{place}]" if 0 <= place < text.widths.get(m[1], 0) else None


def _limit(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """A control with another role."""
    roles = [int(m[k]) for k in (2, 3, 4)]
    taken, given = rng.choice(3, 2, replace=False)
    if not roles[taken]:
        return None
    roles[taken] -= 1
    roles[given] += 1
    return f"fpgajet_limit #({m[1]}, {roles[0]}, {roles[1]}, {roles[2]})"


def _operand(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """Another signal of the same width."""
    others = text.like(m[2], r"v\d+")
    declared = {n: text.text.find(f"] {n}") for n in others}
    earlier = [n for n in others if declared[n] < text.text.find(f"] {m[2]}") or declared[n] < 0]
    return m[1] + str(rng.choice(earlier)) if earlier else None


def _swapped(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    return f"{m[1]} ({m[3]}, {m[2]}," if m[2] != m[3] else None


def _toggled(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    flags = [int(m[2]), int(m[3])]
    which = int(rng.integers(2))
    flags[which] = 1 - flags[which]
    return f"fpgajet_ternary #({m[1]}, {flags[0]}, {flags[1]})"


def _mac_sign(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    pre, sign = int(m[2]), int(m[3])
    return f"{m[1]}{-pre}, {sign}," if rng.random() < 0.5 else f"{m[1]}{pre}, {-sign},"


def _operator(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    other = {"+": "-", "-": "+", "&": "|", "|": "&", "^": "|"}
    return f" {other[m[1]]} "


def _slot(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    return f"slot[{m[1]}] ? {m[2]}_{int(m[3]) - 1} :"


def _less(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """A register less: what the register before it takes."""
    before = re.search(rf"\b{m[2]} <= (\w+);", text.text)
    return f"{m[1]} <= {before[1]};" if before else None


def _more(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """One register more."""
    return f"late_{m[1]} <= {m[2]};\n    {m[1]} <= late_{m[1]};" if m[1] in text.widths else None


def _source(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """A register takes another signal of its width and stage."""
    others = text.like(m[2], rf"{m[2].split('_')[0]}_\d+")
    return f"{m[1]} <= {rng.choice(others)};" if others else None


def _pin(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    others = text.like(m[2], rf"{m[2].split('_')[0]}_\d+")
    return f".{m[1]}({rng.choice(others)})" if others else None


def _arrival(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    """A register that holds takes its value one clock later, or always."""
    return [f"if (valid[{int(m[1]) + 1}]) {m[2]}", m[2]][int(rng.integers(2))]


def _valid(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    changes = ["1'b0 ?", "~rst ?", "rst & valid[0] ?", "rst & ~valid[1] ?", "valid_in ?"]
    return str(rng.choice(changes))


def _valid_in(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    return str(rng.choice([", ~valid_in}", ", valid_in & ~valid[0]}", ", valid_in | valid[2]}", ", 1'b1}"]))


def _port(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    by = int(rng.choice([-1, 1]))
    high, low = int(m[1]) + by, int(m[2]) + by
    return f"jet[{high}:{low}]" if low >= 0 and high < text.widths["jet"] else None


def _token(m: re.Match[str], rng: np.random.Generator, text: Text) -> str | None:
    others = {
        "+": "-", "-": "+", "*": "+", "&": "|", "|": "&", "^": "&", "<": ">", "~": "",
        "==": "!=", ">=": ">", "a": "b", "b": "a", "d": "a", "z": "w", "w": "z", "p": "q", "q": "p", "x": "y", "y": "x",
        "0": "1", "1": "0", "SA": "SB", "SB": "SA", "NB": "NC", "NC": "NB", "INIT0": "INIT1", "INIT1": "INIT0",
        "OVERS": "GATES", "GATES": "KILLS", "W": "(W-1)", "WP": "(WP-1)", "48": "40", "27": "20", "26": "25",
    }  # fmt: skip
    return others.get(m[0])


FAULTS: dict[str, Fault] = {
    "weight": Fault("stage", r"\{(\d+)'h0, (v\d+)\[(\d+):(\d+)\](?:, (\d+)'h0)?\}", _weight),
    "constant": Fault("stage", r"(?<![\w#(] )\b(\d+)'h([0-9a-f]+)\b", _constant),
    "table entry": Fault("stage", r"(fpgajet_rom2? #\(\d+, (?:\d+'h[0-9a-f]+, )?)(\d+)'h([0-9a-f]+)", _entry),
    "rounding": Fault("stage", r"\b(\d+)'h([1-9a-f][0-9a-f]*)\b", _rounding),
    "shift": Fault("stage", r"(v\d+)\[(\d+):(\d+)\]", _part),
    "width": Fault("stage", r"(v\d+)\[(\d+):(\d+)\]", _width),
    "sign extension": Fault("stage", r"\{(\d+)\{(v\d+)\[(\d+)\]\}\}", _extension),
    "index": Fault("stage", r"(v\d+)\[(\d+)\](?!\})", _index),
    "saturation or mask": Fault("stage", r"fpgajet_limit #\((\d+), (\d+), (\d+), (\d+)\)", _limit),
    "operand": Fault("stage", r"([ ({])(v\d+)(?=\[|,)", _operand),
    "swapped operands": Fault("stage", r"\b([ptx]\d+) \(([^{},]+), ([^{},]+),", _swapped),
    "inverted carry": Fault("stage", r"fpgajet_ternary #\((\d+), ([01]), ([01])\)", _toggled),
    "sign": Fault("stage", r"(fpgajet_mac #\((?:\d+, ){6})(-?1), (-?1),", _mac_sign),
    "operator": Fault("stage", r"(?<=[\])}]) ([+\-&|^]) ", _operator),
    "slot": Fault("stage", r"slot\[(\d)\] \? (c\d+)_(\d) :", _slot),
    "register less": Fault("top", r"(r\d+_\d+) <= (r\d+_\d+);", _less),
    "register more": Fault("top", r"(r\d+_\d+) <= ([ro]\d+_\d+);", _more),
    "register's source": Fault("top", r"(r\d+_\d+) <= ([ro]\d+_\d+);", _source),
    "pin": Fault("top", r"\.(v\d+)\((r\d+_\d+)\)", _pin),
    "hold": Fault("top", r"if \(valid\[(\d+)\]\) (r\d+_\d+ <= \w+;)", _arrival),
    "reset": Fault("top", r"rst \?", _valid),
    "valid bit": Fault("top", r", valid_in\}", _valid_in),
    "input": Fault("top", r"jet\[(\d+):(\d+)\]", _port),
    "library": Fault("library", r"==|>=|\b[A-Z]\w*\b|\b[abdzwpqxy]\b|(?<!\w)\d+\b(?!')|[+\-*&|^<~]", _token),
}  # fmt: skip
