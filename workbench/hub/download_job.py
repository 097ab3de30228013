"""The download job: ``python -m workbench.hub.download_job JOB_FOLDER``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.hub.fetch import Stopped
from workbench.hub.mirrors import use_in_this_process
from workbench.hub.problems import in_words
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker

if TYPE_CHECKING:
    from workbench.hub.download import DownloadRequest


def work(job: JobFolder, events: EventLog) -> Finished:
    """Fetch what the job's arguments name; they are those of `workbench.actions.download.start_download`."""
    given = job.record.arguments
    use_in_this_process(given["endpoint"], send_token=bool(given["send_token"]))
    fetch = _from_modelscope if given["hub"] == "modelscope" else _from_hugging_face
    try:
        return Finished(results={str(given["kind"]): str(fetch(job, events))})
    except Stopped:
        return Finished(stopped=True)
    except WorkbenchError:
        raise
    except Exception as error:
        raise in_words(error, given["name"], given["endpoint"]) from error


def _from_hugging_face(job: JobFolder, events: EventLog) -> Path:
    from workbench.hub.download import DATASET, DownloadRequest, download

    given = job.record.arguments
    request = DownloadRequest(
        name=given["repository"],
        kind=given["kind"],
        endpoint=given["endpoint"],
        revision=given["revision"],
        include=given["include"],
        exclude=given["exclude"],
        to=Path(given["to"]) if given["to"] else None,
        send_token=bool(given["send_token"]),
        overwrite=bool(given.get("overwrite")),
    )
    must_stop = partial(stop_requested, job.path)
    is_read_by_name = request.kind == DATASET and not (request.to or request.include or request.exclude)
    if not is_read_by_name:
        return download(request, events, must_stop)
    return _dataset_as_rows(given["name"], request, events, must_stop)


def _dataset_as_rows(name: str, request: DownloadRequest, events: EventLog, must_stop: Callable[[], bool]) -> Path:
    """Fetch the files that a dataset's name means, then keep its rows where the name is looked for."""
    from workbench.data.hub_fetch import fetch, files_behind
    from workbench.hub.download import download

    paths = files_behind(name)
    if paths:
        download(request, events, must_stop, paths)
    events.write(Progress(stage=_("preparing rows"), done=0, total=1))
    folder = fetch(name)
    events.write(Progress(stage=_("preparing rows"), done=1, total=1))
    return folder


def _from_modelscope(job: JobFolder, events: EventLog) -> Path:
    from workbench.hub.modelscope import download

    given = job.record.arguments
    return download(
        given["repository"],
        given["kind"],
        events,
        revision=given["revision"],
        include=given["include"],
        exclude=given["exclude"],
        to=given["to"],
        must_stop=partial(stop_requested, job.path),
    )


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
