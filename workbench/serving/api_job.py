"""The job of an endpoint: ``python -m workbench.serving.api_job JOB_FOLDER``.

Its arguments are a `Served`; the key comes by the environment only and is taken out of it at once.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from workbench.chat.protocol import Loaded
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress, Started, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker
from workbench.serving.address import listening_socket
from workbench.serving.api import Api
from workbench.serving.api_answers import ServedAnswers
from workbench.serving.keys import SERVED_KEY
from workbench.serving.received_pictures import ReceivedPictures
from workbench.serving.served import Served

_LOOK_SECONDS = 0.25
_SHUTDOWN_SECONDS = 2.0


def work(job: JobFolder, events: EventLog) -> Finished:
    """Serve what the job's arguments say until somebody stops it."""
    key = os.environ.pop(SERVED_KEY, "")
    served = Served.model_validate(job.record.arguments)
    return asyncio.run(_serve(served, SecretStr(key) if key else None, job, events))


async def _serve(served: Served, key: SecretStr | None, job: JobFolder, events: EventLog) -> Finished:
    pictures = ReceivedPictures(job.path / "pictures")
    answers = ServedAnswers(served, pictures, job.log_path)
    api = Api(answers, key)
    runner = web.AppRunner(
        api.application(), access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_SECONDS
    )
    place = listening_socket(served.host, served.port)  # taken before the model is loaded
    try:
        await _load(answers, events)
        await runner.setup()
        await web.SockSite(runner, place).start()
        events.write(Progress(stage=served.url, done=1, total=1))  # what the list of jobs shows from now on
        names = ", ".join(answers.names)
        events.write(Started(facts=[_("Serving {names} at {url}").format(names=names, url=served.url)]))
        keeping = asyncio.create_task(answers.keep_ready())
        while not stop_requested(job.path):
            await asyncio.sleep(_LOOK_SECONDS)
        keeping.cancel()
    finally:
        await runner.cleanup()
        place.close()
        await answers.close()
        pictures.clear()
    return Finished(results={"url": served.url, "answers": api.answered, "tokens": api.tokens}, stopped=True)


async def _load(answers: ServedAnswers, events: EventLog) -> None:
    warnings: list[str] = []
    at_work = ""
    async for reply in answers.load():
        stage = "" if isinstance(reply, Loaded) else reply.stage
        if at_work and at_work != stage:
            events.write(Progress(stage=at_work, done=1.0, total=1.0))
        at_work = stage
        if isinstance(reply, Loaded):
            warnings += [text for text in reply.warnings if text not in warnings]
        else:
            events.write(Progress(stage=reply.stage, done=reply.share or 0.0, total=1.0))
    for text in warnings:
        events.write(Warned(message=text))


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
