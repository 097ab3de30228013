"""The merge job: ``python -m workbench.checkpoints.merge_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.checkpoints.reporting import in_bytes
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.worker import run_worker
from workbench.weights.scoring import is_scorer
from workbench.weights.seeing import has_seeing_parts


def work(job: JobFolder, events: EventLog) -> Finished:
    """Merge what the job's arguments name; they are those of `workbench.actions.merge.start_merge`."""
    from workbench.checkpoints.merge import merge
    from workbench.checkpoints.merge_request import MergeRequest

    arguments = job.record.arguments
    request = MergeRequest(
        base=arguments["base"],
        adapter=Path(arguments["adapter"]),
        target=Path(arguments["target"]),
        dtype=arguments.get("dtype", "auto"),
        max_shard_bytes=int(arguments["max_shard_bytes"]),
        safe=bool(arguments.get("safe", True)),
        is_clip=bool(arguments.get("is_clip")),
        device=arguments.get("device", "cpu"),
        overwrite=bool(arguments.get("overwrite")),
        visual_encoder=arguments.get("visual_encoder"),
        save_format=arguments.get("save_format", "huggingface"),
    )
    on_progress = in_bytes(events, _("merging"))
    if has_seeing_parts(request.adapter) and not request.is_clip:
        from workbench.checkpoints.llava.merge import merge_llava

        merged = merge_llava(request, on_progress)
    else:
        merged = merge(request, on_progress)
    for note in merged.notes:
        events.write(Warned(message=note))
    usual = "merged" if merged.is_language_model else "folder"
    return Finished(results={"scorer" if is_scorer(merged.folder) else usual: str(merged.folder)})


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
