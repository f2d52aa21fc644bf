"""The stages of a build. Each reads files, writes files, and knows nothing of the others."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from fpgajet.devices import Part
from fpgajet.files import atomic_path, sha256, write_errors, write_json
from fpgajet.pipeline.jets import labelled_jets
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import Stage, path_digest
from fpgajet.pipeline.settings import BuildSettings
from fpgajet.rtl import available


def checkpoint_stage(build: BuildDirectory, source: Path) -> Stage:
    """Copy the checkpoint into the build, which so stays complete when the zoo moves on."""

    def run() -> str:
        from quant.checkpoint import open_checkpoint

        checkpoint = open_checkpoint(source)
        with write_errors(build.checkpoint):
            fresh = Path(tempfile.mkdtemp(prefix=".checkpoint.", suffix=".tmp", dir=build.root))
            for name in ("model.json", "weights.safetensors"):
                shutil.copy(source / name, fresh / name)
            fresh.chmod(0o755)
            shutil.rmtree(build.checkpoint, ignore_errors=True)
            fresh.rename(build.checkpoint)
        return checkpoint.config.name

    return Stage("checkpoint", {"checkpoint": path_digest(source)}, ("checkpoint",), run)


def model_stage(build: BuildDirectory) -> Stage:
    """Checkpoint -> QONNX, with sums over pairs in O(N) where that changes no bit."""

    def run() -> str:
        import onnx

        from fpgajet.graph.collapse import collapse, collapsed
        from fpgajet.graph.export import export
        from quant.checkpoint import load_model, open_checkpoint

        network = collapse(load_model(open_checkpoint(build.checkpoint)).network())
        with atomic_path(build.model) as temporary:
            onnx.save(export(network), str(temporary))
        rewritten = ", ".join(collapsed(network))
        note = f"; sums over pairs collapsed to O(N): {rewritten}" if rewritten else ""
        return " -> ".join(node.operator.op_type for node in network.nodes) + note

    return Stage("model", {"checkpoint": path_digest(build.checkpoint)}, ("model.onnx",), run)


def project_stage(
    build: BuildDirectory, settings: BuildSettings, part: Part, clock: float, jets: Path
) -> Stage:
    """QONNX -> hls4ml project."""

    def run() -> str:
        from fpgajet.graph.load import load, read_model
        from fpgajet.hls.project import write_project

        model = read_model(build.model)
        network = load(model, str(build.model))
        sample = labelled_jets(jets, network.input_shape[0], settings.max_jets).constituents
        write_project(
            model,
            network,
            build.project,
            part=part.full_name,
            clock_mhz=clock,
            backend=settings.backend,
            reuse_factor=settings.hls_interval,
            vectors=network.form.features(sample[: settings.test_bench_jets]),
        )
        return f"{settings.backend}, {part.full_name}, {clock:g} MHz"

    reads = {
        "model.onnx": path_digest(build.model),
        "jets": sha256(jets),
        "part": part.full_name,
        "clock_mhz": clock,
        "reuse_factor": settings.hls_interval,
        **settings.model_dump(include={"backend", "test_bench_jets", "max_jets"}),
    }
    return Stage("project", reads, ("hls",), run)


def sources_digest(build: BuildDirectory) -> dict[str, str | None]:
    """Hashes of what the C simulation compiles: neither part nor clock is among it."""
    names = sorted(p.name for p in build.project.glob("*_bridge.cpp"))
    return {name: path_digest(build.project / name) for name in ["firmware", *names]}


def csim_stage(build: BuildDirectory) -> Stage:
    """Compile the project for the C simulation."""

    def run() -> str:
        from fpgajet.pipeline.certify import compile_csim

        return compile_csim(build).name

    return Stage("csim", {"sources": sources_digest(build)}, ("csim",), run)


def certificate_stage(
    build: BuildDirectory, settings: BuildSettings, jets: Path, *, hls: bool, verilog: bool
) -> Stage:
    """Compare all implementations; keep the scores of the real jets."""

    def run() -> str:
        from fpgajet.graph.load import load, read_model
        from fpgajet.pipeline.certify import certify_build
        from quant.checkpoint import load_float_model, open_checkpoint

        network = load(read_model(build.model), str(build.model))
        sample = labelled_jets(jets, network.input_shape[0], settings.max_jets)
        library = next((build.compiled / "firmware").glob("*.so")) if hls else None
        result = certify_build(
            build,
            library,
            network.form.features(sample.constituents),
            settings.edge_vectors,
            settings.seed,
            verilog=verilog,
        )
        floating = load_float_model(open_checkpoint(build.checkpoint)).scores(sample.constituents)
        with atomic_path(build.scores) as temporary, temporary.open("wb") as stream:
            arrays: dict[str, Any] = {"label": sample.label, "mass": sample.jet[:, 3], "float": floating}
            arrays |= {name.replace(" ", "_"): scores for name, scores in result.scores.items()}
            np.savez_compressed(stream, **arrays)
        write_json(build.certificate, result.document())
        return (
            f"{result.total_events} events, {len(result.implementations)} implementations, "
            f"{result.total_differences} differing values"
        )

    reads = {
        "model.onnx": path_digest(build.model),
        "checkpoint": path_digest(build.checkpoint),
        "sources": sources_digest(build) if hls else None,
        "tool": available()["verilator"].version if verilog else None,
        "verilog": [path_digest(p) for p in sorted(build.verilog.glob("*.v"))] if verilog else None,
        "jets": sha256(jets),
        **settings.model_dump(include={"edge_vectors", "seed", "max_jets"}),
    }
    return Stage("certificate", reads, ("certificate.json", "scores.npz"), run)


def physics_stage(build: BuildDirectory) -> Stage:
    """Scores -> accuracy, AUC, background rejection."""

    def run() -> str:
        from quant.metrics import tagging_metrics

        with np.load(build.scores) as arrays:
            label = arrays["label"]
            content: dict[str, Any] = {
                name: tagging_metrics(label, arrays[key])
                for name, key in (("float", "float"), ("quantised", "torch"), ("csim", "csim"))
                if key in arrays
            }
            content["jet_mass"] = tagging_metrics(label, arrays["mass"])
        # A mass has no threshold of its own, so the accuracy of "mass > 0" would mean nothing.
        content["jet_mass"].pop("accuracy", None)
        content["jets"] = {"total": len(label), "signal": int(label.sum())}
        write_json(build.physics, content)
        return f"AUC float {content['float']['auc']:.4f}, quantised {content['quantised']['auc']:.4f}"

    return Stage("physics", {"scores": path_digest(build.scores)}, ("physics.json",), run)


def boosts_stage(build: BuildDirectory, settings: BuildSettings, jets: Path) -> Stage:
    """Boosted jets -> how much the integer reference's scores change."""

    def run() -> str:
        from fpgajet.graph.load import load, read_model
        from fpgajet.physics.boosts import boosts_of

        network = load(read_model(build.model), str(build.model))
        sample = labelled_jets(jets, network.input_shape[0], settings.max_jets)
        result = boosts_of(network, sample.constituents)
        write_json(build.boosts, result)
        return f"at |beta| = {result['beta'][-1]} scores change by {result['median'][-1]:.3f} standard deviations"

    reads = {"model.onnx": path_digest(build.model), "jets": sha256(jets), "max_jets": settings.max_jets}
    return Stage("boosts", reads, ("boosts.json",), run)


