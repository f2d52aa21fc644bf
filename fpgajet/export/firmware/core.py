"""The sources of a tagger under names of their own, so that two of them live in one firmware."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from fpgajet.errors import BadInput
from fpgajet.files import write_text
from fpgajet.rtl.write.design import VHDL, RtlDesign

#: Every module, entity and package of a design begins with this.
_OURS = re.compile(r"\bfpgajet_(\w+)")
#: File names that :class:`RtlDesign` may list: a file from a build directory leads nowhere else.
_FILE = re.compile(r"fpgajet_[a-z0-9_]+\.(v|vhd)")


@dataclass(frozen=True)
class Core:
    """Sources of a tagger in an export; the module ``NAME_core`` has the ports of ``fpgajet_top``.

    Attributes:
        name: what all names begin with.
        folder: of the export. verilog, vhdl: files relative to it, in the order of analysis.
        design: what is known of it.
        front: of the front end, whose module is ``NAME_front_core``, where one works on every word before the tagger.
    """

    name: str
    folder: Path
    verilog: tuple[str, ...]
    vhdl: tuple[str, ...]
    design: RtlDesign
    front: RtlDesign | None = None

    @property
    def latency_cycles(self) -> int:
        """Clocks of the tagger, of both halves where its front end stands by itself."""
        return self.design.latency_cycles + (self.front.latency_cycles if self.front else 0)

    @property
    def bits_in(self) -> int:
        """Width of ``jet``."""
        return sum(shape.width for shape in self.design.jet)

    @property
    def bits_out(self) -> int:
        """Width of ``score``."""
        return sum(shape.width for shape in self.design.score)


def copy_halves(front: RtlDesign, rest: RtlDesign, folder: Path, name: str, verilog: str = "verilog") -> Core:
    """As :func:`copy_core`, of a tagger whose front end stands by itself.

    Raises:
        BadInput, CannotWrite: see :func:`copy_core`.
    """
    core, before = (
        copy_core(half, folder, called, verilog) for half, called in ((rest, name), (front, f"{name}_front"))
    )
    return replace(core, verilog=(*core.verilog, *before.verilog), front=front)


def copy_core(design: RtlDesign, folder: Path, name: str, verilog: str = "verilog") -> Core:
    """Write the sources of a design, ``fpgajet_`` at the beginning of names replaced by the export's name.

    Args:
        verilog: folder within the export for the Verilog.

    Raises:
        BadInput: a source is missing, or no file of the design.
        CannotWrite: the folder cannot be written.
    """
    files = tuple(f"{verilog}/{_copy(design.directory, s, folder / verilog, name)}" for s in design.sources)
    vhdl = tuple(_copy(design.directory / VHDL, source, folder / VHDL, name) for source in design.vhdl)
    return Core(name, folder, files, tuple(f"{VHDL}/{f}" for f in vhdl), design)


def _copy(directory: Path, source: str, folder: Path, name: str) -> str:
    if not _FILE.fullmatch(source):
        raise BadInput(
            f"{directory} lists {source!r}, which is no file that fpgajet writes. Run `fpgajet rtl` again."
        )
    try:
        text = (directory / source).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"{directory / source} cannot be read ({error}). Run `fpgajet rtl` again.") from error
    written = renamed(source, name)
    write_text(folder / written, renamed(text, name))
    return written


def renamed(text: str, name: str) -> str:
    """A text with the names of our modules under the export's name."""
    return _OURS.sub(lambda found: f"{name}_{'core' if found[1] == 'top' else found[1]}", text)
