"""Starting the app: terminal, language, settings for slow lines; only then Textual."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.i18n import set_language
from workbench.text import printable
from workbench.ui.terminal import check_terminal, is_in_browser, suit_environment

if TYPE_CHECKING:
    from workbench.ui.app import WorkbenchApp

WRONG_TERMINAL_EXIT = 2
_SECONDS_TO_START = 1.0
_GARBAGE_THRESHOLDS = 50_000, 20, 20
"""Painting a screen makes and forgets tens of thousands of objects: looking through all that there are, as often as the
usual ones do, would take as long as the painting."""


def main(project: Path | None = None, area: str | None = None, **context: Any) -> int:
    """Run the app in a project folder (the current one) and return the exit code.

    Args:
        area: where to begin; the area of the last time if it is None.
        **context: handed to that area's ``arrive``.
    """
    gc.disable()  # starting makes many objects and nearly no garbage: looking for some takes a tenth of its time
    from workbench.preferences import read_preferences

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
    from workbench.ui.pasted_escapes import use_in

    folder = (project or Path.cwd()).resolve()
    os.chdir(folder)  # paths in forms and configs are those of the project
    app = WorkbenchApp(folder, area=area, context=context)
    use_in(app.driver_class)
    asyncio.run(_run(app))
    return app.return_code or 0


async def _run(app: WorkbenchApp) -> None:
    """Run until the user leaves; SIGTERM leaves as if the user had quit, a hang-up at once."""
    from workbench.ui.guard import TERMINATED_EXIT, install_hangup_guard

    install_hangup_guard(app.save_at_once, in_browser=is_in_browser(os.environ))
    terminate = partial(app.exit, return_code=TERMINATED_EXIT)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, terminate)
    loop.call_later(_SECONDS_TO_START, _collect_garbage_again)
    await app.run_async()


def _collect_garbage_again() -> None:
    """From now on, but not among what was made at the start, which stays: looking through it would delay keys."""
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    gc.enable()
