"""Which format a file has, by its content, and the source that reads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import h5py

from fpgajet.errors import BadInput
from quant.data.conversion import parquet
from quant.data.conversion.csv_table import CsvTable
from quant.data.conversion.features import FORMATS as WITH_FEATURES
from quant.data.conversion.hls4ml import Hls4mlFile
from quant.data.conversion.numpy_files import ENERGYFLOW, FOUR_MOMENTA, NumpyFile, coordinates
from quant.data.conversion.options import ConversionOptions
from quant.data.conversion.pelican import PelicanFile
from quant.data.conversion.root import RootTree
from quant.data.conversion.source import Source
from quant.data.conversion.zenodo import ZenodoTable
from quant.data.reading.boundary import reading, require_regular_file
from quant.data.reading.hdf5 import names_in, open_hdf5
from quant.data.reading.npy import ZIP_MAGIC

NUMPY_MAGIC = b"\x93NUMPY"
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ROOT_MAGIC = b"root"
#: First bytes of compressed files, which hide what they hold.
COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
#: HDF5 formats: what they are known by, and whether that is a group.
_HDF5_FORMATS = (
    ("table", True, "zenodo"),
    ("Pmu", False, "pelican"),
    ("jetConstituentList", False, "hls4ml"),
)
_BY_SUFFIX = {
    ".root": "root",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".parq": "parquet",
}


def detect(path: Path) -> str:
    """The format of a file: by its first bytes, and for HDF5 and NumPy by what it holds; else by its name.

    Raises:
        BadInput: no regular file, empty, or of no known format.
    """
    size = require_regular_file(path)
    if size == 0:
        raise BadInput(f"{path} is empty.")
    with reading(path), path.open("rb") as stream:
        start = stream.read(8)
    for magic, name in COMPRESSED.items():
        if start.startswith(magic):
            raise BadInput(f"{path} is compressed with {name}: unpack it first.")
    if start.startswith((ZIP_MAGIC, NUMPY_MAGIC)) or path.suffix in {".npy", ".npz"}:
        return coordinates(path)
    if start.startswith(parquet.MAGIC):
        return "parquet"
    if start.startswith(ROOT_MAGIC):
        return "root"
    if start != HDF5_MAGIC and path.suffix in _BY_SUFFIX:
        return _BY_SUFFIX[path.suffix]
    with open_hdf5(path) as file, reading(path):
        if file.attrs.get("layout") is not None:
            raise BadInput(f"{path} is in fpgajet's layout already.")
        for key, is_group, name in _HDF5_FORMATS:
            held = file.get(key, getclass=True) if key in file else None
            if held is not None and issubclass(held, h5py.Group) == is_group:
                return name
        found = ", ".join(names_in(file)) or "nothing"
    raise BadInput(
        f"{path} is HDF5 of an unknown format (it holds {found}); expected `table` (Zenodo), `Pmu` "
        "(PELICAN) or `jetConstituentList` (hls4ml)."
    )


def open_source(path: Path, options: ConversionOptions) -> tuple[str, Source]:
    """The format's name and an opened source.

    Raises:
        BadInput: unknown or damaged format, or options that this format does not have.
        MissingTool: a package for this format is not installed.
    """
    name = detect(path) if options.format is None else options.format
    features = tuple(wanted.source for wanted in options.features)
    if features and name not in WITH_FEATURES:
        raise BadInput(
            f"--features cannot be read from {path}, which is of the format {name}: {', '.join(WITH_FEATURES)} have "
            "them. Write the momenta and one array [jets, constituents] per feature with numpy.savez."
        )
    if name == "root":
        return name, RootTree(path, class_name=options.class_name, classes=options.classes, tree=options.tree)
    if options.class_name is not None or options.tree is not None:
        raise BadInput(f"--class-name and --tree are for ROOT files; {path} is of the format {name}.")
    if name == "hls4ml":
        if options.classes:
            raise BadInput(
                f"{path} is of the format hls4ml, which names its classes itself: leave out --classes."
            )
        return name, Hls4mlFile(path, features)
    with_labels: dict[str, Callable[[Path, tuple[str, ...]], Source]] = {
        "zenodo": ZenodoTable,
        "pelican": partial(PelicanFile, features=features),
        "csv": CsvTable,
        "parquet": partial(parquet.ParquetTable, features=features),
        "numpy": lambda path, classes: NumpyFile(path, FOUR_MOMENTA, classes, features),
        "energyflow": lambda path, classes: NumpyFile(path, ENERGYFLOW, classes, features),
    }
    return name, with_labels[name](path, options.classes)
