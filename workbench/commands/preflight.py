"""``workbench preflight`` and ``workbench estimate``: what a training would need, and what speaks against it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.commands.launch_options import (
    Deepspeed,
    Hostfile,
    Launcher,
    MasterAddr,
    MasterPort,
    Nnodes,
    NodeRank,
    Nproc,
    launch_changes,
)
from workbench.commands.wording import examples
from workbench.i18n import _

_PREFLIGHT_EXAMPLES = """
  workbench preflight configs/my.yaml

  workbench preflight workbench_sample_lora_identity_e2 --set batch_size=8

  workbench preflight configs/my.yaml --launcher slurm --nnodes 2 --nproc 8
"""
_ESTIMATE_EXAMPLES = """
  workbench estimate configs/my.yaml --set batch_size=8

  workbench estimate internlm2_chat_7b_qlora_alpaca_e3 --json
"""
_Config = Annotated[str, typer.Argument(metavar="CONFIG", help=_("A config file, or a name from list-cfg."))]
_Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Change a setting; repeatable."))]
_Json = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    preflight_help = _("Look at all that a training needs, without starting it; the exit code is 1 if it would stop.")
    app.command("preflight", help=preflight_help, epilog=examples(_PREFLIGHT_EXAMPLES))(preflight)
    estimate_help = _("Estimate the memory of a training, part by part, against what is free.")
    app.command("estimate", help=estimate_help, epilog=examples(_ESTIMATE_EXAMPLES))(estimate)


def preflight(
    config: _Config,
    deepspeed: Deepspeed = None,
    assignments: _Set = None,
    nproc: Nproc = None,
    launcher: Launcher = None,
    nnodes: Nnodes = None,
    node_rank: NodeRank = None,
    master_addr: MasterAddr = None,
    master_port: MasterPort = None,
    hostfile: Hostfile = None,
    as_json: _Json = False,
) -> None:
    """Print the plan with every finding."""
    from workbench.ui.plan_text import plan_lines
    from workbench.ui.train_plan import plan_of

    launch = launch_changes(
        deepspeed=deepspeed,
        nproc=nproc,
        launcher=launcher,
        nnodes=nnodes,
        node_rank=node_rank,
        master_addr=master_addr,
        master_port=master_port,
        hostfile=hostfile,
    )
    plan = plan_of(config, [*(assignments or []), *launch], Path.cwd())
    if as_json:
        typer.echo(json.dumps(_facts(plan), ensure_ascii=False, indent=2))
    else:
        typer.echo(plan_lines(plan))
    raise typer.Exit(1 if plan.problems else 0)


def estimate(config: _Config, assignments: _Set = None, as_json: _Json = False) -> None:
    """Print the memory of a training."""
    from workbench.actions.model_preflight import check_parts
    from workbench.configs.own_code import require_no_own_code
    from workbench.errors import WorkbenchError
    from workbench.ui.memory_bar import memory_bar, memory_legend, memory_verdict
    from workbench.ui.train_plan import plan_of

    plan = plan_of(config, assignments or [], Path.cwd())
    check_parts(plan.config)
    needed, devices = plan.memory, plan.devices
    if needed is None:
        require_no_own_code(plan.config)
        raise WorkbenchError(
            _("The sizes of this model are not known before it is here."),
            where=plan.config.pretrained_model_name_or_path,
            fix=_("Fetch it with 'workbench download', and name its folder."),
        )
    if as_json:
        typer.echo(json.dumps({**asdict(needed), "total": needed.total, "devices": asdict(devices)}, indent=2))
        return
    for line in (memory_verdict(needed, devices), memory_bar(needed, devices.free), memory_legend(needed)):
        typer.echo(str(line))


def _facts(plan: Any) -> dict[str, Any]:
    def told(findings: list[Any]) -> list[dict[str, str | None]]:
        return [{"what": each.what, "where": each.where, "fix": each.fix} for each in findings]

    return {
        "name": plan.name,
        "command": plan.command,
        "rows": plan.rows,
        "steps": asdict(plan.steps) if plan.steps else None,
        "seconds": plan.seconds,
        "seconds_by_earlier_run": plan.by_earlier_run,
        "memory": {**asdict(plan.memory), "total": plan.memory.total} if plan.memory else None,
        "devices": asdict(plan.devices),
        "files": plan.files,
        "prompt_template": plan.config.prompt_template,
        "processes": plan.processes,
        "errors": told(plan.problems),
        "warnings": told(plan.warnings),
    }
