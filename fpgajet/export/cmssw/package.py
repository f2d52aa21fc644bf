"""The files of an emulator repository for CMSSW."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import fpgajet
from fpgajet.export.c.package import vectors_text, write_sources
from fpgajet.export.templates import render
from fpgajet.files import write_text
from fpgajet.fixed import from_real
from fpgajet.ops.network import Network
from fpgajet.quoting import comment

#: Templates of the folder of a version, by the file that they become; NAME and EMULATOR are replaced.
VERSION_FILES = {
    "Makefile": "Makefile.version",
    "exports.map": "exports.map",
    "NAME_types.h": "types.h",
    "EMULATOR.cpp": "emulator.cpp",
    "test/NAME_test.cpp": "test.cpp",
}


@dataclass(frozen=True)
class Repository:
    """A written emulator repository.

    Attributes:
        folder: where it lies.
        name: of this version, for example ``npelican_n16_c2_v1``; ``base`` is that without the version.
        events: test vectors in it.
    """

    folder: Path
    name: str
    base: str
    events: int

    @property
    def version_folder(self) -> Path:
        """The folder of this version."""
        return self.folder / self.name


def write_repository(network: Network, folder: Path, name: str, features: NDArray[np.float32]) -> Repository:
    """Write the repository of one version.

    Args:
        network: what to write.
        folder: where to.
        name: an identifier that ends in ``_vX``, see :func:`fpgajet.export.names.identifier`.
        features: events of the test vectors, float32 [events, N, F] of the network's input form.

    Raises:
        BadInput: see :func:`fpgajet.export.c.write_sources`.
        CannotWrite: the folder cannot be written.
    """
    base, number = name.rsplit("_v", 1)
    emulator = f"{base}_emulator_v{number}"
    producer = "L1T" + "".join(part.capitalize() for part in base.split("_")) + "Producer"
    package = write_sources(network, folder / name / "NN", name)
    output = network.output.operator.output
    raw = from_real(features, network.input_type)
    values = {
        "base": base,
        "name": name,
        "upper": name.upper(),
        "emulator": emulator,
        "producer": producer,
        "title": comment(network.name),
        "version": fpgajet.__version__,
        "version_number": number,
        "shape": list(network.input_shape),
        "rows": network.constituents,
        "columns": network.input_shape[1],
        "form": network.form.name,
        "labels": [label for label, _ in network.form.labels],
        "inputs": package.inputs,
        "outputs": package.outputs,
        "input_fraction": network.input_type.fraction,
        "output_fraction": output.fraction,
        "input_type": network.input_type.ap_fixed(),
        "output_type": output.ap_fixed(),
        "events": len(raw),
    }
    files = {f"{name}/{file}": template for file, template in VERSION_FILES.items()} | {
        "Makefile": "Makefile.top",
        "README.md": "README.md",
        f"cmsdist/{base}.spec": "package.spec",
        f"cmsdist/scram-tools.file/tools/{base}/{base}.xml": "tool.xml",
        "producer/plugins/PRODUCER.cc": "producer.cc",
        f"producer/python/{base}_cfi.py": "producer_cfi.py",
    }
    for file, template in files.items():
        written = file.replace("PRODUCER", producer).replace("EMULATOR", emulator).replace("NAME", name)
        write_text(folder / written, render("cmssw", template, **values))
    write_text(folder / name / "test" / "vectors.txt", vectors_text(network, raw))
    return Repository(folder, name, base, len(raw))
