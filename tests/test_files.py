"""Nobody ever sees half a file, and a full disk is said in one sentence."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from fpgajet.errors import BadInput, CannotWrite
from fpgajet.files import atomic_path, read_json, write_errors, write_json, write_text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_text(target, "old")

    def fail_half_way(temporary: Path) -> None:
        temporary.write_text("half of the n")
        raise RuntimeError

    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        fail_half_way(temporary)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_text(tmp_path / "file", "x")
    finally:
        os.umask(old)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


def test_json_refuses_what_json_cannot_say(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "file.json", {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "\x00"])
def test_truncated_json(tmp_path: Path, content: str) -> None:
    (tmp_path / "file.json").write_text(content)
    with pytest.raises(BadInput, match="not valid JSON"):
        read_json(tmp_path / "file.json")
    with pytest.raises(BadInput, match="does not exist"):
        read_json(tmp_path / "other.json")


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match=r"Not a directory|File exists"):
        write_json(tmp_path / "file" / "inside.json", {})


def test_a_failed_copy_of_a_tree_is_one_sentence() -> None:
    many = [("a/x", "b/x", "[Errno 28] No space left on device: 'a/x' -> 'b/x'")] * 20
    with pytest.raises(CannotWrite) as caught, write_errors(Path("out")):
        raise shutil.Error(many)
    assert str(caught.value).startswith("cannot write out: No space left on device. Choose another")


def test_round_trip(tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "file.json", {"x": [1, "\u03b5"]})
    assert json.loads((tmp_path / "a" / "file.json").read_text()) == read_json(tmp_path / "a" / "file.json")
