"""The best tagger for a budget: a multi-objective search over architecture, bits and hardware, with Optuna.

Every trial is a run directory of :mod:`quant.training`: trained for a few epochs, calibrated, estimated, held against
the budget. What is searched is data (:mod:`fpgajet.search.space`); who works on a study, and where, is known to
:mod:`fpgajet.search.workers` alone.
"""
