"""Compiled code is found again by its content, and only where nobody else can put any."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fpgajet import compiled

SOURCE = [("a.cpp", b"int a;")]


def test_everything_that_a_compilation_depends_on_changes_the_key(
    fake_tool: Callable[[str, str], Path],
) -> None:
    fake_tool("g++", "#!/bin/sh\necho 13.2")
    keys = {
        compiled.compiled_key("g++", options, contents)
        for options, contents in (
            (["-O0"], SOURCE),
            (["-O1"], SOURCE),
            (["-O", "0"], SOURCE),
            (["-O0"], [("b.cpp", b"int a;")]),
            (["-O0"], [("a.cpp", b"int b;")]),
            (["-O0"], [("a.cppint", b" a;")]),
            (["-O0"], [*SOURCE, *SOURCE]),
        )
    }
    fake_tool("g++", "#!/bin/sh\necho 13.3")
    keys.add(compiled.compiled_key("g++", ["-O0"], SOURCE))
    assert len(keys) == 8
    assert None not in keys


def test_a_compiler_that_does_not_say_which_it_is_has_no_key(fake_tool: Callable[[str, str], Path]) -> None:
    fake_tool("g++", "#!/bin/sh\nexit 1")
    assert compiled.compiled_key("g++", [], SOURCE) is None
    assert not compiled.fetch(None, Path("nowhere"))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "made").write_bytes(b"code")
    compiled.keep("key", tmp_path / "made")
    return tmp_path / "cache" / "fpgajet" / "compiled"


def test_what_is_kept_is_found(kept: Path, tmp_path: Path) -> None:
    assert compiled.fetch("key", tmp_path / "found")
    assert (tmp_path / "found").read_bytes() == b"code"
    assert not compiled.fetch("other", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_what_is_only_read_is_not_copied(kept: Path, tmp_path: Path) -> None:
    assert compiled.fetch("key", tmp_path / "found", as_link=True)
    assert (tmp_path / "found").read_bytes() == b"code"
    assert (tmp_path / "found").readlink() == kept / "key"
    assert not compiled.fetch("other", tmp_path / "other", as_link=True)
    assert not (tmp_path / "other").is_symlink()


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used(kept: Path, tmp_path: Path, mode: int) -> None:
    kept.chmod(mode)
    assert not compiled.fetch("key", tmp_path / "found")
    compiled.keep("second", tmp_path / "made")
    assert not (kept / "second").exists()


def test_a_link_is_not_followed(kept: Path, tmp_path: Path) -> None:
    (kept / "key").unlink()
    (kept / "key").symlink_to(tmp_path / "made")
    assert not compiled.fetch("key", tmp_path / "found")


def test_a_place_that_cannot_be_written_is_let_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    compiled.keep("key", tmp_path / "file")
    assert not compiled.fetch("key", tmp_path / "found")


def test_a_user_without_a_home_compiles_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nobody)
    (tmp_path / "file").write_text("")
    compiled.keep("key", tmp_path / "file")
    assert not compiled.fetch("key", tmp_path / "found")


def test_what_was_not_used_for_longest_goes(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "LARGEST_BYTES", 10)
    os.utime(kept / "key", (1, 1))
    compiled.keep("second", tmp_path / "made")
    os.utime(kept / "second", (2, 2))
    assert compiled.fetch("key", tmp_path / "found")  # used: now the latest
    compiled.keep("third", tmp_path / "made")
    assert {path.name for path in kept.iterdir()} == {"key", "third"}
