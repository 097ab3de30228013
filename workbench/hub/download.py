"""Downloads: what is wanted, where it goes, and whether it is complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workbench.errors import WorkbenchError
from workbench.file_lock import locked
from workbench.hub.choose import Choice, RemoteFile, choose
from workbench.hub.fetch import Repository, Wanted, fetch_all
from workbench.hub.mirrors import is_official
from workbench.hub.pace import Pace
from workbench.hub.repository import cache_folder, files_of, in_cache, name_in_cache, open_repository
from workbench.i18n import _
from workbench.jobs.events import EventLog, Started
from workbench.sizes import in_words
from workbench.text import printable

MODEL, DATASET = "model", "dataset"
_SPARE_BYTES = 64 * 10**6
_NAMES_SAID = 6
_LOCK_FOLDER = ".workbench-download"


@dataclass(frozen=True)
class DownloadRequest:
    """What to fetch. ``to``: a folder of the user's own; None is the cache in which everything looks for names.
    ``overwrite``: files of other content in that folder are replaced.
    """

    name: str
    kind: str
    endpoint: str
    revision: str | None = None
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    to: Path | None = None
    send_token: bool = False
    overwrite: bool = False


def download(
    request: DownloadRequest, events: EventLog, must_stop: Callable[[], bool], paths: Sequence[str] = ()
) -> Path:
    """Fetch a repository's files, going on with what an earlier attempt has left.

    Args:
        paths: the files that are wanted, where they are known; else the request's patterns choose.

    Raises:
        WorkbenchError: no space, a wrong checksum, nothing fits the patterns, or the user's folder has other files of
            these names.
        Stopped: ``must_stop`` said so.
        Exception: what the hub's library raises.
    """
    repository = open_repository(request.name, request.kind, request.endpoint, request.revision, _token(request))
    listing = files_of(repository)
    choice = _chosen(listing, request, paths)
    events.write(Started(facts=_facts(request, choice)))
    if request.to is not None:
        _into_folder(repository, choice, request.to, request.overwrite, events, must_stop)
        return request.to
    folder = cache_folder(repository)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        _fetch(repository, in_cache(repository, choice.wanted), folder, events, must_stop)
    return name_in_cache(repository, choice.wanted, request.revision)


def _into_folder(
    repository: Repository,
    choice: Choice,
    folder: Path,
    overwrite: bool,
    events: EventLog,
    must_stop: Callable[[], bool],
) -> None:
    """Fetch into a folder of the user's own, in which nothing stays but the files, complete or to be gone on with."""
    guard = folder / _LOCK_FOLDER
    guard.mkdir(parents=True, exist_ok=True)
    with locked(guard):
        try:
            _fetch(repository, _in_folder(folder, choice.wanted, overwrite), folder, events, must_stop)
        finally:
            shutil.rmtree(guard, ignore_errors=True)
            with suppress(OSError):  # only if nothing has come
                folder.rmdir()


def _token(request: DownloadRequest) -> str | bool:
    """The user's token for the hub itself, and for a mirror only if the user said so."""
    from huggingface_hub import get_token

    return (get_token() or False) if is_official(request.endpoint) or request.send_token else False


def _chosen(listing: list[RemoteFile], request: DownloadRequest, paths: Sequence[str]) -> Choice:
    if paths:
        wanted = set(paths)
        return Choice([file for file in listing if file.path in wanted], [])
    choice = choose(listing, request.include, request.exclude, weights_once=request.kind == MODEL)
    if not choice.wanted:
        raise WorkbenchError(
            _("No file of the repository fits."),
            where=request.name,
            fix=_("It has {names}.").format(names=", ".join(printable(file.path) for file in listing[:8]) or "–"),
        )
    return choice


def _facts(request: DownloadRequest, choice: Choice) -> list[str]:
    """What is fetched, from where, and what is left out."""
    text = _("{name} from {hub}: {count} files, {size}").format(
        name=request.name, hub=request.endpoint, count=len(choice.wanted), size=in_words(choice.total_bytes)
    )
    note = choice.note()
    return [text, note] if note else [text]


def _in_folder(folder: Path, files: list[RemoteFile], overwrite: bool) -> list[Wanted]:
    """Files with their places in a folder of the user's own.

    Raises:
        WorkbenchError: a name would lead out of it, or a file of other content has it.
    """
    for file in files:
        parts = PurePosixPath(file.path).parts
        if PurePosixPath(file.path).is_absolute() or ".." in parts:
            raise WorkbenchError(_("A file's name leads out of the folder."), where=printable(file.path))
    wanted = [Wanted(file, folder / file.path) for file in files]
    others = [one.file.path for one in wanted if one.target.exists() and not one.is_here]
    if others and not overwrite:
        raise WorkbenchError(
            _("The folder has files of these names with other content: {names}.").format(
                names=printable(", ".join(others[:_NAMES_SAID])) + (" …" if len(others) > _NAMES_SAID else "")
            ),
            where=str(folder),
            fix=_("Choose an empty folder, or allow replacing them: --force."),
        )
    return wanted


def _fetch(
    repository: Repository, wanted: list[Wanted], folder: Path, events: EventLog, must_stop: Callable[[], bool]
) -> None:
    """Check the space, then let the bytes come."""
    total, here = sum(one.file.size for one in wanted), sum(one.bytes_here for one in wanted)
    free = shutil.disk_usage(folder).free
    if total - here + _SPARE_BYTES > free:
        raise WorkbenchError(
            _("The disk has no room for it: {needed} are needed, {free} are free.").format(
                needed=in_words(total - here), free=in_words(free)
            ),
            where=str(folder),
            fix=_("Make room, or choose another place with --to or HF_HOME."),
        )
    pace = Pace(events, _("downloading"), total, here)
    fetch_all(repository, _each_once(wanted), pace.add, must_stop)
    pace.finish()


def _each_once(wanted: list[Wanted]) -> list[Wanted]:
    """Files of the same content have the same place in the cache."""
    return list({os.fspath(one.target): one for one in wanted}.values())
