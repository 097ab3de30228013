"""Start putting a folder on a hub."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.actions.download import HUGGING_FACE, MODEL_SCOPE
from workbench.actions.python import module_command
from workbench.errors import WorkbenchError
from workbench.hub.mirrors import OFFICIAL, endpoint_of
from workbench.hub.upload_plan import plan_upload
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.text import printable

_REPO = re.compile(r"[\w-][\w.-]*/[\w.-]+")


def start_upload(
    folder: Path,
    repo: str,
    *,
    project: Path,
    hub: str = HUGGING_FACE,
    private: bool = True,
    revision: str | None = None,
    message: str | None = None,
    server: str | None = None,
) -> JobFolder:
    """Upload in a job of its own; started again it sends only what is missing.

    Args:
        repo: ``owner/name``; made if it is not there.
        private: only the user sees it.
        server: another server than the hub; it gets the user's token.

    Raises:
        WorkbenchError: the folder holds nothing, training state or secrets, or nobody is signed in.
    """
    require_goal(repo, hub)
    plan_upload(folder.expanduser())
    return start_job(
        "upload",
        f"upload-{repo.replace('/', '--')}",
        module_command("workbench.hub.upload_job", "{job}"),
        project=project,
        arguments={
            "folder": str(folder.expanduser().resolve()),
            "repo": repo,
            "hub": hub,
            "endpoint": endpoint_of(server) if server else OFFICIAL,
            "private": private,
            "revision": revision,
            "message": message or _("Uploaded with workbench"),
        },
    )


def require_goal(repo: str, hub: str) -> None:
    """What is known of where an upload goes before anything is shown or asked.

    Raises:
        WorkbenchError: the name is none of a repository, or nobody is signed in.
    """
    if not _REPO.fullmatch(repo):
        raise WorkbenchError(
            _("This is no repository's name."), where=printable(repo), fix=_("Names look like owner/model.")
        )
    _require_login(hub)


def _require_login(hub: str) -> None:
    """The token itself is read by the job only, by the hub's own library."""
    if hub == MODEL_SCOPE:
        from workbench.hub.modelscope import has_login

        signed_in, command = has_login(), "modelscope login"
    else:
        from huggingface_hub import get_token

        signed_in, command = get_token() is not None, "hf auth login"
    if not signed_in:
        raise WorkbenchError(
            _("You are not signed in to the hub."), where=hub, fix=_("Sign in: {command}").format(command=command)
        )
