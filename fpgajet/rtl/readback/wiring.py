"""Every cell of a netlist found in the files: wired as the schedule says, and computing what it should.

For one jet, cell m of the netlist is computed by the signal ``v<l>`` of its stage's module, l the cell in whose
hardware it is, at clock ``stage[m]`` after the jet. Shown is, for every cell:

* **wiring** (:func:`misplaced`): what the module reads for operand a at this clock is the signal of cell a at clock
  ``stage[a]``, followed bit by bit through ports, registers and multiplexers; likewise for the score, ``latency``
  clocks after the jet, and for the numbers of the jet;
* **logic** (:mod:`fpgajet.rtl.readback.logic`): the signal computes the cell from its operands, for all their values.

By induction over the cells the score is that of the netlist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fpgajet.rtl.ir.cells import Constant, Copy, Input
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.readback.circuit import TOP, one_jet
from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, Inside, NotRead, Source
from fpgajet.rtl.readback.modules import Bit, Module
from fpgajet.rtl.schedule.pipeline import Schedule
from fpgajet.rtl.write.expressions import name


@dataclass
class Wiring:
    """A scheduled netlist beside the modules that were written from it."""

    modules: Mapping[str, Module]
    netlist: Netlist
    schedule: Schedule

    def __post_init__(self) -> None:
        stimulus = one_jet(self.schedule.stages, self.schedule.sharing.ii)
        self.hierarchy = Hierarchy(self.modules, TOP, stimulus, enter=False)
        starts, place = [], 0
        for shape in self.netlist.inputs:
            starts.append(place)
            place += shape.width
        self.starts = starts

    def stage(self, number: int) -> Module:
        """The module that computes a cell."""
        label = f"stage_{self.schedule.stage[self.leader(number)]}"
        cells = self.modules[TOP].cells
        if label not in cells or cells[label].kind not in self.modules:
            raise NotRead(f"there is no instance {label}")
        return self.modules[cells[label].kind]

    def leader(self, number: int) -> int:
        return self.schedule.sharing.leader[number]

    def net(self, module: Module, number: int) -> tuple[Bit, ...]:
        """Bits of the signal of a cell inside a module."""
        bits = module.nets.get(name(number), ())
        if len(bits) != self.netlist.cells[number].format.width:
            raise NotRead(f"{module.origin} has no signal {name(number)} of the right width")
        return bits

    def misplaced(self) -> str:
        """The first operand, output or input that is not where it should be; empty if all are."""
        for number in range(len(self.netlist.cells)):
            for problem in self._operands(number):
                return problem
        shown, start = self.modules[TOP].outputs["score"], 0
        if len(shown) != sum(self.netlist.cells[n].format.width for n in self.netlist.outputs):
            return "the port score has another width"
        for number in self.netlist.outputs:
            width = self.netlist.cells[number].format.width
            for place, bit in enumerate(shown[start : start + width]):
                source = self.hierarchy.source((), bit, self.schedule.stages)
                if not self._is_at(source, number, place):
                    return f"bit {start + place} of the score is not bit {place} of {name(number)}"
            start += width
        return ""

    def _operands(self, number: int) -> Iterator[str]:
        """What is wrong with the operands of one cell."""
        cell = self.netlist.cells[number]
        if isinstance(cell, Input | Constant):
            return
        leader, time = self.leader(number), self.schedule.stage[number]
        first = self.netlist.cells[leader]
        module, instance = self.stage(number), f"stage_{self.schedule.stage[leader]}"
        if isinstance(cell, Copy):  # a multiplexer: what it shows at this clock
            pairs = [(leader, cell.a)]
        else:
            pairs = list(zip(first.args, cell.args, strict=True))
            if cell.moved(dict(zip(cell.args, first.args, strict=True))) != first:
                yield f"{name(number)} and {name(leader)} share hardware and differ"
        for shown, wanted in pairs:
            if isinstance(self.netlist.cells[wanted], Constant):
                if self.netlist.cells[wanted] != self.netlist.cells[shown]:
                    yield f"{name(number)} reads another constant than {name(leader)}"
                continue
            if shown == self.leader(wanted) and self._same_stage(number, wanted):
                continue  # a signal of the module itself
            for place, bit in enumerate(self.net(module, shown)):
                if not self._is_at(self.hierarchy.source((instance,), bit, time), wanted, place):
                    yield f"bit {place} of {name(shown)} in {instance} is not that of {name(wanted)}"

    def reaches(self, number: int, other: int) -> bool:
        """Whether the signal of another cell, in the module of a cell, is the other cell's for the same jet."""
        if self.leader(other) == other and self._same_stage(number, other):
            return True
        instance, time = f"stage_{self.schedule.stage[self.leader(number)]}", self.schedule.stage[number]
        return all(
            self._is_at(self.hierarchy.source((instance,), bit, time), other, place)
            for place, bit in enumerate(self.net(self.stage(number), other))
        )

    def _same_stage(self, number: int, other: int) -> bool:
        """Whether two cells are computed in one module at one clock."""
        schedule = self.schedule
        if isinstance(self.netlist.cells[other], Input):
            return False
        modules = [schedule.stage[self.leader(n)] for n in (number, other)]
        return modules[0] == modules[1] and schedule.stage[number] == schedule.stage[other]

    def _is_at(self, source: Source, number: int, place: int) -> bool:
        """Whether a bit comes from where a bit of a cell is computed."""
        cell = self.netlist.cells[number]
        if isinstance(cell, Input):
            return source == Given("jet", self.starts[cell.index] + place)
        if not isinstance(source, Inside):
            return False
        leader = self.leader(number)
        stage = self.schedule.stage
        expected = (f"stage_{stage[leader]}", stage[number])
        if (source.instance, source.time) != expected:
            return False
        return self.net(self.stage(number), leader)[place] == source.bit
