#!/usr/bin/env python3
"""Run the commands of the tutorials, and compare what they print with what the pages show.

python scripts/run_tutorials.py              # all of them
python scripts/run_tutorials.py --quick      # without slow blocks, as the tests do
python scripts/run_tutorials.py --write      # put the outputs of this run into the pages
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from fpgajet.files import write_text
from studies.docs_tables.markers import DOCS
from studies.site.tutorials import PAGES, differences, run


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", nargs="*", default=PAGES, help="paths below docs/")
    parser.add_argument("--quick", action="store_true", help="leave out slow blocks")
    parser.add_argument("--write", action="store_true", help="write the outputs of this run into the pages")
    arguments = parser.parse_args()
    wrong = []
    for page in arguments.pages:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = run(page, Path(folder), arguments.quick)
        print(f"{page}: {time.monotonic() - started:.0f} s")
        if arguments.write:
            write_text(DOCS / page, found)
        else:
            wrong += differences(page, found)
    if wrong:
        sys.exit("\n\n".join(wrong))


if __name__ == "__main__":
    main()
