"""NumPy files that a user hands in as jets: read, or refused in words; nothing is unpickled."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgajet.errors import BadInput
from quant.data import read_events
from quant.data.conversion.convert import convert
from quant.data.conversion.options import ConversionOptions
from tests.toy_jets import toy_jets


def archive(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


def npy(shape: tuple[int, ...], code: str = "<f4", content: bytes = b"") -> bytes:
    head = f"{{'descr': '{code}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + content


LABELS = npy((2,), "|u1", b"\0\1")
ARCHIVES: list[tuple[str, dict[str, bytes], str]] = [
    ("folder", {"a/p4.npy": npy((2, 1, 4)), "a/label.npy": LABELS}, "has no four-momenta.* it holds a/label, a/p4"),
    ("wrong-magic", {"p4.npy": b"PICKLE" * 9, "label.npy": LABELS}, "is not a NumPy array"),
    ("terabytes", {"p4.npy": npy((10**11, 6, 4)), "label.npy": LABELS}, "claims 9,600,000,000,000 bytes"),
    ("huge-numbers", {"p4.npy": npy((10**30, 6, 4)), "label.npy": LABELS}, "claims|not a NumPy array"),
    ("negative", {"p4.npy": npy((-2, 6, 4)), "label.npy": LABELS}, r"shape \[-2|not a NumPy array"),
    ("objects", {"p4.npy": npy((2, 1, 4), "|O", pickle.dumps([])), "label.npy": LABELS}, "never unpickled"),
    ("complex", {"p4.npy": npy((2, 1, 4), "<c8", bytes(64)), "label.npy": LABELS}, "must be floating-point"),
    ("text", {"p4.npy": npy((2, 1, 4), "|S4", bytes(32)), "label.npy": LABELS}, "must be floating-point"),
    ("no-slots", {"p4.npy": npy((2, 0, 4)), "label.npy": LABELS}, "no slot for a constituent"),
    ("scalar", {"p4.npy": npy((), "<f4", bytes(4)), "label.npy": LABELS}, "one row per jet"),
    ("label-text", {"p4.npy": npy((2, 1, 4), "<f4", bytes(32)), "label.npy": npy((2,), "|S1", b"01")}, "be numbers"),
    ("nothing", {}, "it holds nothing|empty"),
    ("other-files", {"readme.txt": b"no arrays"}, "it holds nothing"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "message"), [row[1:] for row in ARCHIVES], ids=[row[0] for row in ARCHIVES]
)
def test_npz_is_refused_in_words(members: dict[str, bytes], message: str, tmp_path: Path) -> None:
    archive(tmp_path / "a.npz", members)
    with pytest.raises(BadInput, match=message):
        convert([tmp_path / "a.npz"], tmp_path / "out.h5", ConversionOptions())
    assert not (tmp_path / "out.h5").exists()


def test_column_major_arrays_are_read_whole_or_refused(tmp_path: Path) -> None:
    jets = toy_jets(10, 4)
    turned = np.asfortranarray(jets.constituents)
    np.save(tmp_path / "a.npy", turned)
    np.testing.assert_array_equal(read_events(tmp_path / "a.npy", 4), jets.constituents)
    np.savez(tmp_path / "a.npz", p4=turned, label=jets.label)
    with pytest.raises(BadInput, match="column-major"):
        convert([tmp_path / "a.npz"], tmp_path / "out.h5", ConversionOptions())


def test_a_compression_bomb_is_refused(tmp_path: Path) -> None:
    """A forged directory of the archive: the member claims more than compression can do."""
    archive(tmp_path / "a.npz", {"p4.npy": npy((10**9, 1, 4)), "label.npy": LABELS})
    content = bytearray((tmp_path / "a.npz").read_bytes())
    entry = content.index(b"PK\x01\x02")  # uncompressed size stands 24 bytes into the entry of the directory
    content[entry + 24 : entry + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(BadInput, match=r"p4 claims 4.295 GB, but the file holds \d+ bytes"):
        convert([tmp_path / "a.npz"], tmp_path / "out.h5", ConversionOptions())


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (os.mkdir, (str(tmp_path / "ran"),))

    np.save(tmp_path / "a.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "a.npz", p4=np.array([Bomb()], dtype=object), label=np.zeros(1))
    for run in (
        lambda: read_events(tmp_path / "a.npy", 6),
        lambda: convert([tmp_path / "a.npz"], tmp_path / "out.h5", ConversionOptions()),
    ):
        with pytest.raises(BadInput, match="never unpickled"):
            run()
    assert not (tmp_path / "ran").exists()
