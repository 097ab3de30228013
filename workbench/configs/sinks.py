"""Where else the figures of a training can be sent (``report_to``), and what must be installed for it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from workbench.errors import WorkbenchError
from workbench.i18n import _

SINKS = ("tensorboard", "wandb", "swanlab", "trackio")
"""Names of ``report_to``; each is also the package that it needs and the extra that installs it."""


def require_sinks(names: Sequence[str]) -> None:
    """
    Raises:
        WorkbenchError: a package is not installed.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise WorkbenchError(
            _("These are not installed: {names}.").format(names=", ".join(missing)),
            where="report_to",
            fix=_("Install them: {command}").format(command=f"pip install 'workbench[{','.join(missing)}]'"),
        )
