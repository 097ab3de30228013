"""A chat service as it is typed into one line: its address, its model, and the variable with its key."""

from __future__ import annotations

from urllib.parse import urlsplit

from workbench.chat.endpoints import ENDPOINT, KnownEndpoint, keep_endpoint
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.ui.chosen_model import ChosenModel

_SCHEMES = ("http://", "https://")
_EXAMPLE = "http://localhost:8000/v1 my-model MY_KEY_VARIABLE"


def is_service(typed: str) -> bool:
    """Whether a line begins with an address."""
    return typed.startswith(_SCHEMES)


def service_typed(typed: str) -> ChosenModel:
    """Keep the service of a line ``URL MODEL [KEY VARIABLE]`` under a name of its own, and give it.

    Raises:
        WorkbenchError: a part is missing or wrong, the variable with the key is not set, or it cannot be kept.
    """
    words = typed.split()
    if len(words) not in {2, 3}:
        raise WorkbenchError(
            _("A chat service needs an address and a model, and may name the environment variable with its key."),
            where=words[0] if words else None,
            fix=_("For example: {line}").format(line=_EXAMPLE),
        )
    url, model, *key_env = words
    try:
        host = urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        host = ""  # told by what checks the address
    known = KnownEndpoint(name=f"{model} at {host}", url=url, model=model, key_env="".join(key_env))
    known.opened()
    keep_endpoint(known)
    return ChosenModel(f"{ENDPOINT}{known.name}")
