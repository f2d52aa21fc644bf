"""Where the C++ that ends on the chip lies: in the wheel, or in the checkout."""

from __future__ import annotations

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
