"""``workbench data preprocess``: tokenise and pack ahead of the training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.jobs.folder import JobFolder

EXAMPLES = """
  workbench data preprocess my_config.yaml prepared

  workbench train my_config.yaml --set data_path=prepared
"""


def preprocess(
    config: Annotated[str, typer.Argument(help=_("A config file or the name of one of the catalogue."))],
    target: Annotated[
        Path, typer.Argument(metavar="DIR", help=_("The folder to write; a config names it as data_path."))
    ],
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("Change a setting; may be repeated."))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Replace an existing folder."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.prepare import start_preparing
    from workbench.commands.outcome import follow_to_result
    from workbench.configs.find import find_config
    from workbench.configs.overrides import apply_overrides

    found = find_config(config)
    chosen = apply_overrides(found.config, assignments or [])
    job = start_preparing(chosen, found.name, target, project=Path.cwd(), overwrite=force)
    follow_to_result(job, "prepared", "workbench train CONFIG --set data_path={path}", as_json=as_json, more=_totals)


def _totals(job: JobFolder) -> dict[str, object]:
    """What became of the rows, as far as the job has come."""
    from workbench.data.prepare.kept_report import kept_report

    report = kept_report(job.results_path)
    return report.model_dump(include={"read", "kept", "left_out"}) if report else {}
