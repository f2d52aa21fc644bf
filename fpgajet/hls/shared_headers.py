"""The C++ headers that all projects share, parsed once and kept: half of a compilation is reading them.

g++ takes parsed headers only with the version and the options that parsed them, and reads the text otherwise. It does
not compare the text with what lies in a project: the key under which they are kept does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fpgajet import compiled
from fpgajet.files import write_text
from fpgajet.processes import run

#: What the top function of hls4ml, its bridge and its parameters include before anything of the network. Not in quotes:
#: the compiler would look beside this text first.
INCLUDED = (
    "algorithm", "array", "cstddef", "cstdio", "iostream", "map", "tuple", "ap_fixed.h", "ap_int.h", "hls_stream.h",
    "../nnet_utils/nnet_types.h", "../nnet_utils/nnet_helpers.h",
)  # fmt: skip


def parsed_headers(project: Path, folder: Path, compiler: Sequence[str]) -> list[str]:
    """Options by which the C++ of a project is compiled with its shared headers already parsed.

    Args:
        project: with ``firmware/ap_types`` and ``firmware/nnet_utils``; the compiler runs in it.
        folder: gets the parsed headers, 100 MB, or a link to those that are kept; it may go after the compilation.
        compiler: command and options, among them ``-Ifirmware/ap_types``; the same for what is compiled with them.

    Returns:
        Nothing where the headers do not compile, or do not fit on the disk: all is read as text then.
    """
    text, parsed, reads = (folder.resolve() / f"shared.h{suffix}" for suffix in ("", ".gch", ".d"))
    contents = _contents(project)
    write_text(text, "".join(f"#include <{name}>\n" for name in INCLUDED))
    read = [(text.name, text.read_bytes()), *contents.items()]
    key = compiled.compiled_key(compiler[0], compiler[1:], read)
    if not compiled.fetch(key, parsed, as_link=True):
        done = run([*compiler, "-MMD", "-MF", reads, "-x", "c++-header", "-o", parsed, text], cwd=project)
        if done.status != 0:
            parsed.unlink(missing_ok=True)
            return []
        # An edited header may include others, which the key does not know.
        if {os.path.normpath(name) for name in _listed(reads)} <= {str(text), *contents}:
            compiled.keep(key, parsed)
    return ["-include", str(text)]


def _contents(project: Path) -> dict[str, bytes]:
    """By path from the project: all that the compiler finds there for them, if nobody has edited them."""
    firmware = project / "firmware"
    found = [*(firmware / "ap_types").rglob("*"), *(firmware / "nnet_utils").glob("*")]
    files = sorted(path for path in found if path.is_file() and not path.name.startswith("fpgajet_"))
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in files}


def _listed(reads: Path) -> list[str]:
    """The files in a list for ``make``, as written by the compiler."""
    _, _, names = reads.read_text(encoding="utf-8").partition(":")
    return names.replace("\\\n", " ").split()
