"""Whether the model that a setting names can be there."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.model_folder import require_config


def require_model(name: str, field: str) -> None:
    """
    Args:
        name: a folder or a Hugging Face name, which is not looked up.
        field: the setting that names it.

    Raises:
        WorkbenchError: it looks like a folder, and there is none, or one without a (readable) config.json.
    """
    folder = Path(resolve_model(name))
    looks_like_path = name.startswith((".", "/", "~", "sample:")) or name.count("/") != 1
    if folder.is_dir():
        require_config(folder, name)
    elif looks_like_path:
        raise WorkbenchError(
            _("The model folder does not exist."),
            where=name,
            fix=_("Check {field}; a Hugging Face name looks like owner/model.").format(field=field),
        )
