"""Which server stands for the Hugging Face hub, and whether it may see the user's token."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

OFFICIAL = "https://huggingface.co"
HF_MIRROR = "https://hf-mirror.com"
ENDPOINT_SETTING = "HF_ENDPOINT"
_NO_TOKEN_SETTING = "HF_HUB_DISABLE_IMPLICIT_TOKEN"
_QUIET_SETTING = "HF_HUB_DISABLE_PROGRESS_BARS"
_BY_NAME = {"none": OFFICIAL, "huggingface": OFFICIAL, "hf-mirror": HF_MIRROR}


def endpoint_of(text: str) -> str:
    """The address that a name (``none``, ``hf-mirror``) or a URL stands for.

    Raises:
        WorkbenchError: it is neither ``https://`` nor a server on this machine, or carries a name and password.
    """
    address = _BY_NAME.get(text.strip().lower(), text.strip().rstrip("/"))
    try:
        parts = urlsplit(address)
        is_allowed = bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))
        )
        has_secrets = parts.username is not None or bool(parts.query) or bool(parts.fragment)
    except ValueError:
        is_allowed = has_secrets = False
    if not is_allowed or has_secrets:
        raise WorkbenchError(
            _("A mirror's address begins with https:// and holds no password."),
            where="" if has_secrets else printable(text),
            fix=_("For example hf-mirror, https://hf-mirror.com, or none for huggingface.co itself."),
        )
    return address


def _is_here(host: str | None) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def endpoint_in_force(asked: str | None, remembered: str | None) -> str:
    """What is asked for, else ``HF_ENDPOINT``, else what the user chose before, else the hub itself.

    Raises:
        WorkbenchError: as `endpoint_of`.
    """
    return endpoint_of(asked or os.environ.get(ENDPOINT_SETTING) or remembered or OFFICIAL)


def is_official(endpoint: str) -> bool:
    """Whether this is the hub itself: only to it goes the token without being asked for."""
    return endpoint.rstrip("/") == OFFICIAL


def use_in_this_process(endpoint: str, *, send_token: bool = False) -> None:
    """Make the libraries of this process and its children ask this server, drawing no bars; a mirror gets no token.

    It has to come before huggingface_hub is imported, which reads these settings once.
    """
    os.environ[ENDPOINT_SETTING] = endpoint
    os.environ[_QUIET_SETTING] = "1"
    if is_official(endpoint) or send_token:
        os.environ.pop(_NO_TOKEN_SETTING, None)
    else:
        os.environ[_NO_TOKEN_SETTING] = "1"


def follow_choice(remembered: str | None) -> None:
    """At the start of a program: the mirror that the user chose holds for everything that it does and starts.

    An address that cannot be used is left to the command that needs it, which says so.
    """
    try:
        endpoint = endpoint_in_force(None, remembered)
    except WorkbenchError:
        return
    if not is_official(endpoint):
        os.environ.setdefault(_NO_TOKEN_SETTING, "1")
        os.environ[ENDPOINT_SETTING] = endpoint
