"""What a training would do, worked out before it is started. No Textual here; takes some tenths of a second
once its data was read."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.actions.data_size import DataSize, data_size
from workbench.actions.earlier_pace import seconds_per_iteration
from workbench.actions.expected_pace import expected_seconds
from workbench.actions.launch_training import planned_process_count
from workbench.actions.preflight_warnings import preflight_warnings
from workbench.configs.estimate import MemoryEstimate, StepEstimate, estimate_memory, estimate_steps
from workbench.configs.find import FoundConfig, find_config
from workbench.configs.flops import Iteration
from workbench.configs.overrides import apply_overrides
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.free_memory import Devices, find_devices
from workbench.jobs.launch import WORK_DIRS


@dataclass(frozen=True)
class TrainPlan:
    """What will run. ``steps`` and ``memory`` are None where they cannot be known without loading the model."""

    name: str
    config: TrainConfig
    command: str
    devices: Devices
    processes: int
    """That train together, on all machines."""
    work_dir: Path
    files: dict[str, list[str]]
    """Names of the data's files that were read, by their format."""
    rows: int | None = None
    steps: StepEstimate | None = None
    memory: MemoryEstimate | None = None
    seconds: float | None = None
    """How long it takes."""
    by_earlier_run: bool = False
    """Whether an earlier run says so; else it is worked out from the arithmetic and the hardware's rate."""
    problems: list[WorkbenchError] = field(default_factory=list)
    """What would stop it."""
    warnings: list[WorkbenchError] = field(default_factory=list)
    """What may stop it later."""


def assignments_of(changes: dict[str, Any]) -> list[str]:
    """``key=value`` for every changed field, as ``--set`` takes them."""
    return [f"{name}={_value_text(value)}" for name, value in changes.items()]


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def make_plan(reference: str, changes: dict[str, Any], project: Path) -> TrainPlan:
    """Work out what ``workbench train REFERENCE`` with these changes would do; see `plan_of`."""
    return plan_of(reference, assignments_of(changes), project)


def plan_of(reference: str, assignments: list[str], project: Path) -> TrainPlan:
    """Work out what ``workbench train REFERENCE`` with these ``key=value`` would do.

    Raises:
        WorkbenchError: there is no such config, or a value is refused. Everything else is in ``problems``.
    """
    found = find_config(reference)
    config = apply_overrides(found.config, assignments)
    devices = find_devices(config.devices)
    processes = planned_process_count(config)
    problems = _problems(config, project)
    data = data_size(config)
    samples = data.samples or data.rows
    steps = None if samples is None else estimate_steps(config, rows=samples, tokens=data.tokens, devices=processes)
    memory = estimate_memory(config, devices=processes, on_cpu=devices.on_cpu, longest=data.longest)
    work_dir = Path(config.work_dir).expanduser() if config.work_dir else project / WORK_DIRS / found.name
    earlier = seconds_per_iteration(config, found.name, project)
    pace = _expected_pace(config, data, steps, processes, devices) if earlier is None else earlier
    return TrainPlan(
        name=found.name,
        config=config,
        command=_command(found, assignments, project),
        devices=devices,
        processes=processes,
        work_dir=work_dir,
        files=data.files,
        rows=data.rows,
        steps=steps,
        memory=memory,
        seconds=None if steps is None or pace is None else pace * steps.iters,
        by_earlier_run=earlier is not None,
        problems=problems,
        warnings=preflight_warnings(config, work_dir, memory, devices, assignments),
    )


def _command(found: FoundConfig, assignments: list[str], project: Path) -> str:
    """The same on the command line, to be copied."""
    name = found.name
    if found.path is not None:
        path = found.path.resolve()
        name = str(path.relative_to(project)) if path.is_relative_to(project) else str(path)
    settings = [part for assignment in assignments for part in ("--set", assignment)]
    return shlex.join(["workbench", "train", name, *settings])


def _expected_pace(
    config: TrainConfig, data: DataSize, steps: StepEstimate | None, processes: int, devices: Devices
) -> float | None:
    """Seconds of an iteration without an earlier run; None where too little is known."""
    if steps is None or not data.samples or not data.tokens:
        return None
    iterations = steps.iters_per_epoch * max(processes // config.sequence_parallel_size, 1)
    apart = config.separates_samples or config.packing == "none"
    iteration = Iteration(
        tokens=data.tokens / iterations,
        samples=data.samples / iterations,
        length=data.tokens / data.samples if apart else config.max_length,
    )
    here = config.nproc if isinstance(config.nproc, int) else devices.count
    return expected_seconds(config, iteration, processes=here, on_cpu=devices.on_cpu)


def _problems(config: TrainConfig, project: Path) -> list[WorkbenchError]:
    """Everything that would stop the job at its start."""
    from workbench.actions.findings import Findings
    from workbench.actions.first_stage import with_first_stage
    from workbench.actions.preflight import findings

    found = Findings()
    begun = found.of(with_first_stage, config, project)
    return found + findings(begun or config)
