"""The files of a C emulator."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import fpgajet
from fpgajet.errors import BadInput
from fpgajet.export.c.body import INT32, write_body
from fpgajet.export.templates import render
from fpgajet.files import sha256, write_text
from fpgajet.fixed import FixedType, Overflow, Rounding, from_real
from fpgajet.ops.integers import FixedArray
from fpgajet.ops.network import Network
from fpgajet.scalars import scalar_network

#: Events that the reference scores at a time.
CHUNK = 2000


@dataclass(frozen=True)
class CPackage:
    """A written emulator.

    Attributes:
        folder: where its files lie.
        name: prefix of all its names and files.
        inputs: integers per event.
        stages: by stage, in the order of the outputs, its shape and fraction bits.
    """

    folder: Path
    name: str
    inputs: int
    stages: dict[str, tuple[tuple[int, ...], int]]

    @property
    def outputs(self) -> int:
        """Integers per event that come out."""
        return sum(int(np.prod(shape)) for shape, _ in self.stages.values())

    @property
    def sources(self) -> list[Path]:
        """What a compiler reads."""
        return [self.folder / f"{self.name}{suffix}" for suffix in (".h", ".inc", ".c")]


def write_sources(network: Network, folder: Path, name: str, *, every_stage: bool = False) -> CPackage:
    """Header and source of the emulator.

    Args:
        network: what to write.
        folder: where to; made if it is not there.
        name: an identifier of C, see :func:`fpgajet.export.names.identifier`.
        every_stage: the outputs are all stages one after the other, not the score alone.

    Raises:
        BadInput: an input does not fit int32.
        CannotWrite: the folder cannot be written.
    """
    given = network.input_type
    if given.lowest < INT32[0] or given.highest > INT32[1]:
        raise BadInput(f"the C interface takes inputs of 32 bits; {network.name} has {given}.")
    scalars = scalar_network(network)
    shown = list(scalars.stages) if every_stage else [scalars.output]
    outputs = [int(number) for stage in shown for number in scalars.stages[stage].ravel()]
    body = write_body(scalars.graph, outputs)
    result = network.output.operator.output
    values = {
        "name": name,
        "upper": name.upper(),
        "guard": f"FPGAJET_{name.upper()}_H",
        "title": _comment(network.name),
        "version": fpgajet.__version__,
        "inputs": scalars.inputs,
        "outputs": len(outputs),
        "shape": list(network.input_shape),
        "columns": network.input_shape[-1],
        "form": network.form.name,
        "input_type": given.ap_fixed(),
        "output_type": result.ap_fixed(),
        "output_fraction": result.fraction,
        "fraction": given.fraction,
        "quantise": _quantise(given),
        "tables": body.tables,
        "functions": body.functions,
        "parts": body.parts,
        "narrow_slots": max(body.narrow_slots, 1),
        "wide_slots": max(body.wide_slots, 1),
    }
    for template, file in (("header.h", ".h"), ("source.c", ".c"), ("lanes.inc", ".inc")):
        write_text(folder / f"{name}{file}", render("c", template, **values))
    stages = {stage: (scalars.stages[stage].shape, scalars.fractions[stage]) for stage in shown}
    return CPackage(folder, name, scalars.inputs, stages)


def write_package(
    network: Network, folder: Path, name: str, features: NDArray[np.float32], model_sha256: str
) -> CPackage:
    """The emulator with test program, test vectors, Makefile, Python module, README and manifest.

    Args:
        network: what to write.
        folder: where to.
        name: an identifier of C.
        features: events of the test vectors, float32 [events, N, F] of the network's input form.
        model_sha256: hash of the ONNX file that the network was read from.

    Raises:
        BadInput: see :func:`write_sources`.
        CannotWrite: the folder cannot be written.
    """
    package = write_sources(network, folder, name)
    raw = from_real(features, network.input_type)
    values = {
        "name": name,
        "upper": name.upper(),
        "title": _comment(network.name),
        "version": fpgajet.__version__,
        "shape": tuple(network.input_shape),
        "form": network.form.name,
        "input_type": network.input_type.ap_fixed(),
        "output_type": network.output.operator.output.ap_fixed(),
        "output_fraction": network.output.operator.output.fraction,
        "outputs": package.outputs,
        "events": len(raw),
    }
    files = {
        "test.c": f"{name}_test.c",
        "Makefile": "Makefile",
        "module.py": f"{name}.py",
        "README.md": "README.md",
    }
    for template, file in files.items():
        write_text(folder / file, render("c", template, **values))
    write_text(folder / "vectors.txt", vectors_text(network, raw))
    written = [*package.sources, *(folder / file for file in files.values()), folder / "vectors.txt"]
    manifest = {
        "schema_version": 1,
        "fpgajet": fpgajet.__version__,
        "name": name,
        "model": {"name": network.name, "sha256": model_sha256},
        "files": {path.name: sha256(path) for path in written},
    }
    write_text(folder / "manifest.json", json.dumps(manifest, indent=2) + "\n")
    return package


def vectors_text(network: Network, raw: NDArray[np.int64]) -> str:
    """A line per event: its inputs, then the raw score of the integer reference."""
    lines = []
    for start in range(0, len(raw), CHUNK):
        part = raw[start : start + CHUNK]
        stages = network.reference(FixedArray(part, network.input_type.fraction))
        found = stages[network.output.name].at(network.output.operator.output.fraction)
        rows = np.concatenate([part.reshape(len(part), -1), found.reshape(len(part), -1)], axis=1)
        lines += [" ".join(map(str, row)) for row in rows.tolist()]
    return "\n".join(lines) + "\n"


def _quantise(to: FixedType) -> str:
    """C statements from ``scaled`` to ``rounded``; the same rule as :func:`fpgajet.fixed.from_real`."""
    rules = {
        Rounding.FLOOR: "floor(scaled)",
        Rounding.HALF_UP: "floor(scaled) + (scaled - floor(scaled) >= 0.5)",
        Rounding.HALF_EVEN: "rint(scaled)",
    }
    lines = [f"double rounded = {rules[to.rounding]};"]
    if to.overflow is Overflow.WRAP:
        lines += [
            "if (fabs(rounded) >= 9007199254740992.0) /* 2^53 */",
            "    return 1;",
            f"int64_t low = (int64_t)rounded & {(1 << to.bits) - 1}LL;",
        ]
        sign = 1 << (to.bits - 1)
        lines.append(f"rounded = (double)({f'(low ^ {sign}LL) - {sign}LL' if to.signed else 'low'});")
    else:
        lines.append(f"rounded = fmin(fmax(rounded, {to.lowest}.0), {to.highest}.0);")
    return "\n".join(f"        {line}" for line in lines)


def _comment(text: str) -> str:
    """Free text that can stand in a C comment, a Makefile comment and a Python docstring."""
    return "".join(c if c.isalnum() or c in " -_.+" else "?" for c in text)
