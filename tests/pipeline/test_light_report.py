"""A finished build is read, reported and compared without torch, hls4ml, onnxruntime or qonnx."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.light import light


@pytest.mark.slow
def test_report_estimate_and_check_of_a_build_need_no_extra(build_copy: Path, tmp_path: Path) -> None:
    before = (build_copy / "report.json").read_bytes()
    for command in ("report", "estimate", "check"):
        options = ["--baseline", build_copy] if command == "check" else []
        done = light(tmp_path, command, build_copy, *options)
        assert done.returncode == 0, done.stderr
        assert len(done.stdout) > 200
    assert (build_copy / "report.json").read_bytes() == before
