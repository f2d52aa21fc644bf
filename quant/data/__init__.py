"""Jets: the file format, reading and writing it, checking, describing, converting and generating.

The packages, bottom to top; each imports only from those above it in this list:

===================  ==============================================================================
``jets``             :class:`Jets`, a data set in memory, and the file format in one table
``classes``          numbers of classes in a data set, by their names
``targets``          what a regression is to find of each jet
``problems``         what is wrong with which rows
``reading``          opening files safely; :class:`JetFile`, :func:`read_jets`, :func:`iter_jets`
``writing``          :class:`JetWriter`, :func:`write_jets`, and shorter mantissas
``checking``         :func:`check_constituents` for arrays, :func:`validate` for files
``describing``       facts, dataset card, plots, AUCs of single variables
``conversion``       public formats to a jet file
``generation``       Pythia 8 and a fast detector to jet files
===================  ==============================================================================

The names below are what the rest of the project uses.
"""

from __future__ import annotations

from quant.data.checking.constituents import check_constituents
from quant.data.checking.features import check_jets
from quant.data.checking.validation import validate
from quant.data.jets import Feature, Jets, concatenate
from quant.data.reading.data_set import iter_jets, read_jets, shard_paths
from quant.data.reading.events import read_events
from quant.data.reading.jet_file import JetFile
from quant.data.reading.shipped import shipped_sample
from quant.data.writing.jet_writer import JetWriter, write_jets

__all__ = [
    "Feature",
    "JetFile",
    "JetWriter",
    "Jets",
    "check_constituents",
    "check_jets",
    "concatenate",
    "iter_jets",
    "read_events",
    "read_jets",
    "shard_paths",
    "shipped_sample",
    "validate",
    "write_jets",
]
