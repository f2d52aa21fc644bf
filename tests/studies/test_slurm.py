"""The Slurm of ``scripts/slurm_here.py``: it runs a job and leaves nothing, or says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "slurm_here.py"
SBIN = "/usr/sbin:/usr/local/sbin"


def test_it_runs_a_job_or_says_what_is_missing() -> None:
    job = ["sh", "-c", "echo $SLURM_CONF; srun --nodes 1 printenv SLURM_JOB_ID"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--slots", "1", "--", *job], capture_output=True, text=True, check=False
    )
    path = f"{os.environ['PATH']}:{SBIN}"
    if any(shutil.which(program, path=path) is None for program in ("munged", "slurmctld", "slurmd", "srun")):
        assert done.returncode == 1
        assert "apt-get install --no-install-recommends" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    conf, number = done.stdout.split()
    assert number == "1"
    assert not Path(conf).parent.exists()
    listed = subprocess.run(["ps", "-e", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert conf not in listed


def test_without_the_programs_it_says_so(tmp_path: Path) -> None:
    code = f"import runpy; runpy.run_path({str(SCRIPT)!r})['require_programs']()"
    code = f"import shutil; shutil.which = lambda *a, **k: None; {code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "munge slurm-client slurmctld slurmd" in done.stderr
