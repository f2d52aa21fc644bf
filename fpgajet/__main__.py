"""``fpgajet`` and ``python -m fpgajet``: signals and standard streams first, then the command line."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from fpgajet import signals


def main() -> NoReturn:
    """Entry point. A signal is handled from here on, also while the command line is imported."""
    signals.install()
    _open_standard_streams()
    try:
        from fpgajet import cli
    except BaseException:
        if signals.received():  # Python before 3.12 may have wrapped it
            signals.end(signals.exit_code())
        raise
    cli.main()


def _open_standard_streams() -> None:
    """A standard stream that the caller has closed goes nowhere: else the next file opened would take its number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)


if __name__ == "__main__":
    main()
