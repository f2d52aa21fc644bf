"""Headers that all projects share are parsed once, and never taken for those of a project that has others."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgajet.hls import shared_headers
from fpgajet.hls.shared_headers import parsed_headers
from fpgajet.processes import run

COMPILER = ["g++", "-O1", "-Ifirmware/ap_types"]
OWN = tuple(name for name in shared_headers.INCLUDED if name.endswith(".h"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the smallest headers, one of which says "one", and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(shared_headers, "INCLUDED", OWN)
    folder = tmp_path / "hls"
    for name in OWN:
        path = (folder / "firmware/ap_types" / name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#ifndef {path.stem}_\n#define {path.stem}_\n#endif\n")
    (folder / "firmware/nnet_utils/nnet_helpers.h").write_text(saying("one"))
    (folder / "unit.cpp").write_text(
        '#include "firmware/nnet_utils/nnet_helpers.h"\nconst char *said = SAID;\n'
    )
    return folder


def saying(word: str) -> str:
    return f'#ifndef HELPERS_\n#define HELPERS_\n#define SAID "it says {word}"\n#endif\n'


def compile_unit(project: Path, folder: Path) -> tuple[bytes, str]:
    """The object of the one file, and what the compiler says about the headers that it takes."""
    folder.mkdir(exist_ok=True)
    options = [*parsed_headers(project, folder, COMPILER), "-H", "-c", "-o", str(folder / "unit.o")]
    done = run([*COMPILER, *options, "unit.cpp"], cwd=project)
    assert done.status == 0, done.output
    return (folder / "unit.o").read_bytes(), done.output


def kept(tmp_path: Path) -> int:
    return len(list((tmp_path / "cache/fpgajet/compiled").glob("*")))


def test_they_are_parsed_once(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, said = compile_unit(project, tmp_path / "a")
    assert f"! {tmp_path / 'a/shared.h.gch'}" in said  # how g++ marks parsed headers that it takes
    assert kept(tmp_path) == 1
    monkeypatch.setattr(shared_headers, "run", None)
    second, said = compile_unit(project, tmp_path / "b")
    assert f"! {tmp_path / 'b/shared.h.gch'}" in said
    assert second == first
    assert (tmp_path / "b/shared.h.gch").is_symlink(), "100 MB are not copied"


def test_without_them_the_text_is_read(project: Path, tmp_path: Path) -> None:
    """Another process may take them out of the cache while this one compiles."""
    compile_unit(project, tmp_path / "a")
    options = parsed_headers(project, tmp_path, COMPILER)
    for path in (tmp_path / "cache/fpgajet/compiled").iterdir():
        path.unlink()
    done = run([*COMPILER, *options, "-H", "-S", "-o", tmp_path / "unit.s", "unit.cpp"], cwd=project)
    assert done.status == 0, done.output
    assert "! " not in done.output
    assert "it says one" in (tmp_path / "unit.s").read_text()


def test_an_edited_header_counts(project: Path, tmp_path: Path) -> None:
    assert b"it says one" in compile_unit(project, tmp_path / "a")[0]
    (project / "firmware/nnet_utils/nnet_helpers.h").write_text(saying("two"))
    assert b"it says two" in compile_unit(project, tmp_path / "b")[0]


@pytest.mark.parametrize("place", ["firmware/nnet_utils/fpgajet_more.h", "more.h"])
def test_what_reads_other_files_is_not_kept(project: Path, tmp_path: Path, place: str) -> None:
    helpers = project / "firmware/nnet_utils/nnet_helpers.h"
    helpers.write_text(f'#include "{project / place}"\n')
    for word in ("one", "two"):
        (project / place).write_text(saying(word))
        assert f"it says {word}".encode() in compile_unit(project, tmp_path / word)[0]
    assert not kept(tmp_path)


def test_headers_that_do_not_compile_are_left_to_the_project(project: Path, tmp_path: Path) -> None:
    (project / "firmware/ap_types/ap_int.h").write_text("#error not this time\n")
    assert b"it says one" in compile_unit(project, tmp_path / "a")[0]
    assert not kept(tmp_path)
