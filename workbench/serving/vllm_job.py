"""The job of an endpoint that vLLM serves: ``python -m workbench.serving.vllm_job JOB_FOLDER``.

Its arguments are a `Served`. The options are those of ``workbench export serve`` (https://docs.vllm.ai, "vllm serve");
vLLM takes the key from its environment.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from http import HTTPStatus
from pathlib import Path

from workbench.checkpoints.export.launch import export_serve
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.jobs.events import EventLog, Finished, Progress, Started, Warned
from workbench.jobs.folder import JobFolder
from workbench.jobs.stop import stop_requested
from workbench.jobs.worker import run_worker
from workbench.serving.address import LOOPBACK, is_loopback
from workbench.serving.keys import SERVED_KEY
from workbench.serving.served import Served

_DTYPES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}
_LOOK_SECONDS = 0.25
_SECONDS_TO_END = 10.0


def work(job: JobFolder, events: EventLog) -> Finished:
    """Run vLLM until somebody stops it.

    Raises:
        WorkbenchError: it does not serve such a model, or ends by itself.
    """
    key = os.environ.pop(SERVED_KEY, "")
    served = Served.model_validate(job.record.arguments)
    command = _command(served, job, events)
    events.write(Progress(stage=_("Loading the model"), done=0, total=1))
    process = subprocess.Popen(command, cwd=job.path, env=os.environ | ({"VLLM_API_KEY": key} if key else {}))
    try:
        is_ready = False
        while not stop_requested(job.path):
            if process.poll() is not None:
                raise WorkbenchError(
                    _("vLLM ended with exit code {code}.").format(code=process.returncode),
                    where=str(job.log_path),
                    fix=_("The log says why."),
                )
            if not is_ready and _answers(served):
                is_ready = True
                events.write(Progress(stage=served.url, done=1, total=1))
                text = _("Serving {names} at {url}")
                events.write(Started(facts=[text.format(names=", ".join(served.parts), url=served.url)]))
            time.sleep(_LOOK_SECONDS)
    finally:
        _end(process)
    return Finished(results={"url": served.url}, stopped=True)


def _command(served: Served, job: JobFolder, events: EventLog) -> list[str]:
    """vLLM's command line; of options that are given twice, the last one counts."""
    load = served.load
    adapters = {name: part.adapter for name, part in served.parts.items() if part.adapter}
    launch = export_serve(
        load.model,
        engine="vllm",
        adapters=[Path(folder) for folder in adapters.values()],
        project=job.path,
        template=load.prompt_template,
    )
    for note in launch.notes:
        events.write(Warned(message=note, is_note=True))
    base = next(name for name, part in served.parts.items() if not part.adapter)
    words = [*shlex.split(launch.lines[0]), "--host", served.host, "--port", str(served.port)]
    words += ["--served-model-name", base, "--max-num-seqs", str(served.at_once)]
    words += ["--dtype", _DTYPES[load.precision]] if load.precision in _DTYPES else []
    words += ["--quantization", "bitsandbytes"] if load.bits == 4 else []
    words += ["--trust-remote-code"] if load.trust_remote_code else []
    return words + (["--lora-modules", *(f"{name}={folder}" for name, folder in adapters.items())] if adapters else [])


def _answers(served: Served) -> bool:
    import httpx2

    host = served.host if is_loopback(served.host) else LOOPBACK
    try:
        return httpx2.get(f"http://{host}:{served.port}/health", timeout=1.0).status_code == HTTPStatus.OK
    except httpx2.HTTPError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(run_worker(Path(sys.argv[1]), work))
