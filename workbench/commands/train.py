"""``workbench train``: start a training as a detached job and follow it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

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

_AUTO = "auto"
_MAY_STAND_ALONE = {"--resume", "--fit"}
_EXAMPLES = """
  workbench train configs/my.yaml

  workbench train workbench_sample_qlora_identity_e2 --deepspeed zero2

  workbench train configs/my.yaml --set lr=1e-4 --set lora.r=16 --detach

  workbench train configs/my.yaml --queue --set devices=[0,2]

  workbench train configs/my.yaml --nnodes 2 --node-rank 0 --master-addr 10.0.0.1 --nproc 8

  workbench train configs/my.yaml --launcher slurm --nnodes 2 --nproc 8

  workbench train configs/my.yaml --resume

  workbench train configs/my.yaml --resume work_dirs/my/20250101_120000/checkpoints/checkpoint-80
"""


class _TrainCommand(TyperCommand):
    """``--resume`` may stand without a value, and the help lists what ``--set`` can change."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, with_resume_value(args))

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        from workbench.configs.describe import settings_in_words

        super().format_epilog(ctx, formatter)
        with formatter.section(_("Settings for --set (and for the config file)")):
            formatter.write_dl(settings_in_words())


def with_resume_value(args: list[str]) -> list[str]:
    """The arguments with ``auto`` after a ``--resume`` or ``--fit`` that has no value of its own."""
    filled: list[str] = []
    for position, argument in enumerate(args):
        filled.append(argument)
        if argument in _MAY_STAND_ALONE and (position + 1 == len(args) or args[position + 1].startswith("-")):
            filled.append(_AUTO)
    return filled


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "train",
        cls=_TrainCommand,
        help=_("Train a model in a process of its own, which a lost connection does not end, and follow it."),
        epilog=examples(_EXAMPLES),
    )(train)


def train(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help=_("A config file, or a name from list-cfg."))],
    work_dir: Annotated[Path | None, typer.Option(help=_("Where runs are kept; else work_dirs/<config name>."))] = None,
    deepspeed: Deepspeed = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="[auto|PATH]",
            help=_("Continue a run: auto (also without a value) takes the newest checkpoint, or name a checkpoint."),
        ),
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Change a setting; repeatable."))
    ] = None,
    nproc: Nproc = None,
    launcher: Launcher = None,
    nnodes: Nnodes = None,
    node_rank: NodeRank = None,
    master_addr: MasterAddr = None,
    master_port: MasterPort = None,
    hostfile: Hostfile = None,
    waits: Annotated[
        bool, typer.Option("--queue", help=_("Wait in the queue until its devices are free, instead of sharing them."))
    ] = False,
    fit: Annotated[
        str | None,
        typer.Option(
            metavar="[auto|SIZE]",
            help=_("Find the largest batch that fits into the free memory, or into a size such as 3GB; then train."),
        ),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help=_("Start it and return at once."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job; unless detached, print what happens until it ends or Ctrl-C is pressed."""
    from workbench.actions.fit import fit_wish
    from workbench.actions.preflight_warnings import warnings_before
    from workbench.actions.train import start_training
    from workbench.commands.follow import follow, watch_and_stop
    from workbench.configs.find import find_config
    from workbench.configs.overrides import apply_overrides
    from workbench.jobs.state import state_of
    from workbench.text import printable

    found = find_config(config)
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
    changes = [*(assignments or []), *launch]
    settings = apply_overrides(found.config, changes)
    began = time.time()
    if not resume and not fit:
        for warning in warnings_before(settings, work_dir or Path.cwd(), changes):
            typer.echo(_("Warning: {message}").format(message=printable(str(warning))), err=True)
    job = start_training(
        settings,
        found.name,
        project=Path.cwd(),
        work_dir=work_dir,
        resume=resume,
        waits=waits,
        fit=fit_wish(fit) if fit else None,
        named=frozenset(change.split("=")[0].split(".")[0].strip() for change in changes),
    )
    place = {"job": job.id, "path": str(job.path)}
    typer.echo(_("Job {job} in {path}").format(**place), err=as_json)
    code = 0
    if detach and not as_json:
        typer.echo(watch_and_stop(job.id))
    if not detach:
        code = follow(job, since=began if resume else 0.0, to_stderr=as_json)
    if as_json:
        typer.echo(json.dumps({**place, "state": str(state_of(job)), "exit_code": code}, ensure_ascii=False))
    raise typer.Exit(code)
