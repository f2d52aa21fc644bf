"""Check proofs that ``fpgajet prove --keep FOLDER`` leaves, without fpgajet: integers, polynomials and enumeration.

    python scripts/check_proof.py FOLDER

A file holds the operations of an operator and of an implementation of it, over common inputs. What they mean is below.
Every pair of outputs must have one polynomial, or agree for all values of the inputs that it reads.
"""

# mypy: ignore-errors
# Without types, so that it is read in one go.

import json
import sys
from math import prod
from pathlib import Path

import numpy as np

MOST_VALUES, CHUNK = 1 << 22, 1 << 18


def requantised(x, fraction, to):
    """The raw value of a type, of a raw value with ``fraction`` fraction bits: round, then limit."""
    signed, bits, shift = to["signed"], to["bits"], fraction - to["fraction"]
    if shift <= 0:
        x = x << -shift
    else:
        odd = (
            x >> shift
        ) & 1  # ties: FLOOR cuts, HALF_UP adds a half, HALF_EVEN less where the result is even
        half = {"FLOOR": 0, "HALF_UP": 1 << shift - 1, "HALF_EVEN": (1 << shift - 1) - 1 + odd}
        x = (x + half[to["rounding"]]) >> shift
    high = (1 << bits - signed) - 1
    low = -high - (to["overflow"] != "SAT_SYM") if signed else 0
    if to["overflow"] != "WRAP":
        return np.clip(x, low, high)
    x = x & ((1 << bits) - 1)
    return x - ((x >> bits - 1) << bits) if signed else x


RULES = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "shift": lambda x, by: x << by,
    "quantise": requantised,
    "clip": np.clip,
    "relu": lambda x: np.maximum(x, 0),
    "abs": np.abs,
    "nonzero": lambda x: (x != 0) * 1,
    "gate": lambda x, bit: x * bit,
    "less": lambda x, y: (x < y) * 1,
    "select": lambda bit, x, y: np.where(bit != 0, x, y),
    "lookup": lambda x, *entries: np.array(entries)[x],
}


def inside(ends, to):
    """Whether a range is within a type."""
    full = 1 << to["bits"] - to["signed"]
    return -full * to["signed"] + (to["overflow"] == "SAT_SYM") <= ends[0] and ends[1] < full


def interval(op, ends, numbers):  # noqa: PLR0911 - a row per operation
    """Range of a result from the ranges of its operands, in exact integers."""
    (a, b), *rest = ends or [(0, 0)]
    if op in ("add", "subtract"):
        c, d = rest[0] if op == "add" else (-rest[0][1], -rest[0][0])
        return a + c, b + d
    if op in ("multiply", "gate"):
        corners = [x * y for x in (a, b) for y in rest[0]]
        return min(corners), max(corners)
    if op == "select":
        return min(rest[0][0], rest[1][0]), max(rest[0][1], rest[1][1])
    if op == "lookup":
        assert 0 <= a <= b < len(numbers), "an address leaves its table"
        return min(numbers[a : b + 1]), max(numbers[a : b + 1])
    if op == "abs":
        return max(a, -b, 0), max(-a, b)
    if op in ("nonzero", "less"):
        return 0, 1
    if op == "quantise" and numbers[1]["overflow"] == "WRAP":
        wide = dict(numbers[1], bits=200, signed=1)
        low, high = int(requantised(a, numbers[0], wide)), int(requantised(b, numbers[0], wide))
        full = 1 << numbers[1]["bits"] - numbers[1]["signed"]
        return (low, high) if inside((low, high), numbers[1]) else (-full * numbers[1]["signed"], full - 1)
    return tuple(int(RULES[op](end, *numbers)) for end in (a, b))


