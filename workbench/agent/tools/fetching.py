"""Asking a service of the network: within a time and a size."""

from __future__ import annotations

from typing import Any

from workbench.agent.tools.settings import ToolError

SECONDS = 30.0
_MOST_BYTES = 4 << 20


def fetched(service: str, method: str, url: str, **asked: Any) -> bytes:
    """The body of the answer.

    Args:
        service: what it is called to the model.
        asked: as `httpx2.stream` takes it: ``params``, ``headers``, ``json``.

    Raises:
        ToolError: there is no answer, or one that is too long.
    """
    import httpx2

    body = bytearray()
    try:
        with httpx2.stream(method, url, timeout=SECONDS, follow_redirects=True, **asked) as response:
            if response.status_code in {401, 403}:
                raise ToolError(f"{service} does not take the key (status {response.status_code})")
            if response.status_code >= 400:
                raise ToolError(f"{service} answers with status {response.status_code}")
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise ToolError(f"{service} answers with more than {_MOST_BYTES >> 20} MB")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ToolError(f"{service} cannot be reached: {type(error).__name__}") from error
    return bytes(body)
