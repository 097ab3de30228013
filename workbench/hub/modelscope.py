"""ModelScope, through its own library, which is an extra."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.hub.choose import RemoteFile, choose
from workbench.hub.fetch import Stopped
from workbench.hub.pace import Pace
from workbench.hub.upload_plan import UploadPlan, already_public
from workbench.i18n import N_, _
from workbench.jobs.events import EventLog, Started
from workbench.paths import user_cache
from workbench.sizes import in_words

PAGE = "https://modelscope.cn/models"
_WORDS = (
    (
        ("AuthenticationError", "PermissionDeniedError"),
        N_("ModelScope does not allow this with your login."),
        N_("Sign in with 'modelscope login'."),
    ),
    (
        ("NotExistError",),
        N_("ModelScope has nothing of this name that is public."),
        N_("Check its spelling; names there are often others than on Hugging Face."),
    ),
    (
        ("NetworkError", "ServerError", "RateLimitError"),
        N_("ModelScope cannot be reached."),
        N_("Check the network; the same command goes on later."),
    ),
    (("FileIntegrityError",), N_("What came has another checksum than the hub says."), N_("Try again.")),
)


def library() -> Any:
    """ModelScope's library.

    Raises:
        WorkbenchError: it is not installed; says how.
    """
    try:
        import modelscope_hub
    except ImportError as error:
        raise WorkbenchError(
            _("ModelScope's library is not installed."),
            where="modelscope",
            fix=_("Install it: pip install 'workbench[modelscope]'"),
        ) from error
    return modelscope_hub


def has_login() -> bool:
    """Whether the user has signed in with ModelScope's own command."""
    return bool(library().get_default_config().token)


def download(
    name: str,
    kind: str,
    events: EventLog,
    *,
    revision: str | None,
    include: Sequence[str],
    exclude: Sequence[str],
    to: str | None,
    must_stop: Callable[[], bool],
) -> Path:
    """Fetch a repository into ModelScope's own cache, or a folder; the library goes on with what has come.

    Raises:
        WorkbenchError: there is no such repository, no network, or the library is not installed.
        Stopped: ``must_stop`` said so.
    """
    hub = library()
    try:
        api = hub.HubApi()
        listing = [
            RemoteFile(file.path, file.size, file.sha256 or "", is_large=True)
            for file in api.list_repo_files(name, kind, revision=revision)
            if not file.is_dir
        ]
        choice = choose(listing, include, exclude, weights_once=kind == "model")
        text = _("{name} from {hub}: {count} files, {size}").format(
            name=name, hub="ModelScope", count=len(choice.wanted), size=in_words(choice.total_bytes)
        )
        events.write(Started(facts=[text, *filter(None, [choice.note()])]))
        pace = Pace(events, _("downloading"), choice.total_bytes)
        folder = api.download_repo(
            name,
            kind,
            revision=revision,
            local_dir=to,
            allow_patterns=[file.path for file in choice.wanted],
            progress_callbacks=[_counting(hub, pace, must_stop)],
        )
    except Exception as error:
        raise _in_words(error, name) from error
    pace.finish()
    return Path(folder)


def _counting(hub: Any, pace: Pace, must_stop: Callable[[], bool]) -> type[Any]:
    """A class of the kind that the library makes one of for each file."""

    class Counting(hub.ProgressCallback):  # type: ignore[misc]
        def update(self, size: int) -> None:
            if must_stop():
                raise Stopped
            pace.add(size)

    return Counting


def upload(plan: UploadPlan, repo: str, events: EventLog, *, private: bool, revision: str | None, message: str) -> str:
    """Send a folder; the library sends no file twice that has arrived.

    Returns:
        the address of the repository's page.
    """
    hub = library()
    pace = Pace(events, _("uploading"), plan.total_bytes)
    arrived = 0

    def report(outcome: dict[str, Any]) -> None:
        nonlocal arrived
        now = int(outcome.get("committed_bytes") or 0)
        pace.add(now - arrived)
        arrived = now

    notes = user_cache() / "modelscope" / repo.replace("/", "--")
    notes.parent.mkdir(parents=True, exist_ok=True)
    try:
        api = hub.HubApi()
        if not api.repo_exists(repo, "model"):
            api.create_repo(repo, "model", visibility="private" if private else "public")
        elif private and api.get_repo(repo, "model").visibility == hub.Visibility.PUBLIC:
            raise already_public(repo)
        events.write(Started())
        api.upload_folder(
            repo,
            "model",
            plan.folder,
            commit_message=message,
            revision=revision,
            allow_patterns=[file.name for file in plan.files],
            disable_tqdm=True,
            tracker_path=notes,  # and not in the folder, which stays as it is
            progress_callback=report,
        )
    except Exception as error:
        raise _in_words(error, repo) from error
    pace.add(plan.total_bytes - arrived)
    pace.finish()
    return f"{PAGE}/{repo}"


def _in_words(error: Exception, name: str) -> Exception:
    """What the library's error means; what is no error of its own stays what it is."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    for names, what, fix in _WORDS:
        if kinds & set(names):
            return WorkbenchError(_(what), where=name, fix=_(fix))
    return error
