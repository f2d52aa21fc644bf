"""``fpgajet build --jets DIRECTORY``: shards, as docs/data.md says."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fpgajet.pipeline.jets import shipped_sample
from fpgajet.pipeline.record import path_digest
from quant.data import read_jets, write_jets
from tests.conftest import Run


def test_a_directory_of_shards_is_built_from(tmp_path: Path, fpgajet: Run) -> None:
    jets = read_jets(shipped_sample(), max_jets=300)
    for shard in range(3):
        write_jets(
            tmp_path / "jets" / f"jets-{shard:05d}.h5", jets[np.arange(100 * shard, 100 * shard + 100)]
        )
    words = ["build", "--flow", "hls", "--no-prove", "--jets", "jets", "--edge-vectors", 100, "--out", "out"]
    done = fpgajet(*words)
    assert done.returncode == 0, done.stderr
    assert "jets, " in (tmp_path / "out" / "report.md").read_text()
    again = fpgajet(*words)
    assert "= certificate" in again.stderr, "the jets are known again"
    before = path_digest(tmp_path / "jets")
    write_jets(tmp_path / "jets" / "jets-00003.h5", jets[np.arange(50)])
    assert path_digest(tmp_path / "jets") != before
    assert "+ certificate" in fpgajet(*words).stderr
