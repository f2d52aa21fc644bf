"""Bits of a clocked design followed to where they are computed, at a given clock.

Time is counted in clock edges. A register shows at time t what it was given at time t - 1, whatever its state before;
so a value is followed through registers by going back in time. A multiplexer whose choice is known, as by a valid bit,
is followed too. What is left are bits of combinational cells, each at a time of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fpgajet.rtl.ir.sharing import MOST_II
from fpgajet.rtl.readback.modules import Bit, Cell, Module

#: What a register held before this time is unknown: a correct design keeps nothing of a jet for so long.
EARLIEST = -2 * MOST_II
#: Instances on the way from the top module.
Path = tuple[str, ...]


class NotRead(ValueError):
    """The Verilog has something whose meaning is not known here; the message says what."""


class Leaf(NamedTuple):
    """A bit that a cell computes: cell, output port and place, at a time."""

    path: Path
    cell: str
    port: str
    time: int
    place: int


class Given(NamedTuple):
    """A bit of an input of the design that has a number: what is to be proved holds for all its values."""

    port: str
    place: int


class Inside(NamedTuple):
    """A bit of an instance in the top module, at a time."""

    instance: str
    bit: Bit
    time: int


#: Where a bit comes from: 0 or 1, unknown (None), an input or a cell; or an instance, where these are not looked into.
Source = int | None | Given | Leaf | Inside
#: What an input bit is at a time: port, place, time.
Stimulus = Callable[[str, int, int], Source]


@dataclass
class Hierarchy:
    """A design under a stimulus.

    Args:
        modules: all of them by name.
        top: name of the top module.
        stimulus: what the inputs show.
        whole: modules (by their name in the file) whose instances are taken as one cell.
        enter: whether instances of the top module are looked into.
        stops: bits of the top module that are inputs, whatever drives them.
    """

    modules: Mapping[str, Module]
    top: str
    stimulus: Stimulus
    whole: Collection[str] = ()
    enter: bool = True
    stops: Mapping[Bit, Given] = field(default_factory=dict)
    _inside: dict[Path, Module] = field(default_factory=dict)
    _ports: dict[str, dict[Bit, tuple[str, int]]] = field(default_factory=dict)
    _known: dict[tuple[Path, Bit, int], Source] = field(default_factory=dict)

    def module(self, path: Path) -> Module:
        """The module of an instance."""
        if path not in self._inside:
            name = self.module(path[:-1]).cells[path[-1]].kind if path else self.top
            self._inside[path] = self.modules[name]
        return self._inside[path]

    def cell(self, path: Path, label: str) -> Cell:
        return self.module(path).cells[label]

    def source(self, path: Path, bit: Bit, time: int) -> Source:
        """Where a bit of an instance comes from.

        Raises:
            NotRead: nothing drives it, or a register of a kind that is not known here.
        """
        first = (path, bit, time)
        if first not in self._known:
            self._known[first] = self._followed(path, bit, time)
        return self._known[first]

    def _followed(  # noqa: PLR0911, PLR0912 - a case per kind of driver
        self, path: Path, bit: Bit, time: int
    ) -> Source:
        while True:
            if isinstance(bit, str):
                return {"0": 0, "1": 1}.get(bit)
            if time < EARLIEST:
                return None
            if not path and bit in self.stops:
                return self.stops[bit]
            if (path, bit, time) in self._known:
                return self._known[path, bit, time]
            module = self.module(path)
            driver = module.drivers.get(bit)
            if driver is None:
                port, place = self._input(module, bit)
                if not path:
                    return self.stimulus(port, place, time)
                path, bit = path[:-1], self.cell(path[:-1], path[-1]).ports[port][place]
                continue
            cell = module.cells[driver.cell]
            if cell.kind == "$dff":
                self._require_clock(path, cell)
                bit, time = cell.ports["D"][driver.place], time - 1
            elif cell.kind == "$mux":
                chosen = self._chosen(path, cell, driver.place, time)
                if isinstance(chosen, Leaf):
                    return Leaf(path, driver.cell, driver.port, time, driver.place)
                if isinstance(chosen, int | None):
                    return chosen
                bit = cell.ports[chosen[0]][driver.place]
            elif not path and not self.enter and cell.kind in self.modules:
                return Inside(driver.cell, self.modules[cell.kind].outputs[driver.port][driver.place], time)
            elif cell.kind in self.modules and self.modules[cell.kind].origin not in self.whole:
                path, bit = (
                    (*path, driver.cell),
                    self.modules[cell.kind].outputs[driver.port][driver.place],
                )
            else:
                return Leaf(path, driver.cell, driver.port, time, driver.place)

    def _chosen(self, path: Path, cell: Cell, place: int, time: int) -> int | Leaf | tuple[str] | None:
        """Port that a multiplexer takes; a constant where both have it; None if unknown; a leaf if it computes."""
        key = self.source(path, cell.ports["S"][0], time)
        if isinstance(key, int):
            return ("B" if key else "A",)
        both = [self.source(path, cell.ports[port][place], time) for port in ("A", "B")]
        if both[0] == both[1] and isinstance(both[0], int):
            return both[0]
        return None if key is None else Leaf(path, "", "", time, place)

    def _input(self, module: Module, bit: Bit) -> tuple[str, int]:
        if module.name not in self._ports:
            self._ports[module.name] = {
                b: (port, place) for port, bits in module.inputs.items() for place, b in enumerate(bits)
            }
        if bit not in self._ports[module.name]:
            raise NotRead(f"a bit of the module {module.origin} is driven by nothing")
        return self._ports[module.name][bit]

    def _require_clock(self, path: Path, cell: Cell) -> None:
        """Every register belongs to the top module and takes its value at the rising edge of ``clk``."""
        clock = self.modules[self.top].inputs.get("clk")
        if path or cell.ports["CLK"] != clock or cell.parameters["CLK_POLARITY"] != 1:
            raise NotRead("a register does not follow the rising edge of clk")
