"""System texts by name, those that XTuner's chat command knows. Light.

They are the ones that the catalogue's configs train with, so that a model is asked as it was trained.
"""

from __future__ import annotations

import re

from workbench.configs.catalogue.systems import SYSTEMS
from workbench.errors import WorkbenchError
from workbench.i18n import _

SYSTEM_TEMPLATES = ("moss_sft", "alpaca", "arxiv_gentile", "colorist", "coder", "lawyer", "medical", "sql")


def system_text(name: str, bot_name: str) -> str:
    """The system text of a name; plugins that it lists are off, as they are on with the agent that runs them alone.

    Args:
        bot_name: what the model is called, where the text says so.

    Raises:
        WorkbenchError: there is none of that name.
    """
    if name not in SYSTEM_TEMPLATES:
        raise WorkbenchError(
            _("There is no system text called {name}.").format(name=name),
            where="--system-template",
            fix=_("There are: {names}.").format(names=", ".join(SYSTEM_TEMPLATES)),
        )
    return SYSTEMS[name].replace("{bot_name}", bot_name).replace(": enabled.", ": disabled.")


def named_by(text: str) -> tuple[str, str] | None:
    """The name whose system text this is, and what the model is called in it; None if it is nobody's.

    Blanks around the text do not matter.
    """
    for name in SYSTEM_TEMPLATES:
        mark = re.escape("{bot_name}")
        pattern = (
            re.escape(system_text(name, "{bot_name}").strip())
            .replace(mark, "(?P<bot>.*?)", 1)
            .replace(mark, "(?P=bot)")
        )
        if found := re.fullmatch(pattern, text.strip(), re.DOTALL):
            return name, found.groupdict().get("bot", "")
    return None


def chosen_system(text: str, name: str | None, bot_name: str) -> str:
    """The system text that was given, or that of the name that was given.

    Raises:
        WorkbenchError: both were given, or there is none of that name.
    """
    if name is None:
        return text
    if text:
        raise WorkbenchError(
            _("A system text and the name of one were given; only one of them can be used."),
            where="--system --system-template",
            fix=_("Leave one of them out."),
        )
    return system_text(name, bot_name)
