"""Write docs/report.schema.json from the report model: python scripts/write_report_schema.py"""

from __future__ import annotations

from pathlib import Path

from fpgajet.files import write_json
from fpgajet.report.schema import json_schema

TARGET = Path(__file__).resolve().parent.parent / "docs" / "report.schema.json"

if __name__ == "__main__":
    write_json(TARGET, json_schema())
    print(f"written: {TARGET}")
