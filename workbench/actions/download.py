"""Start fetching a model or dataset from a hub."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from workbench.actions.python import module_command
from workbench.data.hub import MODELSCOPE, hub_name
from workbench.errors import WorkbenchError
from workbench.hub.mirrors import endpoint_in_force
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.preferences import read_preferences
from workbench.text import printable

HUGGING_FACE, MODEL_SCOPE = "huggingface", "modelscope"
_MODEL_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def start_download(
    name: str,
    *,
    project: Path,
    dataset: bool = False,
    hub: str = HUGGING_FACE,
    mirror: str | None = None,
    revision: str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    to: Path | None = None,
    send_token: bool = False,
    overwrite: bool = False,
) -> JobFolder:
    """Fetch in a job of its own; started again it goes on with what has come.

    Args:
        name: ``owner/name``; of a dataset also ``owner/name@config:split``. ``modelscope:`` before it means that hub.
        mirror: a name or URL; None takes ``HF_ENDPOINT``, else what the user chose before.
        to: a folder of the user's own; None is the cache in which everything looks for names.
        send_token: let a mirror see the user's token too.
        overwrite: replace files of other content in that folder.

    Raises:
        WorkbenchError: the name or the mirror does not look like one, or the same is being fetched already.
    """
    where = MODEL_SCOPE if name.startswith(MODELSCOPE) else hub
    bare = name.removeprefix(MODELSCOPE)
    repository = hub_name(name).repository if dataset else _model_name(bare)
    return start_job(
        "download",
        f"download-{repository.replace('/', '--')}",
        module_command("workbench.hub.download_job", "{job}"),
        project=project,
        arguments={
            "name": MODELSCOPE + bare if dataset and where == MODEL_SCOPE else bare,
            "repository": repository,
            "kind": "dataset" if dataset else "model",
            "hub": where,
            "endpoint": endpoint_in_force(mirror, read_preferences().mirror),
            "revision": revision,
            "include": list(include),
            "exclude": list(exclude),
            "to": str(to.expanduser().resolve()) if to else None,
            "send_token": send_token,
            "overwrite": overwrite,
        },
    )


def _model_name(name: str) -> str:
    if not _MODEL_NAME.fullmatch(name):
        raise WorkbenchError(
            _("This is no model's name on a hub."), where=printable(name), fix=_("Names look like owner/model.")
        )
    return name
