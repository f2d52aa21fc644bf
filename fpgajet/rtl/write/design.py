"""A design on disk: its files, and what is known exactly about it before any tool has run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from fpgajet.devices.clocks import HIGHEST_MHZ, LOWEST_MHZ
from fpgajet.files import sha256, write_errors, write_json, write_text
from fpgajet.files.checked import read_checked
from fpgajet.rtl.ir.cell import Format
from fpgajet.rtl.ir.cells import DSP_KINDS
from fpgajet.rtl.ir.netlist import Netlist
from fpgajet.rtl.ir.sharing import MOST_II
from fpgajet.rtl.schedule.pipeline import Schedule
from fpgajet.rtl.schedule.registers import count_registers
from fpgajet.rtl.write import verilog, vhdl

DESIGN_FILE = "design.json"
#: What simulation and synthesis of the design found; written last by :func:`fpgajet.rtl.build.build`.
RESULT_FILE = "rtl.json"
VHDL = "vhdl"
LIBRARY = Path(__file__).with_name("library")


#: Names of files, not paths: they are read, and handed to tools.
_File = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+\.(v|vhd)$")]
_Written = Annotated[str, Field(pattern=r"^(vhdl/)?[A-Za-z0-9_]+\.(v|vhd)$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0, le=10**9)]
_Format = tuple[bool, Annotated[int, Field(ge=0, le=4096)], Annotated[int, Field(ge=-4096, le=4096)]]


class _Facts(BaseModel):
    """``design.json``: what a reader of a foreign directory can rely on."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    sources: tuple[_File, ...] = Field(min_length=1)
    latency_cycles: _Count
    ii: int = Field(ge=1, le=MOST_II)
    clock_mhz: float = Field(ge=LOWEST_MHZ, le=HIGHEST_MHZ)
    part: str
    registers: _Count
    dsp: _Count
    slowest_stage_ns: float = Field(ge=0)
    jet: tuple[_Format, ...] = Field(min_length=1)
    score: tuple[_Format, ...] = Field(min_length=1)
    vhdl: tuple[_File, ...] = ()
    threshold: int | None = Field(None, ge=-(1 << 63), lt=1 << 63)
    sha256: dict[_Written, _Digest] = Field(default_factory=dict)


@dataclass(frozen=True)
class RtlDesign:
    """Verilog on disk, with what is known exactly about it before any tool has run.

    Attributes:
        directory: holds ``sources`` and ``design.json``.
        sources: file names, ``fpgajet_top.v`` first.
        latency_cycles: clock edges from a jet at the input to its score at the output.
        ii: least number of clocks between jets.
        clock_mhz: the clock that registers were placed for.
        part: the part it was built for.
        registers: flip-flops between the stages and in the valid bits, see :mod:`fpgajet.rtl.schedule.registers`.
        dsp: DSP blocks.
        jet: format of every input in the order of the bus, lowest bits first.
        score: format of every output.
        vhdl: names of the files in the folder ``vhdl`` in the order of analysis, none if it was not asked for.
        threshold: of the bit ``decision``, None without that bit.
        sha256: of every file that was written, by its name in ``directory``; empty if an older version wrote it.
    """

    directory: Path
    sources: tuple[str, ...]
    latency_cycles: int
    ii: int
    clock_mhz: float
    part: str
    registers: int
    dsp: int
    slowest_stage_ns: float
    jet: tuple[Format, ...]
    score: tuple[Format, ...]
    vhdl: tuple[str, ...] = ()
    threshold: int | None = None
    sha256: dict[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def read(cls, directory: Path) -> RtlDesign:
        """Read a design back from its directory.

        Raises:
            BadInput: there is no design in it.
        """
        facts: dict[str, Any] = dict(read_checked(directory / DESIGN_FILE, _Facts))
        facts |= {key: tuple(Format(*f) for f in facts[key]) for key in ("jet", "score")}
        return cls(directory=directory, **facts)

    @property
    def stages(self) -> list[str]:
        """Names of the files of the pipeline stages, which have one module each."""
        return [name for name in self.sources if re.fullmatch(r"fpgajet_stage_\d+\.v", name)]

    def changed(self) -> list[str]:
        """Names of the files that are not as they were written, and of Verilog that was not written."""
        known = self.sha256 or dict.fromkeys(self.sources, "")
        wrong = {
            name
            for name, digest in self.sha256.items()
            if not (self.directory / name).is_file() or sha256(self.directory / name) != digest
        }
        return sorted(wrong | ({path.name for path in self.directory.glob("*.v")} - known.keys()))


def write_design(
    netlist: Netlist,
    schedule: Schedule,
    out_dir: Path,
    clock_mhz: float,
    part: str,
    title: str,
    *,
    with_vhdl: bool = False,
    threshold: int | None = None,
) -> RtlDesign:
    """Write the Verilog of a scheduled netlist, and with ``with_vhdl`` its VHDL too.

    With a ``threshold`` there is a bit ``decision`` beside the score.
    """
    texts = verilog.sources(netlist, schedule, title, threshold) | {
        path.name: path.read_text(encoding="utf-8") for path in sorted(LIBRARY.glob("*.v"))
    }
    vhdl_texts = vhdl.files(netlist, schedule, title, LIBRARY, threshold) if with_vhdl else {}
    written = texts | {f"{VHDL}/{name}": text for name, text in vhdl_texts.items()}
    # What was found out about another design must not stand beside this one, should this run end early.
    _remove_stale(out_dir, written)
    for file, text in written.items():
        write_text(out_dir / file, text)
    design = RtlDesign(
        out_dir,
        tuple(texts),
        schedule.stages,
        schedule.sharing.ii,
        clock_mhz,
        part,
        count_registers(netlist, schedule),
        sum(
            isinstance(cell, DSP_KINDS) and schedule.sharing.leader[n] == n
            for n, cell in enumerate(netlist.cells)
        ),
        round(schedule.longest_ns, 3),
        netlist.inputs,
        tuple(netlist.cells[n].format for n in netlist.outputs),
        tuple(vhdl_texts),
        threshold,
        {name: hashlib.sha256(text.encode()).hexdigest() for name, text in written.items()},
    )
    facts = {key: value for key, value in asdict(design).items() if key != "directory"}
    if threshold is None:
        del facts["threshold"]
    write_json(out_dir / DESIGN_FILE, facts)
    return design


def _remove_stale(out_dir: Path, kept: Collection[str]) -> None:
    """Remove what is known of an earlier design, and its files that this one has not."""
    stale = [*out_dir.glob("fpgajet_stage_*.v"), *(out_dir / VHDL).glob("fpgajet_*.vhd")]
    with write_errors(out_dir):
        for path in [out_dir / DESIGN_FILE, out_dir / RESULT_FILE, *stale]:
            if str(path.relative_to(out_dir)) not in kept:
                path.unlink(missing_ok=True)
        if (out_dir / VHDL).is_dir() and not any((out_dir / VHDL).iterdir()):
            (out_dir / VHDL).rmdir()
