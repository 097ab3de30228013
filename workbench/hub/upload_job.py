"""The upload job: ``python -m workbench.hub.upload_job JOB_FOLDER``."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.hub.fetch import Stopped
from workbench.hub.mirrors import use_in_this_process
from workbench.hub.problems import in_words
from workbench.hub.upload_plan import UploadPlan, plan_upload
from workbench.jobs.events import EventLog, Finished
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker


def work(job: JobFolder, events: EventLog) -> Finished:
    """Send what the job's arguments name; they are those of `workbench.actions.upload.start_upload`."""
    given = job.record.arguments
    use_in_this_process(given["endpoint"], send_token=True)
    os.environ["HF_HUB_DISABLE_XET"] = "1"  # its transfer tells nothing of how far it is
    plan = plan_upload(Path(given["folder"]))
    try:
        return Finished(results={"uploaded": _send(job, plan, events)})
    except Stopped:
        return Finished(stopped=True)
    except WorkbenchError:
        raise
    except Exception as error:
        raise in_words(error, given["repo"], given["endpoint"], sending=True) from error


def _send(job: JobFolder, plan: UploadPlan, events: EventLog) -> str:
    given = job.record.arguments
    if given["hub"] == "modelscope":
        from workbench.hub import modelscope

        return modelscope.upload(
            plan,
            given["repo"],
            events,
            private=given["private"],
            revision=given["revision"],
            message=given["message"],
        )
    from workbench.hub.upload import UploadRequest, upload

    request = UploadRequest(
        repo=given["repo"],
        endpoint=given["endpoint"],
        private=given["private"],
        revision=given["revision"],
        message=given["message"],
    )
    return upload(plan, request, events, partial(stop_requested, job.path))


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
