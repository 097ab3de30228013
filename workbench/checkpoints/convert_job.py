"""The convert job: ``python -m workbench.checkpoints.convert_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbench.checkpoints.reporting import in_bytes
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.training.checkpoint_folders import is_checkpoint, what_is_missing
from workbench.weights.scoring import is_scorer


def work(job: JobFolder, events: EventLog) -> Finished:
    """Convert what the job's arguments name; they are those of `workbench.actions.convert.start_convert`."""
    arguments = job.record.arguments
    checkpoint = Path(arguments["checkpoint"])
    convert = _in_parts if arguments.get("save_format", "xtuner") == "xtuner" else _in_one
    results, notes = convert(arguments, events)
    if is_checkpoint(checkpoint) and (missing := what_is_missing(checkpoint)) is not None:
        events.write(
            Warned(
                message=_("The checkpoint is not complete: {file} is missing or cut off.").format(file=missing),
                where=str(checkpoint),
                fix=_("A training cannot go on from it; its weights are converted."),
            )
        )
    for note in notes:
        events.write(Warned(message=note))
    return Finished(results=results)


def _in_parts(arguments: dict[str, Any], events: EventLog) -> tuple[dict[str, Any], list[str]]:
    from workbench.checkpoints.convert import convert

    made = convert(
        Path(arguments["checkpoint"]),
        Path(arguments["target"]),
        overwrite=bool(arguments.get("overwrite")),
        on_progress=in_bytes(events, _("converting")),
    )
    return {"scorer" if is_scorer(made.folder) else made.kind: str(made.folder)}, made.notes


def _in_one(arguments: dict[str, Any], events: EventLog) -> tuple[dict[str, Any], list[str]]:
    """One LLaVA model in the layout of transformers or of the LLaVA project."""
    from workbench.checkpoints.llava.merge import merge_llava
    from workbench.checkpoints.merge_request import MergeRequest

    request = MergeRequest(
        base=arguments.get("base") or "",
        adapter=Path(arguments["checkpoint"]),
        target=Path(arguments["target"]),
        overwrite=bool(arguments.get("overwrite")),
        visual_encoder=arguments.get("visual_encoder"),
        save_format=arguments["save_format"],
    )
    made = merge_llava(request, in_bytes(events, _("converting")))
    return {"merged" if made.is_language_model else "llava": str(made.folder)}, made.notes


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
