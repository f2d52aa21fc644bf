"""A file on which the HDF5 library crashes or hangs is refused in a sentence: another process has met it first."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import h5py
import pytest

from fpgajet.errors import BadInput
from quant.data import read_jets, write_jets
from quant.data.reading import probe
from tests.toy_jets import toy_jets


@pytest.fixture
def jets(tmp_path: Path) -> Path:
    write_jets(tmp_path / "jets.h5", toy_jets(20, 4))
    return tmp_path / "jets.h5"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_crash_is_a_sentence(jets: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    monkeypatch.setattr(probe, "look_through", lambda path: os.kill(os.getpid(), number))
    with pytest.raises(BadInput, match="the HDF5 library crashes on it"):
        read_jets(jets)


def test_work_without_an_end_is_a_sentence(jets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(path: str) -> None:
        while True:
            pass

    monkeypatch.setattr(probe, "look_through", forever)
    monkeypatch.setattr(probe, "CPU_SECONDS", 1)
    with pytest.raises(BadInput, match="does not come to an end"):
        read_jets(jets)


def test_a_reader_that_waits_is_given_up(jets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that does not answer: nothing is known, so the file is read; the process is gone."""
    monkeypatch.setattr(probe, "look_through", lambda path: signal.pause())
    monkeypatch.setattr(probe, "WAIT_SECONDS", 0.2)
    fork, children = os.fork, []

    def noted() -> int:
        children.append(fork())
        return children[-1]

    monkeypatch.setattr(os, "fork", noted)
    assert len(read_jets(jets)) == 20
    (child,) = children
    with pytest.raises(ChildProcessError):  # it has been ended and waited for
        os.waitpid(child, os.WNOHANG)


def test_everything_a_reader_opens_is_looked_at(jets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(h5py.AttributeManager, "__getitem__", lambda self, name: seen.append(name))
    with h5py.File(jets) as file:
        names = set(file.attrs) | {name for item in file.values() for name in item.attrs}
    probe.look_through(str(jets))
    assert names
    assert names <= set(seen)


def test_a_state_of_a_file_is_looked_through_once(jets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forks = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: forks.append(1) or fork())
    read_jets(jets)
    read_jets(jets)
    assert len(forks) == 1
    write_jets(jets, toy_jets(30, 4))
    assert len(read_jets(jets)) == 30
    assert len(forks) == 2
