"""Fetching files of a repository so that nothing that has come is fetched twice, whatever ends the process.

The hub's library starts a file anew in every process. Here a file grows under a name of its own beside its place, is
gone on with from where it ends, and takes its place once its checksum is right.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.errors import WorkbenchError
from workbench.hub.choose import RemoteFile
from workbench.i18n import _

_PARTIAL = ".workbench.incomplete"
_AT_ONCE = 4
_ATTEMPTS = 6
"""Attempts in a row that bring nothing before it is given up."""
_FIRST_PAUSE_SECONDS = 0.5
_SECONDS_OF_SILENCE = 30.0


class Stopped(Exception):  # noqa: N818 - a wish of the user, no error
    """Somebody asked the job to stop."""


@dataclass(frozen=True)
class Repository:
    """Where files come from. ``token``: what is sent, False for nothing; ``commit``: of which state."""

    name: str
    kind: str
    endpoint: str
    commit: str
    token: str | bool


@dataclass(frozen=True)
class Wanted:
    """A file, and where it shall lie. ``is_named_by_content``: nothing else can lie there."""

    file: RemoteFile
    target: Path
    is_named_by_content: bool = False

    @property
    def partial(self) -> Path:
        """Where it grows; its name says which content, so that a newer one does not go on with it."""
        return self.target.with_name(f"{self.target.name[:60]}.{self.file.digest[:16]}{_PARTIAL}")

    @property
    def bytes_here(self) -> int:
        """What has come already."""
        if self.is_here:
            return self.file.size
        try:
            return min(self.partial.stat().st_size, self.file.size)
        except FileNotFoundError:
            return 0

    @cached_property
    def is_here(self) -> bool:
        """Whether it was there when this was asked first; a file of the user's own folder is read for that."""
        if not self.target.is_file() or self.target.stat().st_size != self.file.size:
            return False
        return self.is_named_by_content or _digest(self.target, self.file) == self.file.digest


def fetch_all(
    repository: Repository, files: list[Wanted], report: Callable[[int], None], must_stop: Callable[[], bool]
) -> None:
    """Fetch what is not here, a few files at a time; ``report`` gets bytes as they come (negative: thrown away).

    Raises:
        WorkbenchError: a file has another checksum than the hub says, twice.
        Stopped: ``must_stop`` said so; what has come stays.
        Exception: what the hub's library raises when it is given up.
    """
    gave_up: list[bool] = []

    def ends() -> bool:
        return bool(gave_up) or must_stop()

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = [pool.submit(_fetch, repository, one, report, ends) for one in files if not one.is_here]
        done, _rest = wait(running, return_when=FIRST_EXCEPTION)
        failed = next((one for one in done if one.exception() is not None), None)
        if failed is not None:
            gave_up.append(True)
            pool.shutdown(cancel_futures=True)
            failed.result()


def _fetch(repository: Repository, wanted: Wanted, report: Callable[[int], None], ends: Callable[[], bool]) -> None:
    wanted.target.parent.mkdir(parents=True, exist_ok=True)
    for is_last in (False, True):
        _complete(repository, wanted, report, ends)
        if _digest(wanted.partial, wanted.file) == wanted.file.digest:
            wanted.partial.replace(wanted.target)
            return
        wanted.partial.unlink()
        if not is_last:
            report(-wanted.file.size)
    raise WorkbenchError(
        _("What came has another checksum than the hub says."),
        where=f"{repository.name}/{wanted.file.path}",
        fix=_("Try again, or another mirror: --mirror none asks huggingface.co itself."),
    )


def _complete(repository: Repository, wanted: Wanted, report: Callable[[int], None], ends: Callable[[], bool]) -> None:
    """Let the partial file grow to its size, over any number of lost connections as long as each brings something."""
    failures = 0
    while (before := wanted.bytes_here) < wanted.file.size or not wanted.partial.exists():
        try:
            _go_on(repository, wanted, before, report, ends)
        except Exception as error:
            failures = 1 if wanted.bytes_here > before else failures + 1
            if failures >= _ATTEMPTS or not _may_pass(error):
                raise
            _rest(_FIRST_PAUSE_SECONDS * 2 ** (failures - 1), ends)


def _may_pass(error: Exception) -> bool:
    """Whether the same request may succeed a little later."""
    import httpx2

    status = getattr(getattr(error, "response", None), "status_code", 0)
    return (
        isinstance(error, httpx2.TransportError) or status in {408, 429} or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


def _rest(seconds: float, ends: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ends():
            raise Stopped
        time.sleep(min(0.1, seconds))


def _go_on(
    repository: Repository, wanted: Wanted, begin: int, report: Callable[[int], None], ends: Callable[[], bool]
) -> None:
    """One request: the rest of the file, or all of it from a server that gives no parts."""
    from huggingface_hub.utils._http import get_session, hf_raise_for_status

    url, headers = _location(repository, wanted.file)
    if begin:
        headers["Range"] = f"bytes={begin}-"
    with get_session().stream(
        "GET", url, headers=headers, timeout=_SECONDS_OF_SILENCE, follow_redirects=True
    ) as answer:
        hf_raise_for_status(answer)
        if begin and answer.status_code != HTTPStatus.PARTIAL_CONTENT:
            report(-begin)
            begin = 0
        with wanted.partial.open("r+b" if begin else "wb") as stream:
            stream.seek(begin)
            stream.truncate()
            _write(answer, stream, wanted.file.size - begin, report, ends)


def _location(repository: Repository, file: RemoteFile) -> tuple[str, dict[str, str]]:
    """Where the bytes lie now (the hub sends large files to a storage of its own) and what to send along."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.utils._headers import build_hf_headers

    url = hf_hub_url(
        repository.name, file.path, repo_type=repository.kind, revision=repository.commit, endpoint=repository.endpoint
    )
    location = get_hf_file_metadata(url, token=repository.token, endpoint=repository.endpoint).location
    headers = build_hf_headers(token=repository.token if _origin(location) == _origin(url) else False)
    return location, {**headers, "Accept-Encoding": "identity"}


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _write(answer: Any, stream: Any, most: int, report: Callable[[int], None], ends: Callable[[], bool]) -> None:
    """Bytes of an answer to the file, and never more than belong to it."""
    for chunk in answer.iter_raw():
        if ends():
            raise Stopped
        part = chunk[:most]
        stream.write(part)
        report(len(part))
        most -= len(part)
        if most <= 0:
            break
    stream.flush()
    os.fsync(stream.fileno())


def _digest(path: Path, file: RemoteFile) -> str:
    """SHA-256 of a large file; of others what git calls the blob: SHA-1 over a header with the length, and the bytes."""
    if file.is_large:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
