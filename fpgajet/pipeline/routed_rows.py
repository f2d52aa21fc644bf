"""What a report shows of ``fpgajet rtl --target``."""

from __future__ import annotations

from fpgajet.devices.hardware_row import HardwareRow
from fpgajet.files import read_json
from fpgajet.pipeline.paths import BuildDirectory
from fpgajet.pipeline.record import noted_hashes, path_digest
from fpgajet.rtl.route.routed import ROW_FILE


def routed_rows(build: BuildDirectory) -> list[HardwareRow]:
    """Rows of the targets that were routed of the build's present model, the others left out."""
    noted, model = noted_hashes(build.root), path_digest(build.model)
    if noted is None:
        return []  # a damaged record, which the caller names
    rows = []
    for path in sorted(build.routed.glob(f"*/{ROW_FILE}")):
        content = read_json(path)
        if str(path.relative_to(build.root)) in noted and content["model"] == model:
            rows.append(HardwareRow.model_validate(content["row"]))
    return rows
