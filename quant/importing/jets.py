"""Jets that an import is checked on, calibrated with, fine-tuned with and measured on; no jet has two roles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fpgajet.errors import BadInput
from quant.data import shipped_sample
from quant.models.sample import Sample
from quant.training.data import load_sample, part_of

#: Shares of one file that serve as training (and calibration), validation and test jets.
TRAINING, VALIDATION = 0.5, 0.1
#: Fewer jets than this place no binary point.
FEWEST_JETS = 20


@dataclass(frozen=True)
class ImportJets:
    """Training (calibration included), validation and test jets."""

    train: Sample
    validation: Sample
    test: Sample


def import_jets(data: Path | None, constituents: int) -> ImportJets:
    """Jets from a directory with train, val and test; from one file or directory of shards, split in this order; or
    from the shipped sample.

    Raises:
        BadInput: unreadable, not of two classes, or too few.
    """
    if data is not None and any((data / name).exists() for name in ("train", "train.h5")):
        parts = [load_sample(part_of(data, part), constituents) for part in ("train", "val", "test")]
        return ImportJets(*parts)
    path = shipped_sample() if data is None else data
    whole = load_sample(path, constituents)
    first, second = int(TRAINING * len(whole)), int((TRAINING + VALIDATION) * len(whole))
    split = ImportJets(_rows(whole, 0, first), _rows(whole, first, second), _rows(whole, second, len(whole)))
    for role, sample in vars(split).items():
        if len(sample) < FEWEST_JETS or len(set(sample.labels.tolist())) != 2:
            raise BadInput(
                f"{path} has too few jets: its {role} part has {len(sample)} of {len(set(sample.labels.tolist()))} "
                f"class(es), at least {FEWEST_JETS} of both are needed."
            )
    return split


def _rows(sample: Sample, start: int, stop: int) -> Sample:
    tensors = {name: getattr(sample, name)[start:stop] for name in ("momenta", "label", "slots")}
    return replace(sample, **tensors)
