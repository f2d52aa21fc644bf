"""All targets of ``fpgajet export`` by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from fpgajet.errors import BadInput
from fpgajet.pipeline.export_flow import Export, Prepared, free_folder, prepare, run_export
from fpgajet.pipeline.reporter import Reporter, Silent

#: In the order of the documentation.
TARGETS = ("c", "ports", "axi-stream", "cmssw")
Exporter = Callable[[Prepared, Path, Reporter], Export]


def run_exports(
    build_dir: Path,
    targets: Sequence[str],
    *,
    name: str | None = None,
    version: int = 1,
    out: Path | None = None,
    events: Path | None = None,
    edges: int = 10_000,
    reporter: Reporter | None = None,
) -> list[Export]:
    """Write several exports of a build, each compared with the integer reference first.

    Args:
        build_dir: made by ``fpgajet build``.
        targets: names in :data:`TARGETS`.
        name, version, events, edges, reporter: see :func:`fpgajet.pipeline.export_flow.run_export`.
        out: folder of a single target; by default ``build_dir/export/NAME_vVERSION`` for ``c``, and the same with
            ``-TARGET`` for the others.

    Raises:
        BadInput: an unknown target, one folder for several targets, or what the targets refuse.
        Mismatch, MissingTool, ToolFailed, CannotWrite: see the targets.
    """
    unknown = [target for target in targets if target not in TARGETS]
    if unknown or not targets:
        raise BadInput(f"--target is one of {', '.join(TARGETS)}, not {', '.join(unknown) or 'none'}.")
    wanted = list(dict.fromkeys(targets))
    if out is not None and len(wanted) > 1:
        raise BadInput("--out names the folder of one target. Give one --target, or leave --out away.")
    common = {"name": name, "version": version, "events": events, "edges": edges}
    done = []
    if "c" in wanted:
        done.append(run_export(build_dir, out=out, reporter=reporter, **common))  # type: ignore[arg-type]
    others = [target for target in wanted if target != "c"]
    if others:
        given = prepare(build_dir, **common)  # type: ignore[arg-type]
        folders = {t: free_folder(out or build_dir / "export" / f"{given.name}-{t}") for t in others}
        done += [
            _exporter(target, version)(given, folder, reporter or Silent())
            for target, folder in folders.items()
        ]
    return done


def _exporter(target: str, version: int) -> Exporter:
    from fpgajet.pipeline.export_cmssw import export_cmssw
    from fpgajet.pipeline.export_firmware import export_axi_stream, export_ports

    exporters: dict[str, Exporter] = {
        "ports": export_ports,
        "axi-stream": partial(export_axi_stream, version=version),
        "cmssw": export_cmssw,
    }
    return exporters[target]
