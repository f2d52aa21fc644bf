"""NumPy files: ``.npz`` with momenta and labels, or ``.npy`` with a ``NAME_labels.npy`` beside it.

The names of the arrays do not say which coordinates they hold: (E, px, py, pz) and EnergyFlow's (pt, y, phi, pid)
are both called X. :func:`coordinates` looks at the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from fpgajet.errors import BadInput
from quant.data.conversion.energyflow import are_angles, are_particle_codes, momenta_of_angles
from quant.data.conversion.features import require_values, side_by_side
from quant.data.conversion.source import BACKGROUND_AND_SIGNAL, ForeignJets, class_names
from quant.data.reading.npy import ArrayFile, ArrayStream
from quant.data.reading.values import whole_numbers

MOMENTUM_KEYS = ("constituents", "p4", "Pmu", "x", "X")
LABEL_KEYS = ("label", "labels", "is_signal", "y", "Y")
FOUR_MOMENTA, ENERGYFLOW = "numpy", "energyflow"
#: Numbers that are looked at to tell coordinates apart.
SAMPLED_NUMBERS = 4_000_000


class NumpyFile:
    """Momenta [n, N, 4] (or [n, N, 3] without particle codes, EnergyFlow only) and labels [n].

    Args:
        layout: FOUR_MOMENTA or ENERGYFLOW, see :func:`coordinates`.
        classes: names of the labels 0, 1, ...
        features: names of further arrays [n, N] of an archive, one for each feature of constituents.
    """

    def __init__(
        self, path: Path, layout: str, classes: Sequence[str] = (), features: Sequence[str] = ()
    ) -> None:
        self.path = path
        self._features = features
        self._layout = layout
        default = BACKGROUND_AND_SIGNAL if layout == FOUR_MOMENTA else ("g", "q")
        self.classes = class_names(classes, default)
        found = coordinates(path)
        if found != layout:
            raise BadInput(
                f"{path} does not hold what --format {layout} means: its numbers look like those of --format {found}."
            )
        with ExitStack() as stack:
            momentum, label, *values = self._open(stack)
            if label.shape != momentum.shape[:1] or label.dtype.kind not in "biuf":
                raise BadInput(
                    f"{path}: labels must be numbers of shape [{momentum.shape[0]}], they are {label.dtype} "
                    f"{list(label.shape)}."
                )
            self.jets, self.slots = int(label.shape[0]), int(momentum.shape[1])
            self._codes = momentum.shape[2] == 4
            for name, stream in zip(features, values, strict=True):
                require_values(path, name, stream.shape, stream.dtype.kind, momentum.shape[:2])

    @property
    def note(self) -> str:
        """See :class:`~quant.data.conversion.source.Source`."""
        if self._layout == FOUR_MOMENTA:
            return ""
        held = (
            "(pt, y, phi, pid) with masses by particle code"
            if self._codes
            else "(pt, y, phi) of massless particles"
        )
        return f"read as EnergyFlow {held}; labels 0 and 1 are {' and '.join(self.classes)}, name others with --classes"

    def _open(self, stack: ExitStack) -> tuple[ArrayStream, ...]:
        """Momenta, labels, and the features."""
        file = stack.enter_context(ArrayFile(self.path))
        if not file.is_archive:
            if self._features:
                raise BadInput(
                    f"{self.path} holds one array, and so no features: write momenta, labels and features into one "
                    "file with numpy.savez."
                )
            labels = self.path.with_name(f"{self.path.stem}_labels.npy")
            if not labels.exists():
                raise BadInput(f"{self.path} needs its labels in {labels}, which does not exist.")
            return momenta_in(file), stack.enter_context(ArrayFile(labels)).open("array")
        features = [member(file, (name,), "feature of constituents") for name in self._features]
        return momenta_in(file), member(file, LABEL_KEYS, "labels"), *features

    def pieces(self, rows: int) -> Iterator[ForeignJets]:
        """See :class:`~quant.data.conversion.source.Source`."""
        with ExitStack() as stack:
            momentum, label, *features = self._open(stack)
            for start in range(0, self.jets, rows):
                count = min(rows, self.jets - start)
                values = label.read(count)
                labels = whole_numbers(self.path, "label", values, 0, len(self.classes) - 1, first_row=start)
                p4: NDArray[Any] = momentum.read(count)
                if self._layout == ENERGYFLOW:
                    p4 = momenta_of_angles(p4, self.path, start)
                beside = side_by_side([stream.read(count) for stream in features])
                yield ForeignJets(p4, labels, features=beside)


def momenta_in(file: ArrayFile) -> ArrayStream:
    """The array of momenta of a file.

    Raises:
        BadInput: there is none, or it is not floating-point [jets, constituents, 3 or 4].
    """
    stream = member(file, MOMENTUM_KEYS, "four-momenta") if file.is_archive else file.open("array")
    if len(stream.shape) != 3 or stream.shape[2] not in (3, 4) or stream.dtype.kind != "f":
        raise BadInput(
            f"{file.path}: four-momenta must be floating-point [jets, constituents, 4], they are "
            f"{stream.dtype} {list(stream.shape)}."
        )
    if stream.shape[1] < 1:
        raise BadInput(f"{file.path}: its jets have no slot for a constituent.")
    return stream


def member(file: ArrayFile, keys: tuple[str, ...], what: str) -> ArrayStream:
    """The array of an archive that has one of ``keys`` as its name; raises BadInput where none has."""
    key = next((key for key in keys if key in file.names), None)
    if key is None:
        held = ", ".join(sorted(file.names)) or "nothing"
        raise BadInput(f"{file.path} has no {what} (any of {', '.join(keys)}); it holds {held}.")
    return file.open(key)


def coordinates(path: Path) -> str:
    """Which coordinates the momenta of a NumPy file are in: FOUR_MOMENTA or ENERGYFLOW, by its first jets.

    Raises:
        BadInput: other coordinates, such as (pT, eta, phi, mass), or no such file.
    """
    with ArrayFile(path) as file:
        stream = momenta_in(file)
        width = stream.shape[2]
        rows = min(stream.shape[0], max(1, SAMPLED_NUMBERS // (stream.shape[1] * width)))
        numbers = stream.read(rows)
    if not are_angles(numbers):
        if width == 4:
            return FOUR_MOMENTA
        raise BadInput(
            f"{path}: four-momenta must be [jets, constituents, 4], they are {list(stream.shape)} and no (pt, y, phi)."
        )
    if width == 3 or are_particle_codes(numbers[..., 3]):
        return ENERGYFLOW
    raise BadInput(
        f"{path}: its momenta are no (E, px, py, pz): second and third column look like angles, so this may be "
        "(pT, eta, phi, mass). Save it as E = sqrt((pT cosh eta)^2 + mass^2), px = pT cos phi, py = pT sin phi, "
        "pz = pT sinh eta."
    )
