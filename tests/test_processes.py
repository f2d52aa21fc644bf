"""Programs that fpgajet starts: their output, and that none outlives a timeout or an interrupt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fpgajet import processes
from fpgajet.errors import CannotWrite, MissingTool, ToolFailed

#: Starts a grandchild, writes its number to the file of the first argument, and sleeps.
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(child.pid))
print("started", flush=True)
time.sleep(600)
"""


def python(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def gone(number: int) -> bool:
    """Whether a process has ended; one that nobody has waited for yet counts."""
    for _ in range(500):
        try:
            state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_output_goes_to_the_caller_and_to_the_log(tmp_path: Path) -> None:
    said: list[str] = []
    code = "import os, sys; print(os.environ['WORD'], flush=True); print('err', file=sys.stderr); sys.exit(3)"
    done = processes.run(
        python(code), env={"WORD": "out"}, cwd=tmp_path, log=tmp_path / "log", say=said.append
    )
    assert done == processes.Finished(3, "out\nerr\n")
    assert said == ["out", "err"]
    assert (tmp_path / "log").read_text() == done.output
    assert done.first_line("e[r]+") == "err"
    assert done.first_line("absent") == "exit status 3"


def test_bytes_that_are_no_text_do_not_stop_it() -> None:
    done = processes.run(python(r"import sys; sys.stdout.buffer.write(b'a\xff\n')"))
    assert done == processes.Finished(0, "a\ufffd\n")


def test_a_program_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match="no-such-program cannot be started"):
        processes.run(["no-such-program"])
    with pytest.raises(CannotWrite):
        processes.run(python(""), log=tmp_path / "none" / "log")


def test_after_the_timeout_the_whole_family_is_gone(tmp_path: Path) -> None:
    number = tmp_path / "number"
    with pytest.raises(ToolFailed, match="did not end within 3 seconds"):
        processes.run(python(FAMILY, number), timeout=3)
    assert gone(int(number.read_text()))


def test_what_a_program_leaves_behind_is_ended(tmp_path: Path) -> None:
    number = tmp_path / "number"
    quiet = FAMILY.replace('"])', '"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)')
    code = quiet[: quiet.rindex("time.sleep")]
    assert processes.run(python(code, number)).status == 0
    assert gone(int(number.read_text()))


def test_an_interrupted_caller_leaves_nothing(tmp_path: Path) -> None:
    number = tmp_path / "number"

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes.run(python(FAMILY, number), say=interrupt)
    assert gone(int(number.read_text()))


def test_an_interrupt_ends_the_programs_of_threads(tmp_path: Path) -> None:
    numbers = [tmp_path / "first", tmp_path / "second"]
    started, status = threading.Semaphore(0), []

    def work(number: Path) -> None:
        done = processes.run(python(FAMILY, number), say=lambda line: started.release())
        status.append(done.status)

    def main() -> None:
        with processes.program_threads(2) as pool:
            for number in numbers:
                pool.submit(work, number)
            for _ in numbers:
                started.acquire()
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        main()
    assert status == [-signal.SIGKILL] * 2
    assert all(gone(int(number.read_text())) for number in numbers)


INTERRUPTED_START = """
import os, signal, threading, time
from fpgajet import processes, signals

signals.install()
start, done = threading.Thread.start, []

def interrupted(thread):
    start(thread)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread.start = interrupted
try:
    with processes.program_threads(1) as pool:
        pool.submit(lambda: (time.sleep(0.3), done.append(1)))
except KeyboardInterrupt:
    print(f"{len(done)} done", flush=True)
os._exit(0)
"""


def test_an_interrupt_while_a_thread_starts_waits_for_the_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_START], capture_output=True, text=True, check=False
    )
    assert done.stdout == "1 done\n", done.stderr


YIELDING = """
import os, subprocess, sys, time
for _ in range(6000):
    if os.nice(0) == int(sys.argv[1]):
        break
    time.sleep(0.01)
subprocess.run([sys.executable, "-c", "import os; print(os.nice(0))"])
"""


@pytest.mark.parametrize(("yields", "more"), [(False, 0), (True, processes.YIELD)])
def test_a_program_that_yields_is_nicer_and_so_are_its_children(yields: bool, more: int) -> None:
    expected = min(os.nice(0) + more, 19)
    found = processes.run(python(YIELDING, expected), yields=yields).output
    assert int(found) == expected
