"""What a chat service that speaks the OpenAI protocol says when it does not answer, in words that help."""

from __future__ import annotations

import json

from workbench.errors import WorkbenchError
from workbench.i18n import _

OUT_OF_MONEY = "insufficient_quota"
"""OpenAI's code for an account that is empty; waiting does not help."""


class EndpointDownError(WorkbenchError):
    """The service cannot be asked at all: no further request will do better."""


def error_text(body: str) -> str:
    """What an error answer says: ``error.message`` as OpenAI has it, ``detail``, or the beginning of the text."""
    try:
        content = json.loads(body)
        error = content.get("error", content)
        said = error.get("message", error.get("detail")) if isinstance(error, dict) else error
        text = said if isinstance(said, str) else body
    except (ValueError, AttributeError, RecursionError):
        text = body
    return " ".join(text.split())


def refusal(status: int, said: str, url: str) -> WorkbenchError:
    """The error for a refused request.

    Args:
        said: what the service says about it, without the key.
    """
    what = _("The chat service refuses: HTTP {status} {reason}").format(status=status, reason=said).strip()
    if status in {401, 403}:
        return EndpointDownError(what, where=url, fix=_("Check the key, and what it may be used for."))
    if status in {404, 405}:
        return EndpointDownError(what, where=url, fix=_("Check address and model; the address often ends in /v1."))
    if status in {402, 429}:
        return EndpointDownError(what, where=url, fix=_("The account has no money left for this."))
    return WorkbenchError(what, where=url, fix=_("Look at what the service says about the request."))


def sent_elsewhere(host: str, url: str) -> EndpointDownError:
    """The error for a redirect to another place."""
    return EndpointDownError(
        _("The chat service sends us on to {host}, where neither key nor data are sent.").format(host=host),
        where=url,
        fix=_("If that place is meant, name its address with --url."),
    )
