"""Names inside a build directory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from fpgajet.files import read_json
from fpgajet.pipeline.record import RECORD


@dataclass(frozen=True)
class BuildDirectory:
    """Where everything of one build lies."""

    root: Path

    @property
    def checkpoint(self) -> Path:
        """Copy of the checkpoint that was built."""
        return self.root / "checkpoint"

    @property
    def runs(self) -> Path:
        """Copies of the checkpoints of a build with common features, a folder for each."""
        return self.root / "runs"

    @property
    def foreign(self) -> Path:
        """Copy of the foreign ONNX file that was built, with its external data."""
        return self.root / "foreign.onnx"

    @property
    def yardstick(self) -> Path:
        """What the network of a foreign file was compared with."""
        return self.root / "yardstick.json"

    @property
    def model(self) -> Path:
        """QONNX model."""
        return self.root / "model.onnx"

    @property
    def project(self) -> Path:
        """hls4ml project."""
        return self.root / "hls"

    @property
    def compiled(self) -> Path:
        """What the compiler said of the C simulation. The library itself is never kept."""
        return self.root / "csim"

    @property
    def certificate(self) -> Path:
        """Outcome of the comparison of all implementations."""
        return self.root / "certificate.json"

    @property
    def proof(self) -> Path:
        """What is proved for all inputs."""
        return self.root / "proof.json"

    @property
    def cpp_proof(self) -> Path:
        """The same for the C++."""
        return self.root / "proof_cpp.json"

    @property
    def scores(self) -> Path:
        """Labels and scores of the real jets by implementation."""
        return self.root / "scores.npz"

    @property
    def physics(self) -> Path:
        """Metrics from the scores."""
        return self.root / "physics.json"

    @property
    def boosts(self) -> Path:
        """Change of the score when jets are boosted."""
        return self.root / "boosts.json"

    @property
    def explanation(self) -> Path:
        """What a nanoPELICAN computes."""
        return self.root / "explanation.json"

    @property
    def estimate(self) -> Path:
        """Estimated latency and resources."""
        return self.root / "estimate.json"

    @property
    def verilog(self) -> Path:
        """Verilog of the RTL flow."""
        return self.root / "rtl"

    @property
    def routed(self) -> Path:
        """What open tools placed and routed, a folder for each target."""
        return self.root / "routed"

    @property
    def cells(self) -> Path:
        """Latency and cells of the Verilog: a row of the report's hardware table."""
        return self.root / "cells.json"

    @property
    def synthesis(self) -> Path:
        """What the vendor tools reported, if they have run."""
        return self.root / "synthesis.json"

    @property
    def report(self) -> Path:
        """The report for people; ``report.json`` beside it is for machines."""
        return self.root / "report.md"

    @property
    def record(self) -> Path:
        """Record of the stages."""
        return self.root / RECORD


def proofs_of(build: BuildDirectory, flows: Collection[str]) -> dict[str, Any]:
    """What is proved of the implementations that these flows made, as ``certificate.json`` has it; may be empty."""
    files = [path for flow, path in (("rtl", build.proof), ("hls", build.cpp_proof)) if flow in flows]
    proofs = [proof for path in files if path.is_file() for proof in read_json(path)["proofs"]]
    return {"proofs": proofs} if proofs else {}


def existing_build(root: Path, *, with_project: bool = False) -> BuildDirectory:
    """A directory that ``fpgajet build`` made.

    Args:
        with_project: the hls4ml project has to be in it, which ``--flow rtl`` leaves out.

    Raises:
        BadInput: it is not one, or its build did not get as far as the files that are needed.
    """
    build = BuildDirectory(root)
    if not build.record.is_file():
        raise BadInput(f"{root} is not a build directory ({RECORD} is missing): run `fpgajet build` first.")
    source = build.foreign if build.foreign.exists() else build.checkpoint
    for path in (build.model, source):
        if not path.exists():
            raise BadInput(
                f"{root} is an unfinished build ({path.name} is missing): run `fpgajet build` again."
            )
    if with_project and not build.project.exists():
        raise BadInput(
            f"{root} has no hls4ml project ({build.project.name} is missing): run `fpgajet build` again, with "
            "`--flow all` or `--flow hls`."
        )
    return build


def is_foreign(model: str) -> bool:
    """Whether ``--model`` names an ONNX file, and no checkpoint."""
    return Path(model).suffix.lower() == ".onnx"


def default_directory(models: Sequence[str], part: str) -> Path:
    """Where a build goes by default: a zoo name as it is, a checkpoint directory by its last part, several with "+".

    Args:
        part: short name.
    """
    return Path("builds") / f"{'+'.join(Path(model).resolve().name for model in models)}-{part}"
