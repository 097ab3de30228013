"""``python -m workbench.training.fit JOB -- COMMAND …``: find the largest batch that fits, then train with it.

The command is that of the training; the probes run the same with `workbench.training.probe` in the place of it. The
job's config gets the batch that was found before the command takes this process's place.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from workbench.configs.estimate import estimate_memory
from workbench.configs.files import dump_config, load_config
from workbench.configs.other_batch import COUNTED_IN_ITERATIONS
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.free_memory import find_devices
from workbench.i18n import _
from workbench.jobs.events import EventLog, Failed, Finished, Progress, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.sizes import in_words
from workbench.training.fit_candidates import Candidate, candidates, largest_that_fits
from workbench.training.probe_config import probe_config
from workbench.training.probing import probe

_SHARE = 0.9
"""Of the free memory that is used: what is left is for longer words, other programs and pieces that cannot be joined."""
_TRAINING = "workbench.training"
_PROBE = "workbench.training.probe"


def main() -> int:
    """Find the batch and go on as the training; 1 if nothing fits."""
    parser = argparse.ArgumentParser(prog="python -m workbench.training.fit")
    parser.add_argument("job", type=Path)
    parser.add_argument("--most", type=int, help="bytes that the training may take, of each GPU or in all on a CPU")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("command", nargs="+")
    chosen = parser.parse_args()
    job = JobFolder(chosen.job)
    try:
        is_to_train = _fit(job, chosen.command, most=chosen.most, processes=chosen.processes)
    except WorkbenchError as error:
        print(error, file=sys.stderr)  # noqa: T201 - stderr is the job's log
        EventLog(job.path).write(Failed(reason=error.what, where=error.where, hint=error.fix))
        return 1
    if is_to_train:
        os.execv(chosen.command[0], chosen.command)
    return 0


def _fit(job: JobFolder, command: list[str], *, most: int | None, processes: int) -> bool:
    """Give the job's config the largest batch that fits; False if the job was asked to stop.

    Raises:
        WorkbenchError: not even the smallest one fits, or a probe fails for another reason.
    """
    config, events = load_config(job.config_path), EventLog(job.path)
    devices = find_devices(config.devices)
    allowed = most if most is not None else int(devices.free * _SHARE)
    ordered = candidates(config)
    asked = 0

    def fits(candidate: Candidate) -> bool:
        nonlocal asked
        if stop_requested(job.path):
            raise _StoppedError
        events.write(Progress(stage=_words(candidate), done=asked, total=len(ordered), unit=_("batches")))
        asked += 1
        return _is_enough(config, candidate, job, command, allowed, processes, on_cpu=devices.on_cpu)

    begin = _last_by_estimate(config, ordered, allowed, processes, on_cpu=devices.on_cpu)
    try:
        found = largest_that_fits(ordered, begin, fits)
    except _StoppedError:
        events.write(Finished(stopped=True))
        return False
    if found is None:
        raise WorkbenchError(
            _("Not even one row of {length} tokens fits into {amount}.").format(
                length=ordered[0].max_length, amount=in_words(allowed)
            ),
            where="max_length",
            fix=_("Take method: qlora, use_activation_checkpointing: true, or a smaller model."),
        )
    write_atomic(job.config_path, dump_config(found.applied(config)))
    events.write(Warned(message=_said(config, found, allowed), where=str(job.config_path), is_note=True))
    return True


class _StoppedError(Exception):
    """The job was asked to stop while batches were tried."""


def _is_enough(
    config: TrainConfig,
    candidate: Candidate,
    job: JobFolder,
    command: list[str],
    allowed: int,
    processes: int,
    *,
    on_cpu: bool,
) -> bool:
    """Whether a training with this batch takes no more than it may, tried in processes of their own."""
    with tempfile.TemporaryDirectory(prefix="probe-", dir=job.path) as name:
        folder = Path(name)
        tried = probe_config(
            candidate.applied(config),
            folder,
            batch_size=candidate.batch_size,
            length=candidate.max_length,
            processes=processes,
        )
        probing = [_PROBE if part == _TRAINING else part.replace(str(job.path), str(folder)) for part in command]
        if not on_cpu:
            probing += ["--most", str(allowed)]
        return probe(tried, probing, folder, processes=processes, most=allowed if on_cpu else None) is not None


def _last_by_estimate(
    config: TrainConfig, ordered: list[Candidate], allowed: int, processes: int, *, on_cpu: bool
) -> int:
    """Where to begin: the place of the last one that the estimate says fits; the middle if there is no estimate."""
    last = 0
    for place, candidate in enumerate(ordered):
        needs = estimate_memory(candidate.applied(config), devices=processes, on_cpu=on_cpu)
        if needs is None:
            return len(ordered) // 2
        if needs.total * (processes if on_cpu else 1) <= allowed:
            last = place
    return last


def _words(candidate: Candidate) -> str:
    return _("trying {rows} × {length} tokens").format(rows=candidate.batch_size, length=candidate.max_length)


def _said(config: TrainConfig, found: Candidate, allowed: int) -> str:
    """The settings that were changed, before and after."""
    fitted = found.applied(config)
    changes = [
        f"{name} {getattr(config, name)} → {getattr(fitted, name)}"
        for name in ("batch_size", "max_length", "accumulative_counts", *COUNTED_IN_ITERATIONS)
        if getattr(config, name) != getattr(fitted, name)
    ]
    return _("The largest batch that fits into {amount}: {rows} × {length} tokens ({changes}).").format(
        amount=in_words(allowed),
        rows=found.batch_size,
        length=found.max_length,
        changes=", ".join(changes) or _("as the config says"),
    )


if __name__ == "__main__":
    sys.exit(main())
