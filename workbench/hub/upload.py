"""Uploads to the Hugging Face hub: file by file, then one commit, so that a repository never holds half of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from huggingface_hub import CommitOperationAdd, HfApi, get_token

from workbench.hub.fetch import Stopped
from workbench.hub.pace import Pace
from workbench.hub.upload_plan import UploadPlan, already_public
from workbench.i18n import _
from workbench.jobs.events import EventLog, Started
from workbench.sizes import in_words


@dataclass(frozen=True)
class UploadRequest:
    """Where a folder goes. ``revision``: a branch, the default one if it is None."""

    repo: str
    endpoint: str
    private: bool
    revision: str | None
    message: str


@dataclass
class _CountedFile(CommitOperationAdd):
    """A file whose bytes are counted as they are sent."""

    count: Callable[[int], None] = lambda _count: None

    @contextmanager
    def as_file(self, with_tqdm: bool = False) -> Iterator[BinaryIO]:
        with super().as_file() as stream:
            if with_tqdm:  # this is how the library asks for a file that it sends, and for none that it only reads
                stream.read = partial(self._read, stream.read)  # type: ignore[method-assign]
            yield stream

    def _read(self, read: Callable[..., bytes], *sizes: int) -> bytes:
        data = read(*sizes)
        self.count(len(data))
        return data


def upload(plan: UploadPlan, request: UploadRequest, events: EventLog, must_stop: Callable[[], bool]) -> str:
    """Send the files of a plan; those that the hub has already are not sent again.

    Returns:
        the address of the repository's page.

    Raises:
        WorkbenchError: the repository can be seen by everyone, which was not asked for.
        Stopped: ``must_stop`` said so; what was sent is found there the next time.
        Exception: what the hub's library raises.
    """
    api = HfApi(endpoint=request.endpoint, token=get_token())
    page = str(api.create_repo(request.repo, private=request.private, exist_ok=True))
    if request.private and api.repo_info(request.repo).private is False:
        raise already_public(request.repo)
    events.write(Started(facts=[_fact(plan, request)]))
    operations = _send_files(api, plan, request, Pace(events, _("uploading"), plan.total_bytes), must_stop)
    api.create_commit(request.repo, operations, commit_message=request.message, revision=request.revision)
    return page


def _fact(plan: UploadPlan, request: UploadRequest) -> str:
    form = (
        _("{count} files, {size} to {repo}, for you alone") if request.private else _("{count} files, {size} to {repo}")
    )
    return form.format(count=len(plan.files), size=in_words(plan.total_bytes), repo=request.repo)


def _send_files(
    api: HfApi, plan: UploadPlan, request: UploadRequest, pace: Pace, must_stop: Callable[[], bool]
) -> list[Any]:
    """Everything that is too large for the commit itself; the files of the commit."""
    operations = []
    for file in plan.files:
        sent = 0

        def count(number: int) -> None:
            nonlocal sent
            if must_stop():
                raise Stopped
            sent += number
            pace.add(number)

        operation = _CountedFile(path_in_repo=file.name, path_or_fileobj=str(file.path), count=count)
        api.preupload_lfs_files(request.repo, [operation], revision=request.revision, num_threads=1)
        pace.add(file.size - sent)  # it was there already, is sent with the commit, or was sent twice
        operations.append(operation)
        if must_stop():
            raise Stopped
    pace.finish()
    return operations
