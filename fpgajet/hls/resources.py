"""Where the C++ that ends on the chip lies: in the wheel, or in the checkout."""

from __future__ import annotations

import re
from pathlib import Path

import fpgajet


def firmware_file(name: str) -> Path:
    """Absolute path of a file of ``firmware/``.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    package = Path(fpgajet.__file__).resolve().parent
    for folder in (package / "_firmware", package.parent / "firmware"):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"the firmware file {name} is not part of this installation")


def included(header: str) -> list[Path]:
    """A header of ``firmware/`` and those of ours that it includes, itself first.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    found = [firmware_file(header)]
    for name in re.findall(
        r'^#include "(fpgajet_\w+\.h)"$', found[0].read_text(encoding="utf-8"), re.MULTILINE
    ):
        found += included(name)
    return found
