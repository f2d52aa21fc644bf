"""The stages of a training run, its files, and what a resumed run may still change. No torch here."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

#: in the directory of a run: its settings, one state per fit, and of several seeds the metrics of the best ones
SETTINGS, STATE, SEEDS = "settings.json", "state", "seeds.json"


class Until(StrEnum):
    """Stages of a run, in order. A run may stop after each of them."""

    FLOAT = "float"
    CALIBRATION = "calibration"
    QUANTISED = "quantised"


#: Settings that nothing reads before the stage; all others count from the start.
OWN_SETTINGS: dict[Until, frozenset[str]] = {
    Until.CALIBRATION: frozenset({
        "bits", "unit_pair_weight", "calibration_jets", "calibration_starts", "calibration_searches",
        "calibration_sweeps",
    }),
    Until.QUANTISED: frozenset({
        "quantised_epochs", "quantised_rate", "scale_rounds", "width_per", "bits_penalty", "bits_ramp",
    }),
}  # fmt: skip
#: Files of ``state/`` that a stage leaves as soon as anything of it is kept.
_TRACES = {
    Until.CALIBRATION: ("calibration.*", "quantised.*", "scales-*", "rescaled-*"),
    Until.QUANTISED: ("quantised.*", "scales-*", "rescaled-*"),
}


def changeable(state: Path) -> frozenset[str]:
    """Settings that a resumed run may change: those of the stages of which nothing is kept in ``state`` yet."""
    open_stages = [stage for stage, names in _TRACES.items() if not any(any(state.glob(n)) for n in names)]
    return frozenset().union(*(OWN_SETTINGS[stage] for stage in open_stages))
