"""What the C simulation must know of a project beside its sources, read and checked."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from fpgajet.errors import BadInput
from fpgajet.files import read_json
from fpgajet.hls.project import STAGES_FILE
from fpgajet.quoting import is_identifier

#: Values of one stage of one jet; the largest tensor of pairs of 128 constituents has half a million.
LARGEST_STAGE = 1 << 26


def facts(project: Path) -> dict[str, Any]:
    """What the C simulation must know of a project, checked: names end up in paths, shapes in sizes of memory.

    Raises:
        BadInput: it is missing or damaged.
    """
    path = project / STAGES_FILE
    if not path.is_file():
        raise BadInput(f"{project} is not an hls4ml project of fpgajet: {STAGES_FILE} is missing.")
    found = read_json(path)
    try:
        shapes = [found["input"], *found["stages"].values()]
        good = is_identifier(found["project"]) and found["output"] in found["stages"]
        good &= all(1 <= math.prod(shape) <= LARGEST_STAGE and min(shape) >= 1 for shape in shapes)
        good &= all(type(length) is int for shape in shapes for length in shape)
        good &= type(found.get("registers", 0)) is int
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
        good = False
    if not good:
        raise BadInput(f"{path} does not hold what fpgajet writes there. Run `fpgajet build` again.")
    return dict(found)
