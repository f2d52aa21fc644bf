"""The hardware operators, one file each (or one for a few that share their arithmetic), and that arithmetic.

To add an operator: one file here, one header in ``firmware/``, one line below, one test.
"""

from __future__ import annotations

from fpgajet.ops.activation import Activation
from fpgajet.ops.affine_mean import AffineMean
from fpgajet.ops.attention import PairLogits, SoftmaxMean
from fpgajet.ops.constituent_mask import ConstituentMask
from fpgajet.ops.dense import Dense
from fpgajet.ops.dot_products import DotProducts
from fpgajet.ops.edge_dense import EdgeDense, PairDense
from fpgajet.ops.elementwise import Columns, Join, Product, Skip
from fpgajet.ops.graphs import CompleteGraph, KnnGraph
from fpgajet.ops.jet_row import JetRow
from fpgajet.ops.lin_eq_2to0 import LinEq2to0
from fpgajet.ops.lin_eq_2to0_n import LinEq2to0N
from fpgajet.ops.lin_eq_2to2 import LinEq2to2
from fpgajet.ops.lin_eq_2to2_n import LinEq2to2N
from fpgajet.ops.lin_eq_2to2_rounded import LinEq2to2Rounded
from fpgajet.ops.lin_eq_2to2_rows import LinEq2to2Rows
from fpgajet.ops.log_dots import LogDots
from fpgajet.ops.maxima import MaskedMaxPool, NeighbourMax
from fpgajet.ops.means import MaskedMeanPool, NeighbourMean
from fpgajet.ops.operator import DOMAIN, Operator
from fpgajet.ops.pooling import ConstituentMax, ConstituentSum, FlatConstituents
from fpgajet.ops.puppi_axis import PuppiAxis
from fpgajet.ops.puppi_features import PuppiFeatures
from fpgajet.ops.puppi_log import PuppiLog
from fpgajet.ops.puppi_sort import PuppiSort
from fpgajet.ops.rescale import Rescale
from fpgajet.ops.residual import Residual
from fpgajet.ops.rewritable_dense import RewritableDense
from fpgajet.ops.row_sums import RowSums
from fpgajet.ops.signed_log import PairLog, SignedLog
from fpgajet.ops.softmax import ClassSoftmax
from fpgajet.ops.spacetime_intervals import SpacetimeIntervals
from fpgajet.ops.trigger_dots import TriggerDots
from fpgajet.ops.vector_update import VectorUpdate

_INPUTS: tuple[type[Operator], ...] = (ConstituentMask, DotProducts, TriggerDots, LogDots, RowSums, JetRow)
_LINKS: tuple[type[Operator], ...] = (PuppiSort, PuppiAxis, PuppiLog, PuppiFeatures)
_NPELICAN: tuple[type[Operator], ...] = (
    LinEq2to2, LinEq2to2Rows, LinEq2to2Rounded, LinEq2to0, LinEq2to2N, LinEq2to0N,
)  # fmt: skip
_PAIRS: tuple[type[Operator], ...] = (SpacetimeIntervals, SignedLog, PairLog, CompleteGraph, KnnGraph)
_LAYERS: tuple[type[Operator], ...] = (
    Dense, RewritableDense, PairDense, EdgeDense, Activation, Skip, Product, Join, Columns, Residual,
)  # fmt: skip
_SUMS: tuple[type[Operator], ...] = (NeighbourMean, AffineMean, VectorUpdate, MaskedMeanPool)
_MAXIMA: tuple[type[Operator], ...] = (NeighbourMax, MaskedMaxPool)
_ATTENTION: tuple[type[Operator], ...] = (PairLogits, SoftmaxMean, ClassSoftmax)
_FOREIGN: tuple[type[Operator], ...] = (Rescale, ConstituentSum, ConstituentMax, FlatConstituents)

OPERATORS: dict[str, type[Operator]] = {
    op.op_type: op
    for group in (_INPUTS, _LINKS, _NPELICAN, _PAIRS, _LAYERS, _SUMS, _MAXIMA, _ATTENTION, _FOREIGN)
    for op in group
}

__all__ = [
    "DOMAIN",
    "OPERATORS",
    "Activation",
    "AffineMean",
    "ClassSoftmax",
    "Columns",
    "CompleteGraph",
    "ConstituentMask",
    "ConstituentMax",
    "ConstituentSum",
    "Dense",
    "DotProducts",
    "EdgeDense",
    "FlatConstituents",
    "JetRow",
    "Join",
    "KnnGraph",
    "LinEq2to0",
    "LinEq2to0N",
    "LinEq2to2",
    "LinEq2to2N",
    "LinEq2to2Rounded",
    "LinEq2to2Rows",
    "LogDots",
    "MaskedMaxPool",
    "MaskedMeanPool",
    "NeighbourMax",
    "NeighbourMean",
    "Operator",
    "PairDense",
    "PairLog",
    "PairLogits",
    "Product",
    "PuppiAxis",
    "PuppiFeatures",
    "PuppiLog",
    "PuppiSort",
    "Rescale",
    "Residual",
    "RewritableDense",
    "RowSums",
    "SignedLog",
    "Skip",
    "SoftmaxMean",
    "SpacetimeIntervals",
    "TriggerDots",
    "VectorUpdate",
]
