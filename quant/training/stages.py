"""The stages of a training run. No torch here."""

from __future__ import annotations

from enum import StrEnum


class Until(StrEnum):
    """Stages of a run, in order. A run may stop after each of them."""

    FLOAT = "float"
    CALIBRATION = "calibration"
    QUANTISED = "quantised"
