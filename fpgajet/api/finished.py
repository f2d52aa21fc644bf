"""``fpgajet.prove`` and ``fpgajet.export``: what a finished build is good for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgajet.errors import BadInput, Mismatch, require_extra

if TYPE_CHECKING:
    from fpgajet.pipeline.export_flow import Export
    from fpgajet.pipeline.prove_flow import Outcome
    from fpgajet.pipeline.reporter import Reporter
    from fpgajet.prove.proof import Proof

#: Fewer edge vectors than kinds of them would leave a kind out.
FEWEST_EDGE_VECTORS = 10


@dataclass(frozen=True, repr=False)
class Proved:
    """What the proofs of a build's Verilog and C++ found.

    Attributes:
        directory: the build.
        outcomes: one for the Verilog and one for the C++, as far as they are there, and one for the netlist where
            that was asked for: the proof, and the input that refutes it, if there is one.
    """

    directory: Path
    outcomes: tuple[Outcome, ...]

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Level, reason and size of every proof."""
        return tuple(outcome.proof for outcome in self.outcomes)

    @property
    def level(self) -> str:
        """The weakest: "proved" for all inputs, "proved up to" some operators, "compared only", "refuted" by one."""
        order = ["refuted", "compared only", "proved up to", "proved"]
        return min((str(proof.level) for proof in self.proofs), key=order.index)

    @property
    def sentence(self) -> str:
        """The outcomes in words, one a line."""
        from fpgajet.pipeline.prove_flow import described

        return "\n".join(described(proof) for proof in self.proofs)

    def as_dict(self) -> dict[str, Any]:
        """What ``fpgajet prove --json`` prints."""
        return {"proofs": [proof.document() for proof in self.proofs]}

    def raise_if_refuted(self) -> None:
        """Raise what the command line would exit with.

        Raises:
            Mismatch: an input exists for which Verilog or C++ differs from the reference, or a netlist from its stage.
        """
        from fpgajet.pipeline.prove_flow import described

        found = next((outcome for outcome in self.outcomes if outcome.proof.level == "refuted"), None)
        if found is None:
            return
        if found.raw is None and found.counterexample is None:  # the input of a stage, which the reason names
            raise Mismatch(f"{described(found.proof)}.")
        where = (
            f"the jet in {found.counterexample} (`fpgajet csim --events` takes it)"
            if found.counterexample
            else f"the raw input {found.raw}, which is no physical jet"
        )
        raise Mismatch(f"{described(found.proof)} on {where}.")

    def __repr__(self) -> str:
        return f"<proof of {self.directory}: {self.level}>"

    def _repr_html_(self) -> str:
        """A table of what was proved and how."""
        rows = [
            row
            for proof in self.proofs
            for row in (
                (proof.what, str(proof.level)),
                ("roundings, clips and tables cut", f"{proof.cuts:,}"),
                ("functions enumerated", f"{proof.enumerations:,}"),
                ("values tried in enumerations", f"{proof.assignments:,}"),
                ("time", f"{proof.seconds:.1f} s"),
            )
        ]
        return _facts(f"Proof of {self.directory}", self.sentence, rows)


def prove(
    build_dir: Path | str,
    *,
    reporter: Reporter | None = None,
    trust: bool = False,
    keep: Path | str | None = None,
    netlist: bool = False,
    timeout: float | None = 900.0,
) -> Proved:
    """Prove that Verilog and C++ of a build compute the reference's score for every input.

    >>> proved = prove(build_with_verilog)
    >>> proved.level, proved.proofs[0].cuts > 0
    ('proved', True)

    Args:
        build_dir: made by ``fpgajet build``. Nothing changes there but ``counterexample.npy`` and
            ``counterexample-cpp.npy``, and ``rtl/netlist.json``.
        reporter: hears when the proof begins and ends.
        trust: compile and run C++ that belongs to another user too.
        keep: folder that is made or replaced, for files from which the proof of the C++ can be checked.
        netlist: synthesise every stage with Yosys, and prove the netlist that is counted equal to the Verilog.
        timeout: seconds after which the comparison of Verilog or C++ with the reference is given up; what is not
            proved then has the reason "not decided in N s". None: no limit.

    Raises:
        BadInput: no build, one with neither Verilog nor C++, or one of another user without ``trust``.
        MissingTool: alkaid is not installed, or no compiler. A refuted proof is a result, which
            :meth:`Proved.raise_if_refuted` turns into an error.
    """
    if not (Path(build_dir) / "hls").is_dir():
        require_extra("alkaid")  # only Verilog can be proved there
    from fpgajet.pipeline.prove_command import run_prove

    folder = None if keep is None else Path(keep)
    return Proved(
        Path(build_dir),
        run_prove(Path(build_dir), reporter, trust=trust, keep=folder, netlist=netlist, timeout=timeout),
    )


