"""Write the tables of README.md and docs/*.md from the result files.

    python scripts/write_docs_tables.py            # write
    python scripts/write_docs_tables.py --check    # write nothing; exit 1 and name the files that are out of date

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``; ``studies/docs_tables/`` makes each of them.
"""

from __future__ import annotations

import argparse
import sys

from fpgajet.files import write_text
from studies.docs_tables import TABLES
from studies.docs_tables.markers import ROOT, documents, written


def main() -> int:
    """Write or check every document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    only_check = parser.parse_args().check
    stale = []
    for path in documents():
        before = path.read_text(encoding="utf-8")
        after = written(before, TABLES)
        if after != before:
            stale.append(str(path.relative_to(ROOT)))
            if not only_check:
                write_text(path, after)
    print(
        "\n".join(f"{'out of date' if only_check else 'written'}: {name}" for name in stale)
        or "nothing to do"
    )
    return int(only_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
