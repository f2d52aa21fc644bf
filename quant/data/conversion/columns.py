"""Tables with one number per column: which columns are the four-momenta, and which the label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from fpgajet.errors import BadInput

COMPONENTS = ("E", "PX", "PY", "PZ")
#: Lists per jet, as JetClass and the jet-universe files name them.
LIST_COLUMNS = ("part_energy", "part_px", "part_py", "part_pz")
LABELS = ("is_signal_new", "is_signal", "label", "labels", "target")
ONE_HOT = "label_"


def momentum_columns(path: Path, names: Iterable[str]) -> list[str]:
    """The columns E_0, PX_0, PY_0, PZ_0, E_1, ... in this order; case and the underscore do not matter.

    Raises:
        BadInput: there are none, or one is missing, named.
    """
    found: dict[tuple[str, int], str] = {}
    for name in names:
        match = re.fullmatch(r"(E|PX|PY|PZ)_?(\d{1,5})", name.strip(), re.IGNORECASE)
        if match:
            found[match[1].upper(), int(match[2])] = name
    first = min((slot for _, slot in found), default=0)
    slots = len({slot for _, slot in found})
    wanted = [(c, slot) for slot in range(first, first + max(slots, 1)) for c in COMPONENTS]
    missing = next((key for key in wanted if key not in found), None)
    if missing is not None:
        raise BadInput(
            f"{path}: the table lacks the column '{missing[0]}_{missing[1]}'; expected E_i, PX_i, PY_i, PZ_i for "
            "every constituent i."
        )
    return [found[key] for key in wanted]


def label_column(path: Path, names: Iterable[str]) -> str:
    """The column that holds the label; raises BadInput where there is none, or more than one."""
    held = [name for name in names if name.strip().lower() in LABELS]
    if len(held) != 1:
        found = ", ".join(held) if held else "none"
        raise BadInput(f"{path}: one column must hold the label (any of {', '.join(LABELS)}), found {found}.")
    return held[0]


def one_hot_columns(names: Iterable[str]) -> list[str]:
    """The columns ``label_*``, QCD first: background comes first everywhere in fpgajet."""
    held = sorted(name for name in names if name.startswith(ONE_HOT))
    return sorted(held, key=lambda name: name != "label_QCD")
