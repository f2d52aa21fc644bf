"""What compilers made, kept by the content of what it was made from: the same code is not compiled twice.

In ``fpgajet/compiled`` of the user's cache (``$XDG_CACHE_HOME``, else ``~/.cache``). What lies there is loaded as code,
so it is used only in a folder of this user that nobody else may write to. Where there is none, everything is compiled.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from fpgajet.errors import CannotWrite, MissingTool, ToolFailed
from fpgajet.files import atomic_path
from fpgajet.processes import run

#: Changes with how the files are used: old ones are then not found.
VERSION = "1"
#: g++ looks for memory to free from this many kilobytes on; by default from 128,000, which takes a tenth of its time.
FEWER_COLLECTIONS = "--param=ggc-min-heapsize=500000"
#: Beyond this the files that were not used for longest go.
LARGEST_BYTES = 500_000_000


def user_cache() -> Path:
    """The folder of all that fpgajet keeps for this user; it need not exist."""
    given = os.environ.get("XDG_CACHE_HOME", "")  # by the specification, empty is not given
    try:
        base = Path(given) if given else Path.home() / ".cache"
    except RuntimeError:  # a user without a home: no folder can be made there
        base = Path(os.devnull)
    return base / "fpgajet"


def is_private(folder: Path) -> bool:
    """Whether the folder is this user's and nobody else may write there."""
    status = folder.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def compiled_key(compiler: str, options: Iterable[str], contents: Iterable[tuple[str, bytes]]) -> str | None:
    """SHA-256 over all that a compilation depends on; None where the compiler does not say which one it is.

    Args:
        compiler: its name on ``PATH``. options: of its command. contents: names and bytes of all that it reads besides
            the headers that come with it.
    """
    identity = _identity(compiler)
    if identity is None:
        return None
    digest = hashlib.sha256()
    parts = [VERSION.encode(), identity.encode(), *(option.encode() for option in options)]
    parts += [part for name, content in contents for part in (name.encode(), content)]
    for part in parts:
        digest.update(f"{len(part)} ".encode() + part)
    return digest.hexdigest()


def fetch(key: str | None, target: Path, *, as_link: bool = False) -> bool:
    """Copy what is kept under a key to ``target``; whether there was anything.

    Args:
        as_link: ``target`` becomes a link to what is kept, which another process may remove at any time. For parsed
            headers: a compiler that does not find them reads the text.
    """
    if key is None:
        return False
    source = _folder() / key
    try:
        if not (is_private(source.parent) and stat.S_ISREG(source.lstat().st_mode)):
            return False
        if as_link:
            target.symlink_to(source.absolute())
        else:
            shutil.copyfile(source, target)
        os.utime(source)
    except OSError:
        return False
    return True


def keep(key: str | None, source: Path) -> None:
    """Keep a copy of a file under a key; a place that refuses is let be."""
    if key is None:
        return
    folder = _folder()
    with contextlib.suppress(OSError, CannotWrite):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_private(folder):
            with atomic_path(folder / key) as temporary:
                shutil.copyfile(source, temporary)
            _shrink(folder)


def _shrink(folder: Path) -> None:
    left = LARGEST_BYTES
    for status, path in sorted(((path.stat(), path) for path in folder.iterdir()), key=_latest_first):
        left -= status.st_size
        if left < 0:
            path.unlink(missing_ok=True)


def _latest_first(entry: tuple[os.stat_result, Path]) -> float:
    return -entry[0].st_mtime


def _folder() -> Path:
    return user_cache() / "compiled"


def _identity(compiler: str) -> str | None:
    """Path, version and target of a compiler."""
    found = [shutil.which(compiler) or ""]
    for question in ("--version", "-dumpmachine"):
        try:
            asked = run([compiler, question], timeout=60)
        except (MissingTool, ToolFailed):
            return None
        if asked.status != 0:
            return None
        found.append(asked.output)
    return "\n".join(found)