@dataclass(frozen=True, repr=False)
class Exported:
    """Exports that equal the integer reference on every event that was compared.

    Attributes:
        exports: one for each target: folder, name, events compared, target.
    """

    exports: tuple[Export, ...]

    @property
    def folder(self) -> Path:
        """Where the files of the first target lie."""
        return self.exports[0].folder

    def as_dict(self) -> dict[str, Any]:
        """What ``fpgajet export --json`` prints: one export, or a list called "exports"."""
        documents = [
            {
                "target": one.target,
                "name": one.name,
                "folder": str(one.folder),
                "events_compared": one.events,
                "differences": 0,
            }
            for one in self.exports
        ]
        return documents[0] if len(documents) == 1 else {"exports": documents}

    def __repr__(self) -> str:
        return "\n".join(
            f"<{e.target} {e.name}: {e.folder}, {e.events:,} events equal>" for e in self.exports
        )

    def _repr_html_(self) -> str:
        """A table of the files."""
        rows = []
        for one in self.exports:
            files = sorted(path for path in one.folder.rglob("*") if path.is_file())
            rows += [
                (f"{one.target}: {p.relative_to(one.folder)}", f"{p.stat().st_size:,} bytes") for p in files
            ]
        events = min(one.events for one in self.exports)
        text = f"equal to the integer reference on {events:,} events; in {self.folder}"
        return _facts(self.exports[0].name, text, rows)


def export(
    build_dir: Path | str,
    *,
    target: str | Sequence[str] = "c",
    name: str | None = None,
    version: int = 1,
    out: Path | str | None = None,
    events: Path | str | None = None,
    edge_vectors: int = 10_000,
    score_type: str = "ap_ufixed<10,1>",
    threshold: float = 0.0,
    links: int = 1,
    jet_order: str = "packed",
    front_end: str = "parallel",
    bitstream: bool = False,
    reporter: Reporter | None = None,
) -> Exported:
    """Write a build for other programs or other firmware, compiled or simulated and compared with the reference first.

    >>> exported = export(build_with_verilog, out=work / "emulator", edge_vectors=200)
    >>> exported.as_dict()["differences"], (exported.folder / "Makefile").is_file()
    (0, True)

    Args:
        build_dir: made by ``fpgajet build``.
        target: one or several of ``c`` (C99 emulator), ``ports`` (Verilog and VHDL with named ports), ``axi-stream``,
            ``cmssw`` (an emulator repository), ``emp`` (a payload of the EMP framework), ``board-ulx3s`` and
            ``board-tangnano20k`` (a board with a serial port).
        name: of the export; default: the model's. version: number, part of every name in it.
        out: folder of a single target; default: in ``BUILD_DIR/export``.
        events: jets to compare on, a jet file or .npy [jets, N, 4] in GeV; default: the shipped sample.
        edge_vectors: how many edge vectors to compare on besides.
        score_type, threshold: of ``emp``: type of the probability in an answer, and the least score whose decision bit
            is set. links: of ``emp``, that bring the words of a jet together. jet_order: of ``emp``, ``packed``, or
            ``aligned`` (every jet begins on the first link).
        front_end: of ``emp`` and ``axi-stream``: ``parallel``, or ``streaming`` (on every word as it comes; the input
            form ``puppi``).
        bitstream: of the boards: also place, route and pack, which takes minutes.
        reporter: hears of the steps.

    Raises:
        BadInput: no build, a model changed after it, an unknown target, unusable jets, or an impossible name.
        Mismatch: an export differs from the reference; nothing is left of it.
        MissingTool, ToolFailed: a compiler or simulator is missing or failed. CannotWrite: the folder cannot be
            written.
    """
    from fpgajet.pipeline.export_targets import run_exports

    if version < 1 or edge_vectors < FEWEST_EDGE_VECTORS:
        raise BadInput(f"version has to be at least 1 and edge_vectors at least {FEWEST_EDGE_VECTORS}.")
    done = run_exports(
        Path(build_dir),
        [target] if isinstance(target, str) else target,
        name=name,
        version=version,
        out=None if out is None else Path(out),
        events=None if events is None else Path(events),
        edges=edge_vectors,
        score_type=score_type,
        threshold=threshold,
        links=links,
        jet_order=jet_order,
        front_end=front_end,
        bitstream=bitstream,
        reporter=reporter,
    )
    return Exported(tuple(done))


def _facts(title: str, text: str, rows: list[tuple[str, str]]) -> str:
    from fpgajet.report.fragment import fragment, framed, height_of
    from fpgajet.report.tables import table_of

    tables = {"Facts": table_of(("what", "value"), rows)}
    return framed(fragment(title, text, tables), height_of(tables))
