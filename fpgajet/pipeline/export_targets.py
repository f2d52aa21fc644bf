"""All targets of ``fpgajet export`` by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fpgajet.devices.open_parts import boards
from fpgajet.errors import BadInput
from fpgajet.pipeline.certify_weights import refuse_registers
from fpgajet.pipeline.export_flow import Export, Prepared, free_folder, prepare, run_export
from fpgajet.pipeline.reporter import Reporter, Silent

#: Type of the probability in the answers of the target ``emp``.
SCORE_TYPE = "ap_ufixed<10,1>"
#: In the order of the documentation.
TARGETS = ("c", "ports", "axi-stream", "cmssw", "emp", *(f"board-{row.name}" for row in boards()))
FRONT_ENDS = ("parallel", "streaming")
JET_ORDERS = ("packed", "aligned")
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
    score_type: str = SCORE_TYPE,
    threshold: float = 0.0,
    links: int = 1,
    jet_order: str = "packed",
    front_end: str = "parallel",
    bitstream: bool = False,
    reporter: Reporter | None = None,
) -> list[Export]:
    """Write several exports of a build, each compared with the integer reference first.

    Args:
        build_dir: made by ``fpgajet build``.
        targets: names in :data:`TARGETS`.
        name, version, events, edges, reporter: see :func:`fpgajet.pipeline.export_flow.run_export`.
        score_type, threshold, links, jet_order: of the target ``emp``, see
            :func:`fpgajet.pipeline.export_firmware.export_emp`.
        front_end: of the targets ``emp`` and ``axi-stream``, see there.
        bitstream: of the targets for boards: also place, route and pack (minutes).
        out: folder of a single target; by default ``build_dir/export/NAME_vVERSION`` for ``c``, and the same with
            ``-TARGET`` for the others.

    Raises:
        BadInput: an unknown target, one folder for several targets, or what the targets refuse.
        Mismatch, MissingTool, ToolFailed, CannotWrite: see the targets.
    """
    for option, chosen, choices in (
        ("front-end", front_end, FRONT_ENDS),
        ("jet-order", jet_order, JET_ORDERS),
    ):
        if chosen not in choices:
            raise BadInput(f"--{option} is {' or '.join(choices)}, not {chosen!r}.")
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
        refuse_registers(given.network, f"the target {others[0]}")
        beside = build_dir / "export"
        folders = {t: free_folder(beside / f"{given.name}-{t}" if out is None else out) for t in others}
        link = {"score_type": score_type, "threshold": threshold, "links": links, "jet_order": jet_order}
        exporters = _exporters(version, front_end, link, bitstream)
        done += [exporters[t](given, folder, reporter or Silent()) for t, folder in folders.items()]
    return done


def _exporters(version: int, front_end: str, link: dict[str, Any], bitstream: bool) -> dict[str, Exporter]:
    from fpgajet.pipeline.export_board import BoardSettings, export_board
    from fpgajet.pipeline.export_cmssw import export_cmssw
    from fpgajet.pipeline.export_firmware import export_axi_stream, export_emp, export_ports

    return {
        "ports": export_ports,
        "axi-stream": partial(export_axi_stream, version=version, front_end=front_end),
        "cmssw": export_cmssw,
        "emp": partial(export_emp, front_end=front_end, **link),
        **{
            f"board-{row.name}": partial(
                export_board, target=f"board-{row.name}", settings=BoardSettings(bitstream)
            )
            for row in boards()
        },
    }
