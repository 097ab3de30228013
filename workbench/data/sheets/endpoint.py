"""Which chat service is asked: its address, model and key, from options, environment and the user's settings.

The settings file ``endpoint.toml`` never holds a key, only the name of the environment variable that does. A key of
``OPENAI_API_KEY`` goes to OpenAI and to the address in ``OPENAI_BASE_URL``, never to another one.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.paths import user_config

URL_VARIABLE, KEY_VARIABLE = "WORKBENCH_API_URL", "WORKBENCH_API_KEY"
OPENAI_URL_VARIABLE, OPENAI_KEY_VARIABLE = "OPENAI_BASE_URL", "OPENAI_API_KEY"
OPENAI_URL = "https://api.openai.com/v1"
SETTINGS_FILE = "endpoint.toml"
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
_COMPLETIONS = "/chat/completions"


class EndpointSettings(BaseModel):
    """``endpoint.toml``. ``key_env``: the variable that holds the key; prices in USD per million tokens."""

    model_config = ConfigDict(extra="forbid")

    url: str = ""
    model: str = ""
    key_env: str = ""
    price_in: float | None = None
    price_out: float | None = None

    def prices_of(self, model: str) -> dict[str, float]:
        """``price_in`` and ``price_out``, as far as they are known and are those of this model."""
        prices = {"price_in": self.price_in, "price_out": self.price_out}
        return {name: price for name, price in prices.items() if price is not None and model == self.model}


@dataclass(frozen=True)
class Endpoint:
    """A service that speaks the OpenAI protocol. ``url`` ends before ``/chat/completions``; the key never shows."""

    url: str
    model: str
    key: SecretStr | None = None

    @property
    def sends_key_in_clear(self) -> bool:
        """Whether whoever listens on the way can read the key."""
        parts = urlsplit(self.url)
        return self.key is not None and parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS


def settings_path() -> Path:
    """Where the user's endpoint is kept."""
    return user_config() / SETTINGS_FILE


def read_settings() -> EndpointSettings:
    """The user's endpoint; all empty if there is no file.

    Raises:
        WorkbenchError: the file is damaged, has an unknown name, or holds a key.
    """
    path = settings_path()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return EndpointSettings()
    except (OSError, ValueError) as error:
        raise WorkbenchError(_("The endpoint settings cannot be read."), where=str(path)) from error
    _refuse_unknown(path, values)
    try:
        return EndpointSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise WorkbenchError(first["msg"], where=f"{path}:{first['loc'][0]}") from None


def write_settings(settings: EndpointSettings) -> None:
    """Keep the user's endpoint.

    Raises:
        OSError: the folder cannot be written.
    """
    known = settings.model_dump(exclude_defaults=True)
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in known.items()]
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    write_atomic(settings_path(), "".join(lines))


def find_endpoint(
    url: str | None = None,
    model: str | None = None,
    key_env: str | None = None,
    *,
    settings: EndpointSettings | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Endpoint:
    """The endpoint to ask; options go before the environment, the environment before the settings.

    Args:
        url: the address, such as ``http://localhost:8000/v1``.
        key_env: the environment variable that holds the key.

    Raises:
        WorkbenchError: address, model or the named key is missing, or one of them cannot be used.
    """
    known = settings if settings is not None else read_settings()
    from_environment = environment.get(URL_VARIABLE) or environment.get(OPENAI_URL_VARIABLE)
    has_openai_key = bool(environment.get(OPENAI_KEY_VARIABLE))
    address = url or from_environment or known.url or (OPENAI_URL if has_openai_key else "")
    if not address:
        raise WorkbenchError(
            _("There is no address of a chat service."),
            where="url",
            fix=_("Name it with --url, for example --url http://localhost:8000/v1, or set {name}.").format(
                name=URL_VARIABLE
            ),
        )
    chosen = model or known.model
    if not chosen:
        raise WorkbenchError(
            _("There is no model to ask."), where="model", fix=_("Name it with --model, as the service calls it.")
        )
    checked = checked_url(address)
    return Endpoint(checked, chosen, _key(checked, key_env or known.key_env, environment))


def checked_url(address: str) -> str:
    """The address without ``/chat/completions`` and a last slash.

    Raises:
        WorkbenchError: it is no http(s) address, or holds a password or parameters, which would be written down.
    """
    try:
        parts = urlsplit(address.strip())
        is_sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_sound = False
    if not is_sound:
        raise WorkbenchError(
            _("The address of the chat service is not one of http or https."),
            where="url",
            fix=_("For example: http://localhost:8000/v1"),
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise WorkbenchError(
            _("The address holds a user name, password or parameters, which would be written down."),
            where="url",
            fix=_("Put the key into the environment variable {name} instead.").format(name=KEY_VARIABLE),
        )
    return address.strip().rstrip("/").removesuffix(_COMPLETIONS)


def key_of_job(environment: Mapping[str, str] = os.environ) -> SecretStr | None:
    """The key that a job was given, which reaches it by its environment only."""
    value = environment.get(KEY_VARIABLE)
    return _checked_key(value, KEY_VARIABLE) if value else None


def _key(url: str, key_env: str, environment: Mapping[str, str]) -> SecretStr | None:
    if key_env:
        value = environment.get(key_env, "").strip()
        if not value:
            raise WorkbenchError(
                _("The environment variable with the key is not set."),
                where=key_env,
                fix=_("Set it in the shell before workbench is started: export {name}=…").format(name=key_env),
            )
        return _checked_key(value, key_env)
    if own_key := environment.get(KEY_VARIABLE):
        return _checked_key(own_key, KEY_VARIABLE)
    place = checked_url(environment.get(OPENAI_URL_VARIABLE) or OPENAI_URL)
    openai_key = environment.get(OPENAI_KEY_VARIABLE)
    return _checked_key(openai_key, OPENAI_KEY_VARIABLE) if openai_key and _host(url) == _host(place) else None


def _host(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _checked_key(value: str, name: str) -> SecretStr | None:
    """A key goes into a header, so it must be plain characters; the message does not show it."""
    key = value.strip()
    if not key:
        return None
    if all("!" <= char <= "~" for char in key):
        return SecretStr(key)
    raise WorkbenchError(
        _("The key holds characters that no key has."), where=name, fix=_("Set it again, without spaces or quotes.")
    )


def _refuse_unknown(path: Path, values: Mapping[str, object]) -> None:
    known = list(EndpointSettings.model_fields)
    for name in values:
        if name in known:
            continue
        if "key" in name.lower() or "token" in name.lower() or "secret" in name.lower():
            raise WorkbenchError(
                _("A key must not stand in a file."),
                where=f"{path}:{name}",
                fix=_('Put it into an environment variable, and the variable\'s name here: key_env = "{name}".').format(
                    name=KEY_VARIABLE
                ),
            )
        raise WorkbenchError(
            _("There is no setting {name}.").format(name=name),
            where=str(path),
            fix=_("Did you mean {names}?").format(names=listed(nearest(name, known) or known)),
        )
