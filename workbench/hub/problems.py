"""What the errors of the hubs' libraries mean to who gave a name: the one table of them."""

from __future__ import annotations

import errno
from enum import StrEnum

from workbench.errors import WorkbenchError
from workbench.hub.mirrors import is_official
from workbench.i18n import N_, _

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


class Cause(StrEnum):
    """Why something could not be had from a hub, or put there."""

    GATED = "gated"
    UNKNOWN = "unknown"
    NO_REVISION = "no_revision"
    DENIED = "denied"
    OFFLINE = "offline"
    TOLD_OFFLINE = "told_offline"
    NO_SPACE = "no_space"
    NO_WRITING = "no_writing"
    NO_HUB = "no_hub"
    BUSY = "busy"


WHAT = {
    Cause.GATED: N_("It is given only to those who asked for it and are signed in."),
    Cause.UNKNOWN: N_("The hub has nothing of this name that is public."),
    Cause.NO_REVISION: N_("It has no branch, tag or commit of this name."),
    Cause.DENIED: N_("The hub does not allow this with your login."),
    Cause.OFFLINE: N_("The hub cannot be reached."),
    Cause.TOLD_OFFLINE: N_("HF_HUB_OFFLINE is set, so no hub is asked."),
    Cause.NO_SPACE: N_("The disk is full."),
    Cause.NO_WRITING: N_("The folder cannot be written."),
    Cause.NO_HUB: N_("The server at this address does not answer as the Hugging Face hub does."),
    Cause.BUSY: N_("The hub does not take requests at the moment."),
}
FIXES = {
    Cause.GATED: N_("Ask for access on its page, then sign in with 'hf auth login'."),
    Cause.UNKNOWN: N_("Check its spelling: owner/name; for a private one, sign in with 'hf auth login'."),
    Cause.NO_REVISION: N_("Look at its page, or leave --revision out."),
    Cause.DENIED: N_("Sign in with 'hf auth login' and a token that may do it; 'hf auth whoami' says who you are."),
    Cause.OFFLINE: N_("Check the network, or take a mirror: --mirror hf-mirror. The same command goes on later."),
    Cause.TOLD_OFFLINE: N_("Take it out of the environment (unset HF_HUB_OFFLINE), then start the same command again."),
    Cause.NO_WRITING: N_("Choose another folder, or move the cache with HF_HOME."),
    Cause.NO_SPACE: N_("Make room, or move the cache with WORKBENCH_CACHE_DIR and HF_HOME."),
    Cause.NO_HUB: N_("Check --mirror and HF_ENDPOINT; --mirror none asks huggingface.co itself."),
    Cause.BUSY: N_("Wait a while; the same command goes on where it was."),
}
_SENDING_OFFLINE = N_("Check the network, and --server if you gave one. The same command goes on later.")
_AT_A_MIRROR = N_(
    "To a mirror your login is not sent; get it with --mirror none, or add --send-token if you trust the mirror."
)


def cause_of(error: BaseException) -> Cause | None:
    """Why a library raised this, looking also at what it was raised from; None if it is not known."""
    causes = [cause for one in _chain(error) if (cause := _cause_of_one(one)) is not None]
    plain = [cause for cause in causes if cause is not Cause.OFFLINE]  # the library says "offline" of much else too
    return next(iter([*plain, *causes]), None)


def _cause_of_one(error: BaseException) -> Cause | None:
    import httpx2
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", 0)
    table: tuple[tuple[bool, Cause], ...] = (
        (isinstance(error, errors.GatedRepoError), Cause.GATED),
        (isinstance(error, errors.RevisionNotFoundError), Cause.NO_REVISION),
        (isinstance(error, errors.RepositoryNotFoundError), Cause.UNKNOWN),
        (isinstance(error, errors.FileMetadataError | AssertionError | httpx2.DecodingError), Cause.NO_HUB),
        (status in {401, 403}, Cause.DENIED),
        (status == 404, Cause.NO_HUB),
        (status == 429 or status >= 500, Cause.BUSY),
        (isinstance(error, OSError) and error.errno in _FULL, Cause.NO_SPACE),
        (isinstance(error, errors.OfflineModeIsEnabled), Cause.TOLD_OFFLINE),
        (isinstance(error, OSError) and error.errno in _CLOSED and bool(error.filename), Cause.NO_WRITING),
        (isinstance(error, httpx2.TransportError | httpx2.InvalidURL), Cause.OFFLINE),
        (isinstance(error, ConnectionError | TimeoutError), Cause.OFFLINE),
        (isinstance(error, errors.LocalEntryNotFoundError), Cause.OFFLINE),
    )
    return next((cause for holds, cause in table if holds), None)


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what it was raised from, outermost first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__
    return chain


def in_words(error: Exception, where: str, endpoint: str, *, sending: bool = False) -> WorkbenchError:
    """What is wrong, where, and the mend. ``sending``: it is an upload, for which there are no mirrors."""
    cause = cause_of(error)
    if cause is None:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
        return WorkbenchError(_("The hub's library says: {reason}").format(reason=reason), where=where)
    at = where if is_official(endpoint) else f"{where} @ {endpoint}"
    if cause is Cause.NO_WRITING:
        at = next(str(one.filename) for one in _chain(error) if isinstance(one, OSError) and one.filename)
    return WorkbenchError(_(WHAT[cause]), where=at, fix=_(_mend(cause, endpoint, sending)))


def _mend(cause: Cause, endpoint: str, sending: bool) -> str:
    if cause in {Cause.GATED, Cause.DENIED} and not is_official(endpoint) and not sending:
        return _AT_A_MIRROR
    return _SENDING_OFFLINE if sending and cause is Cause.OFFLINE else FIXES[cause]
