"""Whatever a user hands in as jets is read, or refused in words: never a traceback, never a wrong number."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fpgajet.errors import BadInput
from quant.data import Jets, iter_jets, read_events, read_jets, validate, write_jets
from quant.data.conversion.convert import convert
from quant.data.conversion.options import ConversionOptions
from quant.data.describing.facts import describe
from quant.data.reading.values import whole_numbers
from tests.toy_jets import toy_jets

READERS: dict[str, Callable[[Path], object]] = {
    "validate": validate,
    "read_jets": read_jets,
    "iter_jets": lambda path: list(iter_jets(path)),
    "describe": describe,
    "read_events": lambda path: read_events(path, 6),
}


def replaced(file: h5py.File, name: str, content: Any, **options: Any) -> None:
    del file[name]
    file.create_dataset(name, data=content, **options)


def with_type(name: str, code: Any) -> Callable[[h5py.File], None]:
    return lambda file: replaced(file, name, file[name][()].astype(code))


def value(name: str, number: float, code: str = "f8") -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        content = file[name][()].astype(code)
        content.flat[3] = number
        replaced(file, name, content)

    return change


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(40,), dtype="u1")
    layout[:] = h5py.VirtualSource("missing.h5", "label", shape=(40,))
    del file["label"]
    file.create_virtual_dataset("label", layout)


def linked(link: Any) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file.move("label", "elsewhere")
        file["label"] = link

    return change


def group(file: h5py.File) -> None:
    del file["label"]
    file.create_group("label")


def null(file: h5py.File) -> None:
    del file["label"]
    file.create_dataset("label", data=h5py.Empty("u1"))


def scalar(file: h5py.File) -> None:
    replaced(file, "label", np.uint8(1))


def stored_outside(file: h5py.File) -> None:
    del file["label"]
    file.create_dataset("label", (40,), "u1", external=[("outside.raw", 0, 40)])


def terabytes(file: h5py.File) -> None:
    for name, tail in (("constituents", (6, 4)), ("multiplicity", ()), ("label", ()), ("jet", (4,))):
        code = file[name].dtype
        del file[name]
        file.create_dataset(name, (10**11, *tail), code, chunks=(1024, *tail), compression="gzip")


def large_chunk(file: h5py.File) -> None:
    del file["label"]
    file.create_dataset("label", (40,), "u1", maxshape=(None,), chunks=(1 << 29,))


def attribute(name: str, content: Any) -> Callable[[h5py.File], None]:
    return lambda file: file.attrs.__setitem__(name, content)


DAMAGE: list[tuple[str, Callable[[h5py.File], None], str]] = [
    ("label-negative", value("label", -1), r"label must be whole numbers from 0 to 1, found -1.0 in row 3"),
    ("label-negative-int", value("label", -1, "i8"), r"label must be whole numbers.*found -1 in row 3"),
    ("label-fraction", value("label", 1.7), r"found 1.7 in row 3"),
    ("label-half", value("label", 0.5), r"found 0.5 in row 3"),
    ("label-nan", value("label", np.nan), r"found nan in row 3"),
    ("label-256", value("label", 256, "i8"), r"found 256 in row 3"),
    ("label-text", with_type("label", "S1"), "label must hold whole numbers, it holds text"),
    ("label-complex", with_type("label", "c8"), "label must hold whole numbers, it holds complex"),
    ("multiplicity-wraps", value("multiplicity", 65_539, "i8"), r"multiplicity must be .* found 65539 in row 3"),
    ("multiplicity-negative", value("multiplicity", -2, "i8"), "multiplicity must be"),
    ("units", attribute("units", "MeV"), "momenta in 'MeV'"),
    ("units-bytes", attribute("units", np.bytes_(b"TeV")), "momenta in 'TeV'"),
    ("units-number", attribute("units", 1000), "momenta in 1000"),
    ("momenta-complex", with_type("constituents", "c8"), "constituents must hold floating-point.*complex"),
    ("momenta-text", with_type("constituents", "S8"), "constituents must hold floating-point.*text"),
    ("momenta-integers", with_type("constituents", "i4"), "constituents must hold floating-point"),
    ("jet-complex", with_type("jet", "c8"), "jet must hold floating-point"),
    ("virtual", virtual, "label is a virtual dataset"),
    ("external-link", linked(h5py.ExternalLink("missing.h5", "/label")), "label is a link to missing.h5 /label"),
    ("soft-link", linked(h5py.SoftLink("/elsewhere")), "label is a link to /elsewhere"),
    ("broken-link", linked(h5py.SoftLink("/nowhere")), "label is a link to /nowhere"),
    ("group", group, "label is a group"),
    ("null", null, "null dataspace"),
    ("scalar", scalar, "single value"),
    ("stored-outside", stored_outside, "stored outside the file"),
    ("no-slots", lambda file: replaced(file, "constituents", np.zeros((40, 0, 4), "f4")), "0 slots"),
    ("flat", lambda file: replaced(file, "constituents", np.zeros((40, 24), "f4")), "shape"),
    ("terabytes", terabytes, r"claims 9.6 TB, but the file holds 0 bytes"),
    ("large-chunk", large_chunk, "chunks of 537 MB"),
    ("classes-repeated", attribute("classes", '["top", "top"]'), "classes must list"),
    ("classes-none", attribute("classes", "[]"), "classes must list"),
    ("classes-numbers", attribute("classes", "[1, 2]"), "classes must list"),
    ("classes-deep", attribute("classes", "[" * 20_000), "classes is missing or is not JSON"),
    ("layout-bytes", attribute("layout", np.bytes_(b"other")), "not a jet file"),
    ("version-text", attribute("layout_version", "one"), "layout version one"),
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("damage", "message"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_every_reader_refuses_hdf5_in_words(
    reader: str, damage: Callable[[h5py.File], None], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    write_jets(path, toy_jets())
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(BadInput, match=message) as error:
        READERS[reader](path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("content", [-1, 0.5, 1.7, np.nan, np.inf, 256.0])
def test_labels_of_sources_are_whole(content: float, tmp_path: Path) -> None:
    jets = toy_jets()
    label = jets.label.astype(np.float64)
    label[3] = content
    np.savez(tmp_path / "a.npz", p4=jets.constituents, label=label)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Pmu"], file["is_signal"] = jets.constituents, label
    for name in ("a.npz", "a.h5"):
        with pytest.raises(BadInput, match=r"whole numbers from 0 to 1.*row 3"):
            convert([tmp_path / name], tmp_path / "out.h5", ConversionOptions())


@pytest.mark.parametrize("suffix", [".h5", ".npz", ".npy", ".root", ".csv", ".parquet", ""])
def test_pipes_devices_and_directories_are_not_opened(suffix: str, tmp_path: Path) -> None:
    """Opening a FIFO without a writer would wait for ever."""
    fifo, folder, device = (tmp_path / f"{name}{suffix}" for name in ("fifo", "folder", "device"))
    os.mkfifo(fifo)
    folder.mkdir()
    device.symlink_to("/dev/zero")
    for path, words in ((fifo, "is a pipe"), (device, "is a device"), (folder, "is a directory")):
        with pytest.raises(BadInput, match=words):
            convert([path], tmp_path / "out.h5", ConversionOptions())
        for name, reader in READERS.items():
            if path != folder or (name == "read_events" and suffix == ".npy"):
                with pytest.raises(BadInput, match=words):
                    reader(path)


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    for name in ("x" * 5000 + ".h5", "nul\0.h5"):
        for reader in READERS.values():
            with pytest.raises(BadInput, match="cannot be read"):
                reader(tmp_path / name)


def test_writers_store_no_wrapped_numbers(tmp_path: Path) -> None:
    jets = toy_jets()
    for name, content in (("label", jets.label.astype(np.int64) - 1), ("multiplicity", np.full(40, 65_538))):
        with pytest.raises(BadInput, match=f"{name} must be whole numbers"):
            write_jets(tmp_path / "a.h5", Jets(**{**vars(jets), name: content}))
    with pytest.raises(BadInput, match="0 slots"):
        write_jets(tmp_path / "a.h5", Jets(**{**vars(jets), "constituents": jets.constituents[:, :0]}))
    assert list(tmp_path.iterdir()) == []


@given(
    arrays.arrays(st.sampled_from(["f4", "f8", "i1", "i8", "u8", "?"]), st.integers(0, 6)),
    st.integers(0, 300),
)
def test_whole_numbers_are_kept_or_refused(values: np.ndarray, highest: int) -> None:
    """Against Python's own exact numbers."""
    good = all(np.isfinite(v) and v.item() == int(v.item()) and 0 <= v.item() <= highest for v in values)
    if good:
        assert whole_numbers("a", "label", values, 0, highest).tolist() == [int(v.item()) for v in values]
    else:
        with pytest.raises(BadInput, match="whole numbers"):
            whole_numbers("a", "label", values, 0, highest)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from(["jets.h5", "a.npz", "a.csv"]), data=st.data())
def test_damaged_bytes_are_read_or_refused(name: str, data: st.DataObject, tmp_path: Path) -> None:
    jets = toy_jets(10, 4)
    path = tmp_path / name
    if name == "jets.h5":
        write_jets(path, jets)
    elif name == "a.npz":
        np.savez_compressed(path, p4=jets.constituents, label=jets.label)
    else:
        header = ",".join(f"{c}_{slot}" for slot in range(4) for c in ("E", "PX", "PY", "PZ"))
        rows = np.concatenate([jets.constituents.reshape(10, -1), jets.label[:, None]], axis=1)
        np.savetxt(path, rows, delimiter=",", header=f"{header},label", comments="")
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        if name == "jets.h5":
            validate(path)
        else:
            convert([path], tmp_path / "out.h5", ConversionOptions())
    except BadInput as error:
        assert name in str(error)  # noqa: PT017 - reading may also succeed
