"""A whole repository of the Hugging Face hub as a folder."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.hub.local import snapshot_of
from workbench.i18n import _


def fetched_folder(name: str) -> Path:
    """The folder of a Hugging Face name, as it is in the cache or fetched now.

    Raises:
        WorkbenchError: it is no such name, or cannot be fetched.
    """
    if (here := snapshot_of(name)) is not None:
        return here
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise WorkbenchError(
            _("There is no model folder here, and it cannot be fetched: {reason}").format(
                reason=str(error).splitlines()[0][:200]
            ),
            where=name,
            fix=_("Check the path; a Hugging Face name looks like owner/model."),
        ) from error
