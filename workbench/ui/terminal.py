"""Looking at the terminal before Textual is imported: refuse what cannot work, and suit what is slow or poor."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping

from workbench.errors import WorkbenchError
from workbench.i18n import _

_INCAPABLE = {"dumb", "unknown"}
_SSH_PROFILE = {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_FPS": "15",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    "ESCDELAY": "300",
}
"""An escape sequence torn by jitter needs a longer wait; fewer frames spare the line."""
_SIXTEEN_COLOURS = {"linux", "vt100", "xterm", "screen", "ansi", ""}


def check_terminal(environment: MutableMapping[str, str]) -> None:
    """Raise if the full-screen app cannot work here; in a browser it can.

    Raises:
        WorkbenchError: input or output is no terminal, it cannot move its cursor, or text is not UTF-8.
    """
    if is_in_browser(environment):
        return
    text_instead = _("Every screen is also a command: 'workbench --help'.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        over_ssh = _("Over SSH use 'ssh -t HOST workbench'. ") if "SSH_CONNECTION" in environment else ""
        raise WorkbenchError(_("The app needs a terminal for input and output."), fix=over_ssh + text_instead)
    if environment.get("TERM", "") in _INCAPABLE:
        raise WorkbenchError(
            _("The terminal says it can only print lines (TERM={term}).").format(term=environment["TERM"]),
            fix=_("Set TERM to what it is, for example 'TERM=xterm-256color workbench'. ") + text_instead,
        )
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        raise WorkbenchError(
            _("The terminal's text is {encoding}, not UTF-8.").format(encoding=sys.stdout.encoding),
            fix=_("Use a UTF-8 locale, for example 'LC_ALL=C.UTF-8 workbench'. ") + text_instead,
        )


def is_in_browser(environment: Mapping[str, str]) -> bool:
    """Whether a web page shows the app, through textual-serve; input and output are pipes to the server then."""
    return environment.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def has_full_screen(environment: MutableMapping[str, str]) -> bool:
    """Whether the app can be shown; where it cannot, commands print line by line."""
    try:
        check_terminal(environment)
    except WorkbenchError:
        return False
    return True


def suit_environment(environment: MutableMapping[str, str]) -> None:
    """Set what Textual reads when it is imported; what the user has set himself stays."""
    if "SSH_CONNECTION" in environment:
        for name, value in _SSH_PROFILE.items():
            environment.setdefault(name, value)
    environment.setdefault("TEXTUAL_ANIMATIONS", "none")


def has_sixteen_colours(environment: MutableMapping[str, str] | None = None) -> bool:
    """Whether the terminal offers no more than its own sixteen colours."""
    known = os.environ if environment is None else environment
    return known.get("TERM", "") in _SIXTEEN_COLOURS and not known.get("COLORTERM")
