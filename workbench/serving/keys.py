"""Keys and passwords of servers: from the environment, or made anew; compared without telling anything by the time."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping

from pydantic import SecretStr

from workbench.errors import WorkbenchError
from workbench.i18n import _

SERVED_KEY = "WORKBENCH_SERVED_KEY"
"""The variable in which the job of an endpoint finds its key."""
SHORTEST = 8
_NEW_BYTES = 24


def new_key() -> SecretStr:
    """A key that nobody guesses, of characters that go into headers and addresses."""
    return SecretStr(secrets.token_urlsafe(_NEW_BYTES))


def key_in(variable: str, environment: Mapping[str, str] = os.environ) -> SecretStr:
    """The key or password that an environment variable holds.

    Raises:
        WorkbenchError: it is not set, too short, or holds characters that cannot be sent.
    """
    key = environment.get(variable, "")
    if not key:
        raise WorkbenchError(
            _("The environment variable that is to hold it is not set."),
            where=variable,
            fix=_("Set it in the shell before workbench is started: export {name}=…").format(name=variable),
        )
    if len(key) < SHORTEST or not all("!" <= char <= "~" for char in key):
        raise WorkbenchError(
            _("A key or password has at least {count} characters: letters, digits and signs, no spaces.").format(
                count=SHORTEST
            ),
            where=variable,
            fix=_("Set another one, or leave it unset: one is made and shown."),
        )
    return SecretStr(key)


def is_same(given: str, key: SecretStr) -> bool:
    """Whether what was given is the key; takes equally long wherever they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), key.get_secret_value().encode())