def estimate_stage(build: BuildDirectory, part: Part, clock: float, ii: int) -> Stage:
    """Latency and resources by the analytical model, before any tool, with a jet every ``ii`` clocks."""

    def run() -> str:
        from fpgajet.estimate import estimate
        from fpgajet.graph.load import load, read_model

        network = load(read_model(build.model), str(build.model))
        result = estimate(network, part, clock, ii)
        write_json(build.estimate, result.as_dict())
        cycles, lut, dsp = (getattr(result.total, name).value for name in ("latency_cycles", "lut", "dsp"))
        return f"about {cycles:g} cycles, {lut:,.0f} LUT, {dsp:,.0f} DSP"

    reads = {"model.onnx": path_digest(build.model), "part": part.model_dump(), "clock_mhz": clock, "ii": ii}
    return Stage("estimate", reads, ("estimate.json",), run)


def check_inputs(source: Path, jets: Path, settings: BuildSettings) -> None:
    """Open what the user gave before any stage writes a file.

    Raises:
        BadInput: an unusable checkpoint or unusable jets.
        MissingTool: no C++ compiler.
    """
    from fpgajet.hls.csim import require_compiler
    from quant.checkpoint import open_checkpoint

    require_compiler()
    config = open_checkpoint(source).config
    labelled_jets(jets, config.constituents, settings.max_jets)
