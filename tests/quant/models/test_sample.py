"""The jets that calibration and searches look at."""

from __future__ import annotations

import numpy as np
import torch

from quant.models.sample import Sample


def sample_of(labels: list[int]) -> Sample:
    count = len(labels)
    numbers = torch.arange(count, dtype=torch.float32)[:, None, None].expand(count, 1, 4)
    return Sample(
        numbers, torch.tensor(labels, dtype=torch.float64), torch.ones(count, dtype=torch.int64), "x", ""
    )


def test_the_first_jets_of_a_mixed_file_are_its_first() -> None:
    found = sample_of([0, 1, 1, 0, 1, 0]).first(4)
    assert found.momenta[:, 0, 0].tolist() == [0, 1, 2, 3]
    assert len(sample_of([0, 1, 1]).first(10)) == 3
    assert len(sample_of([1, 1, 1]).first(2)) == 2


def test_a_file_sorted_by_class_gives_jets_of_all_classes() -> None:
    """Calibration centres the scores of the classes that it sees; of one class, it would move all to one side."""
    found = sample_of([0] * 50 + [1] * 50 + [2] * 50).first(30)
    assert np.bincount(found.labels).tolist() == [10, 10, 10]
    assert found.momenta[:, 0, 0].unique().numel() == len(found.slots) == 30
