"""When a trial is stopped: after the epoch of the rule, far below the median, compared with trials alike only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fpgajet.search.pruning import stops
from fpgajet.search.space import Pruning

RULE = Pruning(epoch=2, margin=0.01, alike=("n",), after=3)
SMALL, LARGE = {"n": 8, "bits": 4}, {"n": 16, "bits": 4}
OTHERS = [({"n": 16, "bits": bits}, [0.9, 0.94, 0.96]) for bits in (4, 5, 6)]


def test_a_rule() -> None:
    reason = stops(RULE, LARGE, [0.9, 0.92, 0.93], OTHERS)
    assert reason == "AUC 0.9300 after epoch 2, more than 0.01 below the median 0.9600 of 3 trials alike"
    assert stops(RULE, LARGE, [0.9, 0.92], OTHERS) is None, "too early"
    assert stops(RULE, SMALL, [0.9, 0.92, 0.93], OTHERS) is None, "not alike"
    assert stops(RULE, LARGE, [0.9, 0.92, 0.93], OTHERS[:2]) is None, "too few"
    assert stops(RULE, LARGE, [0.9, 0.92, 0.9501], OTHERS) is None, "within the margin"
    short = [(params, aucs[:2]) for params, aucs in OTHERS]
    assert stops(RULE, LARGE, [0.9, 0.92, 0.93], short) is None, "the others were not trained so long"
    assert stops(RULE.model_copy(update={"epoch": 0}), LARGE, [0.5] * 5, OTHERS) is None, "never"


@given(st.lists(st.floats(0.5, 1), min_size=3, max_size=9), st.floats(0.5, 1))
def test_half_of_equally_good_starts_are_never_stopped(finals: list[float], auc: float) -> None:
    others = [(LARGE, [0.5, 0.5, final]) for final in finals]
    stopped = stops(RULE, LARGE, [0.5, 0.5, auc], others) is not None
    assert not (stopped and sum(final <= auc for final in finals) * 2 >= len(finals) + 1)
