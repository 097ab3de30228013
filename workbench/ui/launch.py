"""Starting the app: terminal, language, settings for slow lines; only then Textual."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.i18n import set_language
from workbench.text import printable
from workbench.ui.preferences import read_preferences
from workbench.ui.terminal import check_terminal, suit_environment

if TYPE_CHECKING:
    from workbench.ui.app import WorkbenchApp

WRONG_TERMINAL_EXIT = 2


def main(project: Path | None = None, area: str | None = None, **context: Any) -> int:
    """Run the app in a project folder (the current one) and return the exit code.

    Args:
        area: where to begin; the area of the last time if it is None.
        **context: handed to that area's ``arrive``.
    """
    preferences = read_preferences()
    if preferences.language and not os.environ.get("WORKBENCH_LANG"):
        set_language(preferences.language)
    try:
        check_terminal(os.environ)
    except WorkbenchError as error:
        sys.stderr.write(printable(str(error)) + "\n")
        return WRONG_TERMINAL_EXIT
    suit_environment(os.environ)
    from workbench.ui.app import WorkbenchApp

    folder = (project or Path.cwd()).resolve()
    os.chdir(folder)  # paths in forms and configs are those of the project
    app = WorkbenchApp(folder, area=area, context=context)
    asyncio.run(_run(app))
    return app.return_code or 0


async def _run(app: WorkbenchApp) -> None:
    """Run until the user leaves; SIGTERM leaves as if the user had quit, a hang-up at once."""
    from workbench.ui.guard import TERMINATED_EXIT, install_hangup_guard

    install_hangup_guard(app.state.save)
    terminate = partial(app.exit, return_code=TERMINATED_EXIT)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
    await app.run_async()
