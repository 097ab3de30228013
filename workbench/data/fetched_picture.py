"""Pictures that were given by an http(s) address: fetched once, kept among what can be made again."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from workbench.errors import WorkbenchError, system_reason
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.paths import user_cache

_MOST_BYTES = 32 * 2**20
_SECONDS_OF_SILENCE = 15.0
_MOST_SECONDS = 60.0
_REDIRECTS = 5
_fetched_here: dict[str, Path] = {}


def kept_at(address: str) -> Path:
    """Where the picture of an address is kept, whether it has been fetched or not."""
    return user_cache() / "fetched_pictures" / hashlib.sha256(address.strip().encode()).hexdigest()


def fetched(address: str) -> Path:
    """The file with what an address gave; asked for once in a process, and again only by the next one.

    Raises:
        WorkbenchError: it cannot be reached, answers with an error, or sends too much or for too long.
    """
    if address not in _fetched_here:
        path = kept_at(address)
        data = _read(address)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(path, data, survives_power_loss=False)
        except OSError as error:
            raise WorkbenchError(
                _("The picture cannot be kept: {reason}").format(reason=system_reason(error)), where=str(path)
            ) from error
        _fetched_here[address] = path
    return _fetched_here[address]


def _read(address: str) -> bytes:
    import httpx2

    try:
        with (
            httpx2.Client(timeout=_SECONDS_OF_SILENCE, follow_redirects=True, max_redirects=_REDIRECTS) as client,
            client.stream("GET", address) as answer,
        ):
            if not answer.is_success:
                raise _failed(address, f"{answer.status_code} {answer.reason_phrase}")
            return _body(answer, address)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _failed(address, str(error) or type(error).__name__) from error


def _body(answer: object, address: str) -> bytes:
    began, data = time.monotonic(), bytearray()
    for piece in answer.iter_bytes():  # type: ignore[attr-defined]
        data += piece
        if len(data) > _MOST_BYTES:
            raise _failed(address, _("it is larger than {count} MB").format(count=_MOST_BYTES // 2**20))
        if time.monotonic() - began > _MOST_SECONDS:
            raise _failed(address, _("it took too long"))
    return bytes(data)


def _failed(address: str, reason: str) -> WorkbenchError:
    return WorkbenchError(
        _("The picture cannot be fetched: {reason}").format(reason=reason),
        where=address,
        fix=_("Check the address and the network, or save the picture and give its path."),
    )