class Checker:
    """One file. With ``by_floors`` a rounding down is a sum of floors, else it is one atom."""

    def __init__(self, proof, by_floors=False):
        self.nodes, self.ranges, self.forms, self.by_floors = proof["nodes"], [], {}, by_floors
        self.atoms, self.floors, self.bits, self.shapes, self.known, self.limits = {}, {}, set(), {}, {}, {}
        for place, (op, arguments, numbers) in enumerate(self.nodes):
            assert all(a < place for a in arguments)
            fixed = {"input": numbers[1:], "constant": numbers * 2}.get(op)
            self.ranges.append(tuple(fixed or interval(op, [self.ranges[a] for a in arguments], numbers)))
            if op in ("gate", "select"):
                low, high = self.ranges[arguments[op == "gate"]]
                assert 0 <= low <= high <= 1, "a gate or selection by no bit"

    def needed(self, *wanted):
        """Places of nodes and of all that they read, in order."""
        found, open_nodes = set(), list(wanted)
        while open_nodes:
            n = open_nodes.pop()
            if n not in found:
                found.add(n)
                open_nodes += self.nodes[n][1]
        return sorted(found)

    def same_form(self, a, b):
        """Whether both have one polynomial."""
        for n in self.needed(a, b):
            if n not in self.forms:
                self.forms[n] = self.form(*self.nodes[n], self.ranges[n])
        return self.forms[a] == self.forms[b]

    def form(self, op, arguments, numbers, ends):  # noqa: PLR0911 - a row per operation
        """A polynomial {monomial: coefficient} in atoms: inputs, and results of what is no polynomial."""
        x = [self.forms[a] for a in arguments]
        if ends[0] == ends[1]:
            return {(): ends[0]} if ends[0] else {}
        if op in ("add", "subtract"):
            return self.sum(x[0], x[1], 1 if op == "add" else -1)
        if op == "shift":
            return {m: c << numbers[0] for m, c in x[0].items()}
        if op in ("multiply", "gate"):
            return self.product(x[0], x[1])
        if op == "select":
            for p, other, sign in ((x[1], x[2], -1), (x[2], x[1], 1)):  # max(p, 0)
                negative = ("less", str(sorted((m, sign * c) for m, c in p.items())), "[]")
                if not other and negative in self.atoms and x[0] == {(self.atoms[negative],): 1}:
                    return self.atom("relu", p, [], ends)
            less = ("less", str(sorted(x[2].items())), "[]")  # -p where p < 0, else p
            if x[1] == self.sum({}, x[2], -1) and x[0] == {(self.atoms.get(less),): 1}:
                return self.atom("abs", x[2], [], interval("abs", [self.ranges[arguments[2]]], []))
            return self.sum(x[2], self.product(x[0], self.sum(x[1], x[2], -1)), 1)
        if op == "less":
            return self.atom("less", self.sum(x[0], x[1], -1), [], ends)
        if op == "quantise" and (cut := self.cut(x[0], numbers, self.ranges[arguments[0]])) is not None:
            return cut
        if op == "quantise":  # of 2 x with one fraction bit more: the same
            while all(c % 2 == 0 for c in x[0].values()):
                x, numbers = [{m: c // 2 for m, c in x[0].items()}], [numbers[0] - 1, numbers[1]]
        return self.atom(op, x[0] if x else {}, numbers, ends)

    def cut(self, p, numbers, ends):
        """Bits of a number by floors alone: x mod 2^k = x - 2^k floor(x / 2^k); None if it is rounded or limited."""
        fraction, to = numbers
        shift, full = fraction - to["fraction"], 1 << to["bits"]
        if not self.by_floors or to["rounding"] != "FLOOR" or shift < 0:
            return None
        known = [self.limits.get(m[0]) for m, c in p.items() if len(p) == len(m) == c == 1]
        ends = known[0] if known and known[0] else ends
        x, ends = self.floor(p, shift), (ends[0] >> shift, ends[1] >> shift)
        if inside(ends, to) or to["overflow"] != "WRAP":
            return x if inside(ends, to) else None
        half = {(): full >> 1} if to["signed"] else {}
        return self.sum(x, self.floor(self.sum(x, half, 1), to["bits"]), -full)

    def floor(self, p, shift):
        """floor(p / 2^shift): multiples of 2^shift go out, and a floor inside is one with the outer."""
        whole = {m: c >> shift for m, c in p.items() if c >> shift}
        rest = {m: c % (1 << shift) for m, c in p.items() if c % (1 << shift)}
        while shift and rest and all(c % 2 == 0 for c in rest.values()):
            rest, shift = {m: c // 2 for m, c in rest.items()}, shift - 1
        inner = [m for m, c in rest.items() if c == 1 and m and m[0] in self.floors and len(m) == 1]
        if len(inner) == 1:
            q, by = self.floors[inner[0][0]]
            others = {m: c << by for m, c in rest.items() if m != inner[0]}
            return self.sum(whole, self.floor(self.sum(q, others, 1), shift + by), 1)
        if not rest or not shift:
            return whole
        found = self.atom("floor", rest, [shift], None)
        self.floors[next(iter(found))[0]] = rest, shift
        return self.sum(whole, found, 1)

    def atom(self, op, argument, numbers, ends):
        if op == "abs" and min(argument.items(), default=((), 0))[1] < 0:
            argument = self.sum({}, argument, -1)
        key = (op, str(sorted(argument.items())), json.dumps(numbers))
        number = self.atoms.setdefault(key, len(self.atoms))
        if ends == (0, 1):
            self.bits.add(number)
        self.limits[number] = ends
        return {(number,): 1}

    def sum(self, p, q, factor):
        total = dict(p)
        for m, c in q.items():
            total[m] = total.get(m, 0) + factor * c
        return {m: c for m, c in total.items() if c}

    def product(self, p, q):
        total = {}
        for m, c in p.items():
            for n, d in q.items():
                both = sorted(m + n)  # the square of a bit is the bit
                key = tuple(a for k, a in enumerate(both) if not (k and both[k - 1] == a and a in self.bits))
                total[key] = total.get(key, 0) + c * d
        return {m: c for m, c in total.items() if c}

    def agree(self, a, b, most=MOST_VALUES):
        """Evaluate both for all values of the inputs that they read; None if these are too many."""
        needed, shapes = self.needed(a, b), {}
        inputs = {n: self.ranges[n] for n in needed if self.nodes[n][0] == "input"}
        size = prod(high - low + 1 for low, high in inputs.values())
        if size > most or any(abs(end) >> 62 for n in needed for end in self.ranges[n]):
            return None
        for n in needed:  # functions that differ in the names of their inputs alone are tried once
            op, arguments, numbers = self.nodes[n]
            name = (list(inputs).index(n), self.ranges[n]) if op == "input" else json.dumps(numbers)
            key = (op, tuple(shapes[x] for x in arguments), name)
            shapes[n] = self.shapes.setdefault(key, len(self.shapes))
        key = shapes[a], shapes[b]
        if key not in self.known:
            self.known[key] = all(self.equal(a, b, needed, inputs, k, size) for k in range(0, size, CHUNK))
        return self.known[key]

    def equal(self, a, b, needed, inputs, start, size):
        """The same for some of the values."""
        places, values = np.arange(start, min(start + CHUNK, size)), {}
        for n in needed:
            op, arguments, numbers = self.nodes[n]
            if op == "input":
                low, high = inputs[n]
                values[n], places = places % (high - low + 1) + low, places // (high - low + 1)
            elif op == "constant":
                values[n] = np.array(numbers[0])
            else:
                values[n] = RULES[op](*(values[x] for x in arguments), *numbers)
        return bool((values[a] == values[b]).all())


def main(folder):
    """Check every file; 1 if one is no proof, or there is none."""
    paths, failed = sorted(Path(folder).glob("*.json")), 0
    for path in paths:
        proof = json.loads(path.read_text())
        checker, second = Checker(proof), Checker(proof, True)
        count = {"same": 0, "tried": 0, "polynomials": 0}
        for a, b in proof["outputs"]:
            shown = "same" if a == b else {True: "tried", None: "polynomials"}.get(checker.agree(a, b))
            if shown == "polynomials" and not (checker.same_form(a, b) or second.same_form(a, b)):
                shown = "tried" if checker.agree(a, b, 4 * MOST_VALUES) else None
            if shown is None:
                print(f"{path.name}: {a} = {b} is NOT shown")
                failed = 1
                break
            count[shown] += 1
        else:
            print(f"{path.name}: {len(proof['outputs'])} values equal: {count}")
    return failed or not paths


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
