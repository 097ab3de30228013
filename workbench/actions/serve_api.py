"""Start serving a model as an OpenAI-compatible endpoint, in a job of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from pydantic import SecretStr

from workbench.actions.merge import noted_base
from workbench.actions.model_there import require_model
from workbench.actions.python import module_command
from workbench.chat.parts_choice import refuse_both
from workbench.chat.protocol import Load, Parts
from workbench.errors import WorkbenchError
from workbench.hub.local import is_here
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.kinds import ENDPOINT
from workbench.jobs.launch import start_job
from workbench.serving.address import LOOPBACK, is_loopback, settled_port
from workbench.serving.keys import SERVED_KEY
from workbench.serving.served import Served, served_parts
from workbench.weights.seeing import is_seeing_folder

OWN, VLLM = "own", "vllm"
_JOBS = {OWN: "workbench.serving.api_job", VLLM: "workbench.serving.vllm_job"}
DEFAULT_PORT = 8000
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


def start_serving(
    load: Load,
    adapters: Sequence[str],
    *,
    project: Path,
    host: str = LOOPBACK,
    port: int = DEFAULT_PORT,
    key: SecretStr | None = None,
    at_once: int = 8,
    backend: str = OWN,
) -> JobFolder:
    """Everything that can be known before is looked at before the job starts.

    Args:
        load: the model; a LLaVA folder may be on it.
        adapters: folders, or ``NAME=FOLDER``; each is a model of its own name.
        port: 0 takes a free one.
        key: what requests must bring; it reaches the job by its environment, and is written nowhere.
        at_once: answers that come side by side.
        backend: what serves: `OWN`, on the engine of the chat, or `VLLM`.

    Raises:
        WorkbenchError: the model is not there, an adapter's folder holds none, the port is taken, others than this machine could reach it unasked, or
            what serves is not installed.
    """
    _require(backend)
    refuse_both(load)
    parts = served_parts(load, list(adapters))
    if backend == VLLM:
        _refuse_what_vllm_lacks(load, parts)
    if load.model:
        require_model(load.model, "MODEL")
    for part in parts.values():
        _require_folder(part.adapter or part.llava)
        if part.adapter and (folder := Path(part.adapter).expanduser()).is_dir() and not is_seeing_folder(folder):
            noted_base(folder)
    if key is None and not is_loopback(host):
        raise WorkbenchError(
            _("Others than this machine can reach {host}; they need a key.").format(host=host),
            where="--host",
            fix=_("Name the environment variable with the key: --api-key-env NAME"),
        )
    served = Served(load=load, parts=parts, host=host, port=settled_port(host, port), at_once=at_once)
    return start_job(
        ENDPOINT,
        f"{ENDPOINT}-{_NOT_IN_NAMES.sub('-', next(iter(parts)))}",
        module_command(_JOBS[backend], "{job}"),
        project=project,
        arguments=served.model_dump(mode="json"),
        env={SERVED_KEY: key.get_secret_value() if key else ""},
    )


def _refuse_what_vllm_lacks(load: Load, parts: Mapping[str, Parts]) -> None:
    """
    Raises:
        WorkbenchError: the weights are asked for in a way that vLLM does not have.
    """
    if load.bits == 8:
        what, where = _("vLLM makes 4 bits of weights that are stored in more, but not 8."), "--bits 8"
    elif llava := next((part.llava for part in parts.values() if part.llava), None):
        what, where = _("vLLM serves models that see as a whole only, not a LLaVA folder on a model."), llava
    else:
        return
    raise WorkbenchError(what, where=where, fix=_("Leave --backend out: workbench serves it itself."))


def _require(backend: str) -> None:
    """
    Raises:
        WorkbenchError: what serves is not installed.
    """
    if backend == OWN:
        require_library()
    elif which(VLLM) is None:
        raise WorkbenchError(
            _("vLLM is not installed here."),
            where="--backend vllm",
            fix=_("Install it: pip install vllm. Without --backend, workbench serves the model itself."),
        )


def require_library() -> None:
    """
    Raises:
        WorkbenchError: the library that serves is not installed.
    """
    if find_spec("aiohttp") is None:
        raise WorkbenchError(
            _("Serving needs a library that is not installed."),
            where="aiohttp",
            fix=_("Install it: pip install 'workbench[serve]'"),
        )


def _require_folder(folder: str | None) -> None:
    if folder is not None and not is_here(folder):
        raise WorkbenchError(_("There is no such folder."), where=folder, fix=_("Check the path."))
