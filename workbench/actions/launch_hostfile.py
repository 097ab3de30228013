"""DeepSpeed's way to several machines: a list of them, and ssh from the first (``launcher: hostfile``).

Format: https://www.deepspeed.ai/getting-started/#resource-configuration-multi-node, a line ``HOST slots=N`` for each
machine, where N is the number of its processes; ``#`` begins a comment.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workbench.actions.python import module_command
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError, mend_file, system_reason
from workbench.i18n import _

_LINE = re.compile(r"(?P<host>[A-Za-z0-9][\w.:-]*)\s+slots=(?P<slots>[1-9]\d*)")
_PASSED_ON = re.compile(r"(WORKBENCH|GLOO|NCCL)_\w+|OMP_NUM_THREADS|HF_HOME|HF_HUB_OFFLINE")
"""Variables that the processes on the other machines get as they are here."""
_SECONDS_TO_CONNECT = 5


def read_hostfile(path: Path) -> dict[str, int]:
    """Processes by machine, in the order of the file.

    Raises:
        WorkbenchError: it cannot be read, names no machine, or has a line that is none; which one is told.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else _("it is no text")
        raise WorkbenchError(
            _("The list of machines cannot be read: {reason}").format(reason=reason),
            where=str(path),
            fix=mend_file(path),
        ) from error
    hosts: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        said = line.split("#")[0].strip()
        if not said:
            continue
        match = _LINE.fullmatch(said)
        if match is None:
            what = _("This is no machine: {line}").format(line=said)
        elif match["host"] in hosts:
            what = _("The machine {host} stands here twice.").format(host=match["host"])
        else:
            hosts[match["host"]] = int(match["slots"])
            continue
        fix = _("Write one line for each machine, such as: host1 slots=8")
        raise WorkbenchError(what, where=f"{path}:{number}", fix=fix)
    if not hosts:
        raise WorkbenchError(
            _("The list names no machine."),
            where=str(path),
            fix=_("Write one line for each machine, such as: host1 slots=8"),
        )
    return hosts


def process_count_of(config: TrainConfig) -> int:
    """Processes of all machines in the file: as many as it says of each, or ``nproc`` of each if that is a number.

    Raises:
        WorkbenchError: as `read_hostfile`.
    """
    hosts = read_hostfile(_path(config))
    return len(hosts) * config.nproc if isinstance(config.nproc, int) else sum(hosts.values())


def require_pdsh() -> None:
    """Look whether DeepSpeed's launcher can start anything elsewhere.

    Raises:
        WorkbenchError: pdsh is not installed.
    """
    if shutil.which("pdsh") is None:
        raise WorkbenchError(
            _("pdsh is not installed, with which DeepSpeed starts processes on other machines."),
            where="cluster.hostfile",
            fix=_("Install pdsh here, or run the same command on every machine with launcher: torchrun."),
        )


def hostfile_command(config: TrainConfig) -> list[str]:
    """The command that starts the training on all machines of the file; ``{job}`` stands for its folder.

    Raises:
        WorkbenchError: the file has mistakes, or a machine cannot be reached.
    """
    cluster = config.cluster
    path = _path(config)
    hosts = read_hostfile(path)
    _require_reachable(list(hosts), Path.cwd())
    command = module_command("deepspeed.launcher.runner", "--hostfile", str(path), "--force_multi")
    if isinstance(config.nproc, int):
        command += ["--num_accelerators", str(config.nproc)]
    if cluster.master_addr:
        command += ["--master_addr", cluster.master_addr]
    passed_on = [f"--env={name}={value}" for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)]
    port = ["--master_port", str(cluster.master_port)]
    return [*command, *port, "--no_local_rank", "--module", "workbench.training", "{job}", *passed_on]


def _path(config: TrainConfig) -> Path:
    assert config.cluster.hostfile is not None
    return Path(config.cluster.hostfile).expanduser().resolve()


def _require_reachable(hosts: Sequence[str], project: Path) -> None:
    """Look whether ssh gets into every machine without a password, and finds workbench and the project there."""
    asked = shlex.join(["test", "-d", str(project)]) + " && " + shlex.join(["test", "-x", sys.executable])

    def problem(host: str) -> str | None:
        options = ["-o", "BatchMode=yes", "-o", f"ConnectTimeout={_SECONDS_TO_CONNECT}"]
        try:
            done = subprocess.run(
                ["ssh", *options, host, asked],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=4 * _SECONDS_TO_CONNECT,
            )
        except subprocess.TimeoutExpired:
            return _("no answer")
        except OSError as error:
            return str(error.strerror or error)
        if done.returncode == 0:
            return None
        if done.returncode == 1 and not done.stderr.strip():
            return _("the project {project} or {python} is not there").format(project=project, python=sys.executable)
        return (done.stderr.strip().splitlines() or [_("no answer")])[-1]

    with ThreadPoolExecutor(max_workers=16) as pool:
        problems = [(host, said) for host, said in zip(hosts, pool.map(problem, hosts), strict=True) if said]
    if problems:
        raise WorkbenchError(
            _("Machines cannot be used: {problems}").format(
                problems="; ".join(f"{host}: {said}" for host, said in problems)
            ),
            where="cluster.hostfile",
            fix=_(
                "'ssh HOST true' must work without a password, and project and Python environment lie on a disk that "
                "all machines share."
            ),
        )
