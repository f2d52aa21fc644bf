"""An interrupt while HDF5 works: it comes through, nothing half-written stays, nothing is printed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from quant.data import read_jets, write_jets
from quant.data.writing.deferred_errors import DeferredErrorFile
from tests.toy_jets import toy_jets

JETS = toy_jets(60)


def written(path: Path, method: str, interrupted_call: int | None = None) -> int:
    """Write a file, with SIGINT sent within one call of HDF5 to its file; returns the number of calls."""
    plain, calls = getattr(DeferredErrorFile, method), 0

    def call(self: DeferredErrorFile, *arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == interrupted_call:
            os.kill(os.getpid(), signal.SIGINT)
        return plain(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DeferredErrorFile, method, call)
        write_jets(path, JETS)
    return calls


@pytest.mark.parametrize("method", ["write", "seek"])
def test_an_interrupt_in_a_callback_of_hdf5(method: str, tmp_path: Path) -> None:
    """pytest turns what Python prints about an exception that cannot be raised into a failure."""
    calls = written(tmp_path / "all.h5", method)
    assert calls > 5
    for number in range(1, calls + 1):
        path = tmp_path / str(number) / "jets.h5"
        with pytest.raises(KeyboardInterrupt):
            written(path, method, number)
        if path.exists():
            assert len(read_jets(path)) == 60
        assert [entry.name for entry in path.parent.iterdir()] == ["jets.h5"] * path.exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
