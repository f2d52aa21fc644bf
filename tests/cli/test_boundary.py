"""The last line of defence: one paragraph for whatever happens, standard streams of every kind, signals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from fpgajet import errors, signals
from fpgajet.cli import output
from tests.conftest import Run

COMMAND = [sys.executable, "-m", "fpgajet"]


def run_app(monkeypatch: pytest.MonkeyPatch, error: BaseException, *words: str) -> int:
    """The exit code of a command that raises ``error``."""
    app = typer.Typer()

    @app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
    def command() -> None:
        raise error

    monkeypatch.setattr(sys, "argv", ["fpgajet", *words])
    return output.run(app)


def test_a_bug_is_one_paragraph_and_its_traceback_is_kept(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = run_app(monkeypatch, ZeroDivisionError("division [/] by\nzero"))
    said = capfd.readouterr().err
    assert code == errors.UNEXPECTED_EXIT_CODE == 1
    assert "ZeroDivisionError: division [/] by zero. This is a fault in fpgajet" in said
    assert "Traceback" not in said
    kept = Path(re.search(r"traceback in (\S+)\.\n", said)[1])
    assert "raise error" in kept.read_text()
    kept.unlink()


def test_without_a_temporary_folder_it_is_still_one_paragraph(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def keep_text(prefix: str, text: str) -> Path:
        raise errors.CannotWrite("no")

    monkeypatch.setattr(output, "keep_text", keep_text)
    assert run_app(monkeypatch, ValueError("x" * 10_000)) == 1
    said = capfd.readouterr().err
    assert "FPGAJET_TRACEBACK=1" in said
    assert len(said) < 1000


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ImportError("libcudart.so.12: cannot open", name="torch"), 5, "torch cannot be imported"),
        (ImportError("cannot import name [/]"), 5, "a package cannot be imported"),
        (MemoryError(), 1, "MemoryError"),
        (RecursionError("deep"), 1, "RecursionError"),
        (errors.BadInput("names may be [red]markup[/red] or [/]"), 2, "[red]markup[/red] or [/]"),
    ],
)
def test_each_kind_has_its_code(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: Exception, code: int, text: str
) -> None:
    assert run_app(monkeypatch, error) == code
    said = capfd.readouterr().err
    assert text in said
    for kept in re.findall(r"traceback in (\S+)\.\n", said):
        Path(kept).unlink()


def test_an_empty_word_is_an_unset_variable(fpgajet: Run) -> None:
    for words in (
        ["build", "--out", ""],
        ["build", "--out="],
        ["parts", ""],
        ["estimate", "npelican", "--part", ""],
    ):
        done = fpgajet(*words)
        assert done.returncode == 2
        assert "is empty" in done.stderr
    assert "--out is empty" in fpgajet("build", "--out", "").stderr


@pytest.mark.parametrize("words", [["parts"], ["parts", "--json"], ["--help"], ["models"]])
def test_standard_output_of_every_kind(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == errors.CannotWrite.exit_code
    assert done.stderr == "error: cannot write to standard output: No space left on device.\n"

    closed = subprocess.run(
        ["/bin/sh", "-c", '"$@" >&-', "sh", *COMMAND, *words], stderr=subprocess.PIPE, text=True, check=False
    )
    assert (closed.returncode, closed.stderr) == (0, "")

    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    plain = subprocess.run([*COMMAND, *words], env=ascii_only, capture_output=True, text=True, check=False)
    assert (plain.returncode, plain.stderr, plain.stdout.isascii()) == (0, "", True)
    assert len(plain.stdout) > 100


def test_a_reader_that_has_gone_is_no_fault() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "parts"], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (errors.BROKEN_PIPE_EXIT_CODE, "")


@pytest.mark.parametrize("columns", ["0", "1", "-5", "", "wide", "9" * 30])
def test_a_terminal_without_width_shows_all(fpgajet: Run, columns: str) -> None:
    done = fpgajet("parts", COLUMNS=columns)
    assert done.returncode == 0, done.stderr
    assert "xcvu9p" in done.stdout


@pytest.mark.parametrize("name", ["[/]", "[bold]x[/bold]", "n" * 300, "a\nb", "\x1b[31m", "caf\udce9"])
@pytest.mark.parametrize(
    "words",
    [
        ["estimate"],
        ["report"],
        ["data", "validate"],
        ["build", "--config"],
        ["csim"],
        ["check", "--baseline", "x"],
    ],
    ids=" ".join,
)
def test_names_that_are_markup_or_impossible(fpgajet: Run, words: list[str], name: str) -> None:
    done = fpgajet(*words, name)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "fault in fpgajet" not in done.stderr


@pytest.mark.parametrize("number", signals.ENDING)
@pytest.mark.parametrize("moment", ["import", "work"])
def test_every_signal_ends_alike(tmp_path: Path, number: signal.Signals, moment: str) -> None:
    """At once after the start, in imports; and in work that has begun."""
    words = ["build", "--flow", "hls", "--out", "out", "--edge-vectors", "1000", "--max-jets", "1000"]
    process = subprocess.Popen(
        [*COMMAND, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1" if moment == "import" else ""},
    )  # fmt: skip
    assert process.stderr is not None
    if moment == "import":
        for line in process.stderr:  # the first package that the command line itself needs
            if line.rstrip().endswith("click.globals") or line.rstrip().endswith("typer.models"):
                break
    else:
        while not (tmp_path / "out" / "build.json").exists():
            assert process.poll() is None
            time.sleep(0.02)
    process.send_signal(number)
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 128 + number, said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_signal_that_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under nohup."""
    before = {number: signal.getsignal(number) for number in signals.ENDING}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signals.install()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_the_advice_after_ctrl_c_is_the_command_that_goes_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for words, resume in (
        (["train"], True),
        (["compress", "x"], True),
        (["train", "--resume"], False),
        (["build"], False),
    ):
        assert run_app(monkeypatch, KeyboardInterrupt(), *words) == 130
        assert ("--resume" in capfd.readouterr().err) is resume
