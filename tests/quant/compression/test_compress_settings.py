"""Settings of a compression: what is refused, and how many steps there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fpgajet.errors import BadInput
from quant.checkpoint import Checkpoint
from quant.compression.steps import Step, removals, steps_of
from quant.models.structure import Structure
from quant.training.run import prepare
from tests.quant.compression.small_compression import settings

BAD: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "width": ([], {"bits": (1,)}, "--bits: .*2 to 16"),
    "share": ([], {"prune": (0.5, 1.5)}, "--prune: .*between 0 and 1"),
    "falling": ([], {"prune": (0.5, 0.25)}, "--prune: .*rise"),
    "twice": ([], {"bits": (6, 6)}, "asked for twice"),
    "nothing": ([], {"bits": (), "prune": ()}, "nothing to do"),
    "structure": ([], {"structured": ("layers",)}, "--structured"),
    "another model": (["hidden=3"], {}, "--set hidden: that would be another model"),
    "unknown setting": (["hiden=3"], {}, "setting hiden"),
    "negative": ([], {"l1": -1.0}, "--l1"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings_are_named(case: str, source: Checkpoint) -> None:
    assignments, given, message = BAD[case]
    with pytest.raises(BadInput, match=message):
        steps_of(source, settings(source, *assignments, **given))


def test_one_piece_of_each_kind_stays(
    source: Checkpoint, undisturbed: tuple[list[tuple[Step, Checkpoint]], float]
) -> None:
    chosen = settings(source, structured=("channels", "aggregators"), removals=99)
    assert removals(source, chosen) == {Structure.CHANNELS: 1, Structure.AGGREGATORS: 7}
    narrow = undisturbed[0][-1][1]
    with pytest.raises(BadInput, match="of one channel"):
        steps_of(narrow, settings(narrow, structured=("channels",)))


def test_resuming_with_other_settings_names_them(source: Checkpoint, tmp_path: Path) -> None:
    prepare(tmp_path, settings(source), resume=False)
    other = settings(source, "bits.dots=9", "float_rate=0.1", l1=1.0)
    with pytest.raises(BadInput, match=r"\(l1, training\.float_rate, training\.bits\.dots\)"):
        prepare(tmp_path, other, resume=True)
