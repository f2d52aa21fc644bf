"""Words of a design under a stimulus, each evaluated once and only where an output needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from fpgajet.rtl.readback.hierarchy import Given, Hierarchy, Inside, NotRead, Path, Source
from fpgajet.rtl.readback.modules import Bit
from fpgajet.rtl.readback.operations import Operation
from fpgajet.rtl.readback.vectors import Numbers, Word, WordBit

#: Meaning of a module that is taken as one cell: parameters and input bits to its word.
Meaning = Callable[[Numbers, Mapping[str, int], Mapping[str, list[WordBit]]], Word]
#: Cells one after the other may be many.
DEPTH = 100_000


@dataclass
class Machine:
    """Evaluates a design.

    Args:
        hierarchy: the design.
        numbers: makes nodes.
        given: words of the inputs, by port and place of a bit.
        meanings: of the modules that the hierarchy takes as one cell.
    """

    hierarchy: Hierarchy
    numbers: Numbers
    given: Mapping[Given, WordBit]
    meanings: Mapping[str, Meaning]
    _words: dict[tuple[Path, str, str, int], Word] = field(default_factory=dict)

    def output(self, port: str, time: int) -> list[WordBit]:
        """Bits of an output of the design at a time.

        Raises:
            NotRead: it depends on something unknown, or on a cell without a meaning.
        """
        module = self.hierarchy.module(())
        with _deep():
            return self._bits((), module.outputs[port], time)

    def net(self, name: str, time: int) -> list[WordBit]:
        """Bits of a named signal of the top module, as :meth:`output`."""
        with _deep():
            return self._bits((), self.hierarchy.module(()).nets[name], time)

    def _bits(self, path: Path, bits: tuple[Bit, ...], time: int) -> list[WordBit]:
        return [self._bit(self.hierarchy.source(path, bit, time), path) for bit in bits]

    def _bit(self, source: Source, path: Path) -> WordBit:
        if source is None:
            where = "/".join(path) or self.hierarchy.top
            raise NotRead(f"a signal of {where} depends on other jets, on a reset or on the state before")
        if isinstance(source, int):
            return source
        if isinstance(source, Given):
            return self.given[source]
        assert not isinstance(source, Inside)
        key = (source.path, source.cell, source.port, source.time)
        if key not in self._words:
            self._words[key] = self._word(*key)
        return self._words[key], source.place

    def _word(self, path: Path, label: str, port: str, time: int) -> Word:
        cell = self.hierarchy.cell(path, label)
        module = self.hierarchy.modules.get(cell.kind)
        inputs = [p for p in cell.ports if p != port] if module is None else list(module.inputs)
        given = {p: self._bits(path, cell.ports[p], time) for p in inputs}
        if module is not None:
            return self.meanings[module.origin](self.numbers, module.parameters, given)
        return Operation(self.numbers, cell, given).word()


@contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(DEPTH)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
