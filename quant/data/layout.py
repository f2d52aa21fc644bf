"""The one jet file layout of fpgajet (HDF5), its reader and its writer.

Datasets, one row a jet, chunked and compressed:

==================  =====================  ====================================================
``constituents``    float32 [jets, N, 4]   four-momenta (E, px, py, pz) in GeV, falling pT,
                                           unused slots exactly zero and last
``multiplicity``    int16 [jets]           constituents of the jet before truncation to N slots
``label``           uint8 [jets]           index into the attribute ``classes``
``jet``             float32 [jets, 4]      pT [GeV], eta, phi, mass [GeV] of the whole jet
==================  =====================  ====================================================

Root attributes: ``layout`` = "fpgajet-jets", ``layout_version`` = 1, ``units`` = "GeV", ``classes`` (JSON
list of names; for tagging, class 0 is background), ``provenance`` (JSON object).
"""

from __future__ import annotations

LAYOUT = "fpgajet-jets"
LAYOUT_VERSION = 1
