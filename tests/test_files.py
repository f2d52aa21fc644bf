"""Nobody ever sees half a file, and a full disk is said in one sentence."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from fpgajet.errors import BadInput, CannotWrite
from fpgajet.files import (
    atomic_path,
    leftovers,
    open_log,
    read_json,
    read_toml,
    write_errors,
    write_json,
    write_text,
    writing,
)


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


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "file")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "file").read_text() == "new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["elsewhere", "link"]


def special_file(kind: str, place: Path) -> Path:
    """A file that is not a regular one."""
    target = place / "target"
    if kind == "pipe":
        os.mkfifo(target)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(target))
    elif kind == "directory":
        target.mkdir()
    elif kind == "link to a device":
        target.symlink_to(os.devnull)
    else:
        target = Path(os.devnull)
    return target


@pytest.mark.parametrize("kind", ["pipe", "socket", "directory", "link to a device", "device"])
def test_what_is_no_regular_file_is_neither_replaced_nor_read(tmp_path: Path, kind: str) -> None:
    target = special_file(kind, tmp_path)
    before = target.lstat()
    with pytest.raises(CannotWrite, match="not a regular file"):
        write_text(target, "x")
    with pytest.raises(CannotWrite, match="not a regular file"), open_log(target):
        pass
    with pytest.raises(BadInput, match="not a regular file"):
        read_json(target)
    assert os.path.samestat(before, target.lstat())


def test_a_name_as_long_as_the_file_system_takes(tmp_path: Path) -> None:
    write_text(tmp_path / ("n" * 255), "x")
    with pytest.raises(CannotWrite, match="File name too long"):
        write_text(tmp_path / ("n" * 256), "x")


def test_leftovers_of_a_killed_run_are_removed_and_those_in_use_are_not(tmp_path: Path) -> None:
    target = tmp_path / "file"
    code = (
        "import os, pathlib, sys; from fpgajet.files import atomic_path\n"
        "with atomic_path(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    (left,) = tmp_path.iterdir()
    with atomic_path(target) as in_use:
        assert not left.exists()
        write_text(target, "by another process in the meantime")
        assert in_use.exists()
        in_use.write_text("x")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def interrupted_write(target: Path, step: int) -> bool:
    """Write "new", with Ctrl-C before one step of the interpreter; whether it took so many."""
    left = step

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in {writing.__file__, leftovers.__file__, contextlib.__file__}:
            return None
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if left == 0:
            left = -1
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        write_text(target, "new")
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return left < 0


def test_an_interrupt_at_any_step_leaves_one_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    seen, step = set(), 1
    target.write_text("old")
    while interrupted_write(target, step):
        assert [p.name for p in tmp_path.iterdir()] == ["file"], step
        seen.add(target.read_text())
        target.write_text("old")
        step += 1
    assert seen == {"old", "new"}
    assert step > 200
    assert target.read_text() == "new"


def test_a_file_that_is_taken_for_a_leftover_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, real, taken = tmp_path / "file", fcntl.flock, []

    def flock(handle: int, operation: int) -> None:
        if not taken:  # another process is faster
            taken.extend(tmp_path.iterdir())
            taken[0].unlink()
        real(handle, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    write_text(target, "x")
    assert len(taken) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert target.read_text() == "x"


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", '{"auc": -Infinity}', "9" * 5000, "[" * 100_000, "{", ""]
)
def test_what_json_does_not_have_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(BadInput, match="is not valid JSON"):
        read_json(tmp_path / "file.json")


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = " + "[" * 100_000, "a =", "\x00", "a = 1\na = 2"])
def test_what_toml_does_not_have_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "file.toml").write_text(text)
    with pytest.raises(BadInput, match="is not valid TOML"):
        read_toml(tmp_path / "file.toml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_settings_in_the_encodings_of_windows(tmp_path: Path, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (tmp_path / "file.toml").write_bytes(mark + 'name = "µ"\r\n'.encode(encoding))
    assert read_toml(tmp_path / "file.toml") == {"name": "µ"}
    (tmp_path / "file.json").write_bytes(mark + '{"name": "µ"}'.encode(encoding))
    assert read_json(tmp_path / "file.json") == {"name": "µ"}
