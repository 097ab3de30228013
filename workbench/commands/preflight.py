"""``workbench preflight`` and ``workbench estimate``: what a training would need, and what speaks against it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench preflight configs/my.yaml

  workbench preflight workbench_sample_lora_identity_e2 --set batch_size=8

  workbench estimate internlm2_chat_7b_qlora_alpaca_e3 --json
"""
_Config = Annotated[str, typer.Argument(metavar="CONFIG", help=_("A config file, or a name from list-cfg."))]
_Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Change a setting; repeatable."))]
_Json = Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    preflight_help = _("Look at all that a training needs, without starting it; the exit code is 1 if it would stop.")
    app.command("preflight", help=preflight_help, epilog=examples(_EXAMPLES))(preflight)
    estimate_help = _("Estimate the memory of a training, part by part, against what is free.")
    app.command("estimate", help=estimate_help, epilog=examples(_EXAMPLES))(estimate)


def preflight(config: _Config, assignments: _Set = None, as_json: _Json = False) -> None:
    """Print the plan with every finding."""
    from workbench.ui.plan_text import plan_lines
    from workbench.ui.train_plan import plan_of

    plan = plan_of(config, assignments or [], Path.cwd())
    if as_json:
        typer.echo(json.dumps(_facts(plan), ensure_ascii=False, indent=2))
    else:
        typer.echo(plan_lines(plan))
    raise typer.Exit(1 if plan.problems else 0)


def estimate(config: _Config, assignments: _Set = None, as_json: _Json = False) -> None:
    """Print the memory of a training."""
    from workbench.actions.launch_training import planned_process_count
    from workbench.configs.estimate import estimate_memory
    from workbench.configs.find import find_config
    from workbench.configs.overrides import apply_overrides
    from workbench.errors import WorkbenchError
    from workbench.free_memory import find_devices
    from workbench.ui.memory_bar import memory_bar, memory_legend, memory_verdict

    settings = apply_overrides(find_config(config).config, assignments or [])
    devices = find_devices(settings.devices)
    needed = estimate_memory(settings, devices=planned_process_count(settings), on_cpu=devices.on_cpu)
    if needed is None:
        raise WorkbenchError(
            _("The sizes of this model are not known before it is here."),
            where=settings.pretrained_model_name_or_path,
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
        "errors": told(plan.problems),
        "warnings": told(plan.warnings),
    }
