"""Files: written so that nobody ever sees half of one, read with bounds."""

from fpgajet.files.leftovers import clean, remove_unheld, temporary_prefix
from fpgajet.files.reading import (
    LARGEST_TEXT_BYTES,
    read_json,
    read_settings_text,
    read_table,
    read_toml,
    sha256,
)
from fpgajet.files.writing import (
    atomic_path,
    destination,
    keep_text,
    open_log,
    write_bytes,
    write_errors,
    write_json,
    write_text,
)

__all__ = [
    "LARGEST_TEXT_BYTES",
    "atomic_path",
    "clean",
    "destination",
    "keep_text",
    "open_log",
    "read_json",
    "read_settings_text",
    "read_table",
    "read_toml",
    "remove_unheld",
    "sha256",
    "temporary_prefix",
    "write_bytes",
    "write_errors",
    "write_json",
    "write_text",
]
