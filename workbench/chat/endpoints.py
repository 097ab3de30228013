"""The chat services that the user asks beside models of their own: ``endpoints.toml`` in the user's config folder.

They are the user's and not a project's: which variable holds a key for which address is nothing that a project from
elsewhere may say. The key itself is never written anywhere::

    ["gpt at work"]
    url = "https://chat.example.com/v1"
    model = "gpt-large"
    key_env = "WORK_CHAT_KEY"
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.data.sheets.endpoint import KEY_VARIABLE, Endpoint, EndpointSettings, checked_url, find_endpoint
from workbench.errors import WorkbenchError, nearest
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.paths import user_config

ENDPOINT = "endpoint:"
"""How models begin that are no weights but a chat service, by the user's name for it."""


class KnownEndpoint(BaseModel):
    """A service under the user's name for it. ``key_env``: the environment variable with its key, empty for none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str
    model: str
    key_env: str = ""

    def opened(self, environment: Mapping[str, str] = os.environ) -> Endpoint:
        """The service with its key.

        Raises:
            WorkbenchError: the address is none, or the variable with the key is not set.
        """
        if not self.key_env:  # a key that was set for another service does not go to this one
            environment = {name: value for name, value in environment.items() if name != KEY_VARIABLE}
        return find_endpoint(
            self.url, self.model, self.key_env or None, settings=EndpointSettings(), environment=environment
        )


def endpoints_file() -> Path:
    """Where they are kept."""
    return user_config() / "endpoints.toml"


def known_endpoints() -> list[KnownEndpoint]:
    """All of them, in the order of the file.

    Raises:
        WorkbenchError: the file is damaged, or a service in it lacks something, or holds a key.
    """
    path = endpoints_file()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        what = _("The file with the chat services cannot be read: {reason}").format(reason=error)
        raise WorkbenchError(what, where=str(path), fix=_("Mend it, or delete it.")) from error
    return [_known(path, name, table) for name, table in tables.items()]


def endpoint_named(name: str) -> KnownEndpoint:
    """The service of this name.

    Raises:
        WorkbenchError: there is none, or the file is damaged.
    """
    known = {one.name: one for one in known_endpoints()}
    if name in known:
        return known[name]
    near = nearest(name, known) or list(known)
    raise WorkbenchError(
        _("There is no chat service of the name {name}.").format(name=name),
        where=str(endpoints_file()),
        fix=_("Known: {names}").format(names=", ".join(near))
        if near
        else _("Put its address and model into that file, or name them in the app: f9 in the Chat area."),
    )


def service_named_by(model: str) -> KnownEndpoint | None:
    """The service, if a model is given as ``endpoint:NAME``.

    Raises:
        WorkbenchError: there is none of this name.
    """
    return endpoint_named(model.removeprefix(ENDPOINT)) if model.startswith(ENDPOINT) else None


def keep_endpoint(endpoint: KnownEndpoint) -> None:
    """Add a service, or replace the one of its name.

    Raises:
        WorkbenchError: its address is none, the file is damaged, or the folder cannot be written.
    """
    checked = endpoint.model_copy(update={"url": checked_url(endpoint.url)})
    _write({one.name: one for one in known_endpoints()} | {checked.name: checked})


def forget_endpoint(name: str) -> None:
    """Take a service out.

    Raises:
        WorkbenchError: the file is damaged, or the folder cannot be written.
    """
    _write({one.name: one for one in known_endpoints() if one.name != name})


def _write(endpoints: Mapping[str, KnownEndpoint]) -> None:
    path = endpoints_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, "\n".join(map(_table, endpoints.values())))
    except OSError as error:
        what = _("The chat services cannot be kept: {reason}").format(reason=error.strerror)
        raise WorkbenchError(what, where=str(path)) from error


def _table(endpoint: KnownEndpoint) -> str:
    values = endpoint.model_dump(exclude={"name"}, exclude_defaults=True)
    lines = [f"{name} = {_quoted(value)}\n" for name, value in values.items()]
    return f"[{_quoted(endpoint.name)}]\n{''.join(lines)}"


def _quoted(text: str) -> str:
    """A basic string of TOML, of which those of JSON are a part but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _known(path: Path, name: str, table: Any) -> KnownEndpoint:
    try:
        known = KnownEndpoint.model_validate({**table, "name": name})
        checked_url(known.url)
    except WorkbenchError as error:
        raise WorkbenchError(error.what, where=f"{path}:{name}:{error.where}", fix=error.fix) from None
    except (TypeError, ValidationError) as error:
        field, reason = _first_problem(error)
        raise WorkbenchError(
            _("A chat service is described wrongly: {reason}").format(reason=reason),
            where=f"{path}:{name}:{field}" if field else f"{path}:{name}",
            fix=_("It has url, model and key_env, which names the environment variable with the key; never the key."),
        ) from None
    return known


def _first_problem(error: TypeError | ValidationError) -> tuple[str, str]:
    if isinstance(error, TypeError):
        return "", _("it is no table")
    first = error.errors()[0]
    return ".".join(map(str, first["loc"])), first["msg"]
