"""Temporary folders, replaced folders, and folders that may be somebody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fpgajet import folders
from fpgajet.errors import BadInput, CannotWrite
from fpgajet.folders import ScratchFolder, atomic_folder, exclusive, foreign, require_own

KILLED = """
import os, pathlib, sys
from fpgajet.folders import ScratchFolder, atomic_folder
folder = ScratchFolder("fpgajet-test-")
(folder.path / "file").write_text("x")
with atomic_folder(pathlib.Path(sys.argv[1])) as fresh:
    (fresh / "file").write_text("half")
    os.kill(os.getpid(), 9)
"""


def test_folders_of_a_killed_run_are_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    target = tmp_path / "out" / "target"
    with ScratchFolder("fpgajet-test-") as in_use:
        environment = os.environ | {"TMPDIR": str(temporary)}
        subprocess.run([sys.executable, "-c", KILLED, str(target)], env=environment, check=False)
        assert len(list(temporary.iterdir())) == 2
        assert len(list(target.parent.iterdir())) == 1
        (temporary / "fpgajet-test-of-a-user").write_text("")
        with ScratchFolder("fpgajet-test-") as folder, atomic_folder(target) as fresh:
            assert {p.name for p in temporary.iterdir()} == {
                in_use.name,
                folder.name,
                "fpgajet-test-of-a-user",
            }
            assert list(target.parent.iterdir()) == [fresh]
            (fresh / "file").write_text("whole")
    assert [p.name for p in temporary.iterdir()] == ["fpgajet-test-of-a-user"]
    assert [p.read_text() for p in target.rglob("*")] == ["whole"]


def test_a_folder_is_replaced_only_once_the_new_one_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with atomic_folder(target) as fresh:
        (fresh / "old").write_text("")
    with pytest.raises(RuntimeError), atomic_folder(target):
        raise RuntimeError
    assert [p.name for p in target.iterdir()] == ["old"]
    with atomic_folder(target) as fresh:
        (fresh / "new").write_text("")
    assert [p.name for p in target.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]


def test_a_lock_is_never_followed_nor_emptied(tmp_path: Path) -> None:
    build = tmp_path / "build"
    build.mkdir()
    for precious in (tmp_path / "precious", build / "report.md"):
        precious.write_text("content")
        (build / ".lock").symlink_to(precious)
        with pytest.raises((CannotWrite, BadInput), match=r"\.lock"), exclusive(build):
            pass
        assert precious.read_text() == "content"
        (build / ".lock").unlink()
    (build / ".lock").write_text("kept")
    with exclusive(build), pytest.raises(BadInput, match="at work"), exclusive(build):
        pass
    assert (build / ".lock").read_text() == "kept"
    (build / ".lock").unlink()
    os.mkfifo(build / ".lock")
    with pytest.raises(BadInput, match=r"\.lock is neither a regular file"), exclusive(build):
        pass


@pytest.mark.parametrize("kind", ["file", "folder", "pipe"])
def test_a_link_out_of_a_build_and_a_special_file_in_it_are_refused(tmp_path: Path, kind: str) -> None:
    build, inside = tmp_path / "build", tmp_path / "build" / "hls"
    inside.mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "precious").write_text("content")
    (inside / "inner").symlink_to(build / "report.md")
    with exclusive(build):
        pass
    if kind == "pipe":
        os.mkfifo(inside / "defines.h")
    else:
        (inside / "defines.h").symlink_to(tmp_path / ("precious" if kind == "file" else "other"))
    with pytest.raises(BadInput, match=r"defines\.h is"), exclusive(build):
        pass


def test_what_belongs_to_another_user_asks_for_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    assert foreign(tmp_path) is None
    require_own(tmp_path, trust=False, what="its C++")
    monkeypatch.setattr(folders.os, "geteuid", lambda: os.getuid() + 1)
    assert foreign(tmp_path) == tmp_path
    with pytest.raises(BadInput, match=r"its C\+\+ would run with your rights.*--trust"):
        require_own(tmp_path, trust=False, what="its C++")
    require_own(tmp_path, trust=True, what="its C++")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_folder_is_made_leaves_no_folder(tmp_path: Path, number: signal.Signals) -> None:
    """The signal comes right behind mkdir: the moment in which nobody knows of the folder yet."""
    code = """
import os, sys, tempfile
from pathlib import Path
from fpgajet import folders, signals
signals.install()
made = tempfile.mkdtemp
def mkdtemp(*args, **named):
    path = made(*args, **named)
    os.kill(os.getpid(), int(sys.argv[2]))
    return path
tempfile.mkdtemp = mkdtemp
for make in (lambda: folders.ScratchFolder("one-"), lambda: folders.atomic_folder(Path(sys.argv[1]) / "two")):
    try:
        with make():
            print("went on")
    except KeyboardInterrupt:
        print("interrupted")
"""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    given = [sys.executable, "-c", code, str(tmp_path), str(int(number))]
    done = subprocess.run(given, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["interrupted", "interrupted"], done
    assert not list(tmp_path.iterdir())
