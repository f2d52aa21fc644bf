"""Our netlist: what alkaid traced, as cells with exact integer meaning, ready for DSPs, stages and Verilog.

alkaid stops at one combinational program without multiplier blocks; the passes work on this form instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fpgajet.rtl.ir.cells import Cell, Format, Input


@dataclass(frozen=True)
class Netlist:
    """Cells in an order in which they can be computed; ``outputs`` are cells in the output's format.

    Attributes:
        cells: the circuit.
        inputs: format of each input.
        outputs: cell number of each output.
        tables: entries of the look-up tables by the unsigned bits of their address.
    """

    cells: tuple[Cell, ...]
    inputs: tuple[Format, ...]
    outputs: tuple[int, ...]
    tables: tuple[tuple[int, ...], ...] = ()

    def uses(self) -> list[list[int]]:
        """For every cell, the cells that read it."""
        users: list[list[int]] = [[] for _ in self.cells]
        for number, cell in enumerate(self.cells):
            for arg in cell.args:
                users[arg].append(number)
        return users

    def pruned(self) -> Netlist:
        """Without cells that no output needs; inputs stay."""
        needed = [isinstance(cell, Input) for cell in self.cells]
        for number in self.outputs:
            needed[number] = True
        for number in range(len(self.cells) - 1, -1, -1):
            if needed[number]:
                for arg in self.cells[number].args:
                    needed[arg] = True
        renumbered: list[int] = (np.cumsum(needed) - 1).tolist()
        cells = tuple(cell.moved(renumbered) for cell, keep in zip(self.cells, needed, strict=True) if keep)
        return Netlist(cells, self.inputs, tuple(renumbered[n] for n in self.outputs), self.tables)
