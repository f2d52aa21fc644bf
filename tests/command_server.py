"""Runs ``python -m fpgajet`` in copies of a process that has loaded the modules of the commands before.

Loading torch, onnx and their like takes longer than most of the commands that tests give. Nothing but loading happens
in that process. The command line itself is loaded by every command anew, since its console looks at the environment.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

ANEW = ("__main__", "fpgajet.__main__", "fpgajet.cli")


class CommandServer:
    """The process that is copied; it ends with :meth:`close`, or when this process does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(
        self, words: Iterable[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """As ``subprocess.run([sys.executable, "-m", "fpgajet", *words], ...)``, with its output as text."""
        command = list(words)
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        with tempfile.TemporaryDirectory() as place:
            said = [Path(place) / name for name in ("stdout", "stderr")]
            request = [command, str(folder), dict(environment), *map(str, said)]
            requests.write(json.dumps(request) + "\n")
            requests.flush()
            code = int(answers.readline())
            output, errors = (path.read_text(encoding="utf-8") for path in said)
        return subprocess.CompletedProcess(["fpgajet", *command], code, output, errors)

    def close(self) -> None:
        self._process.communicate()


def serve() -> None:
    """Answer every line of standard input, a request, by the exit status of its command."""
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as loaded:
            copy = os.fork()
            if not copy:
                code = 1
                try:
                    code = _command(*json.loads(line), loaded)
                finally:
                    os._exit(code)
            _, status = os.waitpid(copy, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            loaded.seek(0)
            _load(loaded.read().split())


def _command(
    words: list[str], folder: str, environment: dict[str, str], stdout: str, stderr: str, loaded: IO[str]
) -> int:
    """In the copy: what the interpreter does for ``-m``, up to its end; the modules go to ``loaded``."""
    for number, path in enumerate((os.devnull, stdout, stderr)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["fpgajet", *words]
    sys.path.insert(0, folder)
    try:
        runpy.run_module("fpgajet", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    loaded.write(" ".join(sys.modules))
    loaded.flush()
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _load(names: Iterable[str]) -> None:
    """Load what a command has loaded, for the next one. What cannot be loaded by name, that one loads itself."""
    for name in names:
        if name not in sys.modules and not name.startswith(ANEW):
            with contextlib.suppress(Exception):
                importlib.import_module(name)


if __name__ == "__main__":
    del sys.path[0]  # this folder, whose packages have the names of ours
    serve()
