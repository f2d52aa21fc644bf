"""A Slurm of its own on this machine, for as long as one command runs.

    apt-get install --no-install-recommends slurmctld slurmd slurm-client munge
    python scripts/slurm_here.py --slots 4 -- sbatch --wait --wrap hostname

Starts munged, slurmctld and slurmd with configuration, key, state and logs in one directory, runs the command with
SLURM_CONF (and DASK_CONFIG, for dask-jobqueue) set, and ends all three. Nothing outside that directory is written, and
no service of the machine is touched. The node has ``--slots`` CPUs to give away, however many the machine has.
The exit status is that of the command.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

#: Debian's packages of the programs that are needed
PACKAGES = {
    "munged": "munge", "munge": "munge", "slurmctld": "slurmctld", "slurmd": "slurmd", "sinfo": "slurm-client",
    "scontrol": "slurm-client", "scancel": "slurm-client",
}  # fmt: skip
#: seconds in which the daemons have to answer
PATIENCE = 30.0
NODE, PARTITION = "here", "all"

SLURM = """\
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={controller}
SlurmdPort={daemon}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 CPUs={slots} RealMemory={memory} State=UNKNOWN
PartitionName={partition} Nodes={node} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""

#: what dask-jobqueue asks of a job; the scheduler of Dask listens to this machine only
JOBQUEUE = """\
jobqueue:
  slurm:
    queue: {partition}
    cores: 1
    processes: 1
    memory: 2GB
    walltime: "01:00:00"
    death-timeout: 120
    log-directory: {folder}/jobs
    scheduler-options: {{host: 127.0.0.1}}
"""


def require_programs() -> None:
    """Exit with the command that installs what is missing."""
    missing = sorted({package for program, package in PACKAGES.items() if _found(program) is None})
    if missing:
        sys.exit(f"Slurm is not complete here: apt-get install --no-install-recommends {' '.join(missing)}")


def _found(program: str) -> str | None:
    """Where a program lies; daemons are often not on PATH."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def slurm(folder: Path, slots: int) -> Iterator[dict[str, str]]:
    """Slurm as long as the block runs; yields the variables that its clients need.

    Args:
        folder: empty or missing; its path must be short, for the socket of munge. slots: CPUs of the node.
    """
    require_programs()
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    for name in ("state", "spool", "jobs", "dask"):
        (folder / name).mkdir(exist_ok=True)
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(secrets.token_bytes(128))
    controller, daemon = _free_ports(2)
    values = {
        "host": socket.gethostname().partition(".")[0], "user": getpass.getuser(),
        "controller": controller, "daemon": daemon, "folder": folder, "node": NODE, "slots": slots,
        "partition": PARTITION, "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
    }  # fmt: skip
    (folder / "slurm.conf").write_text(SLURM.format(**values))
    (folder / "cgroup.conf").write_text("CgroupAutomount=no\n")  # looked for beside slurm.conf
    (folder / "dask" / "jobqueue.yaml").write_text(JOBQUEUE.format(**values))
    given = {"SLURM_CONF": str(folder / "slurm.conf"), "DASK_CONFIG": str(folder / "dask")}
    conf = str(folder / "slurm.conf")
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            _daemon(folder, "munged", "--foreground", "--force", f"--key-file={key}",
                    f"--socket={folder}/munge.socket", f"--pid-file={folder}/munged.pid",
                    f"--log-file={folder}/munged.log", f"--seed-file={folder}/munge.seed")
        )  # fmt: skip
        _until("munged", folder, (folder / "munge.socket").exists)
        stack.enter_context(_daemon(folder, "slurmctld", "-D", "-f", conf))
        stack.enter_context(_daemon(folder, "slurmd", "-D", "-f", conf, "-N", NODE))
        _until("slurmd", folder, lambda: _idle(given))
        try:
            yield given
        finally:  # jobs that are left end before the daemons do
            _client(given, "scancel", "--full", "--partition", PARTITION)
            _until("the last job", folder, lambda: _client(given, "squeue", "--noheader") == "", raises=False)


@contextlib.contextmanager
def _daemon(folder: Path, program: str, *arguments: str) -> Iterator[None]:
    """A program in the foreground, and in the background of this one; it ends with the block."""
    path = _found(program)
    assert path is not None
    with (folder / f"{program}.out").open("wb") as log:
        process = subprocess.Popen(
            [path, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _idle(given: Mapping[str, str]) -> bool:
    return _client(given, "sinfo", "--noheader", "--format=%T") == "idle"


def _client(given: Mapping[str, str], program: str, *arguments: str) -> str | None:
    """What a client of Slurm says; None if it fails."""
    done = subprocess.run(
        [program, *arguments], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    return None if done.returncode else done.stdout.strip()


def _until(what: str, folder: Path, true: Callable[[], bool], raises: bool = True) -> None:
    """Wait until something is true; the logs go to standard error if it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            if not raises:
                return
            logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in folder.glob("*.log"))
            sys.exit(f"{what} does not answer within {PATIENCE:g} s:\n{logs}")
        time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Start, run, end."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--slots", type=int, default=4, help="CPUs of the node")
    parser.add_argument(
        "--folder", type=Path, help="kept afterwards, for its logs; default: one that is removed"
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND ...")
    given = parser.parse_args()
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        parser.error("no command")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-")))
        try:
            environment = stack.enter_context(slurm(folder.absolute(), given.slots))
            with subprocess.Popen(command, env={**os.environ, **environment}) as process:
                try:
                    return process.wait()
                finally:
                    process.terminate()
        except KeyboardInterrupt:
            return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
