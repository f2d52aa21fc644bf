"""The base of all input forms: how four-momenta become what a network reads, and what suits such an input."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fpgajet.fixed import FixedType
from fpgajet.ops.operator import Operator
from fpgajet.ops.roles import MOMENTUM_AXES, Axes

Features = NDArray[np.float32]
Real = NDArray[np.float64]


@dataclass(frozen=True)
class WantedDots:
    """What an operator that computes d_ij is made for.

    Attributes:
        output: type of d_ij in GeV^2.
        constituents: N.
        beams: 1 puts the two beams before the constituents, where there are ``four_momenta``.
        address: as :meth:`InputForm.address_type` gives it.
        table: as :meth:`InputForm.table_type` gives it.
        pairs_below: d_ij of pairs with i + j >= pairs_below is 0; 0 means all pairs. Only for a form that
            ``leaves_out`` pairs.
    """

    output: FixedType
    constituents: int
    beams: int = 0
    address: FixedType | None = None
    table: FixedType | None = None
    pairs_below: int = 0


@dataclass(frozen=True)
class Dots:
    """The operator that computes d_ij, with the real contents of its tables and their types, by tensor."""

    operator: Operator
    tables: Mapping[str, Real] = field(default_factory=dict)
    types: Mapping[str, FixedType] = field(default_factory=dict)


@dataclass(frozen=True)
class InputForm(ABC):
    """A way to write a constituent; its fields are all that is needed to make it again."""

    name: ClassVar[str]
    #: whether features of constituents may be further columns
    takes_features: ClassVar[bool] = False
    #: roles of the axes of the network's input
    axes: ClassVar[Axes] = MOMENTUM_AXES
    #: whether a constituent is written as (E, px, py, pz): beams, sums of momenta and vectors need that
    four_momenta: ClassVar[bool] = False
    #: whether what is read are the objects of an event, with the code of their type as a fifth number, instead of the
    #: constituents of a jet
    objects: ClassVar[bool] = False
    #: whether d_ij comes from tables of real numbers, so that their binary point has to be placed
    real_tables: ClassVar[bool] = False
    #: whether its operator can leave out pairs of the last constituents, see :class:`WantedDots`
    leaves_out: ClassVar[bool] = False

    @property
    @abstractmethod
    def columns(self) -> int:
        """Numbers per constituent; number 0 is zero in empty slots and only there."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What is read of a constituent beside its momentum, behind it in every array of jets."""
        return ()

    @property
    def header_rows(self) -> int:
        """Rows of the input before those of the constituents."""
        return 0

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """By column, a name that hardware languages take, and what one count of its integer stands for."""
        return tuple((f"column_{k}", "see the input form") for k in range(self.columns))

    @property
    def word_fields(self) -> tuple[tuple[str, int, int, bool], ...]:
        """Where a row is a word with fields of its own: their names, lowest bits, widths, and whether signed."""
        return ()

    def row_names(self, rows: int) -> list[str]:
        """Names of the rows of an input, for hardware languages."""
        return [f"constituent_{k:02d}" for k in range(rows)]

    @property
    def bits(self) -> int | None:
        """Bits of a constituent on the wire; None where the network's input type decides."""
        return None

    @property
    def input_type(self) -> FixedType | None:
        """The one type that holds every number of the form; None where the model chooses it."""
        return None

    @abstractmethod
    def features(self, momenta: NDArray[Any]) -> Features:
        """Network input, float32 [jets, N, columns], of four-momenta [jets, N, 4] (E, px, py, pz) in GeV."""

    @abstractmethod
    def momenta(self, features: NDArray[Any]) -> Real:
        """The four-momenta, float64 [jets, N, 4] in GeV, that such an input stands for."""

    def constituents_read(self, rows: int) -> int:
        """N, constituents of a jet that an input of so many rows is made of."""
        return rows - self.header_rows

    def seen(self, momenta: NDArray[Any]) -> Features:
        """What a float model is given: four-momenta, float32 [jets, N, 4] in GeV, as this form leaves them."""
        return self.momenta(self.features(momenta)).astype(np.float32)

    def numbers(self, seen: NDArray[Any]) -> Features:
        """The network input, float32 [jets, N, columns], that four-momenta from :meth:`seen` stand for.

        The inverse of :meth:`momenta`. :meth:`features` is not: it looks for the jet's axis again.

        Raises:
            ValueError: the form loses numbers on the way to four-momenta.
        """
        raise ValueError(f"numbers of the input form {self.name} do not follow from four-momenta alone")

    def coarser(self) -> Mapping[str, tuple[InputForm, Mapping[str, int]]]:
        """Forms on a grid twice as coarse, by what is coarser there, with the bits that the types of addresses
        (``address``) and tables (``table``) need no more; none where the model chooses the grid."""
        return {}

    def address_type(self, bits: int | None) -> FixedType | None:
        """Of the addresses of the tables behind d_ij, ``bits`` wide or as the form has them; None without tables."""
        return None

    def table_type(self, bits: int | None, widest: float, offset: int) -> FixedType | None:
        """Of the entries of the angular tables, ``bits`` wide or as the form has them; None without tables.

        Args:
            widest: rad; the tables hold pairs up to this distance, and saturate beyond.
            offset: integer bits more than that, where ``real_tables``.
        """
        return None

    @abstractmethod
    def dots(self, wanted: WantedDots) -> Dots:
        """The operator that computes d_ij from this form, and its tables.

        Raises:
            ValueError: types of addresses and tables, or beams, do not fit the form.
        """

    def to_json(self) -> dict[str, Any]:
        """Name (``form``) and numbers, for ``model.json`` and ONNX metadata."""
        return {"form": self.name} | asdict(self)
