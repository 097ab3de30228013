"""What of a folder would be uploaded, and what must not be. Light: it reads names, sizes and small text files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.hub.model_page import CARD, is_empty_form
from workbench.i18n import _
from workbench.text import printable

_TRAINING_STATE = (
    "optimizer*.pt",
    "optimizer*.bin",
    "scheduler.*",
    "rng_state*.pth",
    "training_args.bin",
    "*_optim_states.pt",
    "zero_pp_rank_*",
    "job.yaml",
    "events.jsonl",
)
_SECRETS = (".env*", "*.pem", "*.key", "id_rsa*", "id_ed25519*", ".netrc", ".git-credentials", "credentials*", "token")
_SECRET_TEXT = re.compile(rb"\bhf_[A-Za-z0-9]{30,}|\bsk-[A-Za-z0-9_-]{32,}|-----BEGIN [A-Z ]*PRIVATE KEY-----")
_TEXT_SUFFIXES = {".json", ".jsonl", ".md", ".txt", ".yaml", ".yml", ".py", ".toml", ".jinja", ""}
_LARGEST_TEXT_BYTES = 2 * 10**6
_KEPT_HIDDEN = {".gitattributes"}
_NAMES_SAID = 6
_ADAPTER_CONFIG = "adapter_config.json"


@dataclass(frozen=True)
class LocalFile:
    """A file and its name in the repository."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True)
class UploadPlan:
    """``left_out``: names of hidden files and of links that lead out of the folder. ``has_empty_form``: its README.md
    stays here too, as nobody has filled it in.
    """

    folder: Path
    files: list[LocalFile]
    left_out: list[str]
    has_empty_form: bool = False

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)

    def notes(self) -> list[str]:
        """What a person should know before it goes, one sentence each."""
        notes = []
        if self.left_out:
            names = printable(", ".join(self.left_out[:_NAMES_SAID])) + (
                " …" if len(self.left_out) > _NAMES_SAID else ""
            )
            notes.append(_("Left out (hidden, or a link out of the folder): {names}").format(names=names))
        if self.has_empty_form:
            notes.append(
                _("README.md is an empty form that training left, and stays here: workbench export card fills it.")
            )
        elif not any(file.name == CARD for file in self.files):
            notes.append(_("The folder has no README.md, so the model's page will be empty."))
        if base := _base_on_this_machine(self.folder):
            notes.append(
                _(
                    "adapter_config.json names its base by a folder of this machine, which nobody else has: {path}"
                ).format(path=printable(base))
            )
        return notes


def plan_upload(folder: Path) -> UploadPlan:
    """What would be uploaded.

    Raises:
        WorkbenchError: there is nothing, or training state or a secret is among it.
    """
    if not folder.is_dir():
        raise WorkbenchError(_("There is no such folder."), where=printable(str(folder)))
    left_out: list[str] = []
    files = sorted(_files_in(folder, left_out), key=lambda file: file.name)
    if not files:
        raise WorkbenchError(_("The folder holds nothing to upload."), where=printable(str(folder)))
    _refuse(folder, [file for file in files if _fits(file, _TRAINING_STATE)], _state_what(), _state_fix())
    secrets = [file for file in files if _fits(file, _SECRETS) or _holds_secret(file)]
    _refuse(folder, secrets, _("The folder holds what looks like a secret: {names}."), _secret_fix())
    has_empty_form = is_empty_form(folder / CARD)
    sent = [file for file in files if not (has_empty_form and file.name == CARD)]
    return UploadPlan(folder, sent, sorted(left_out), has_empty_form)


def _base_on_this_machine(folder: Path) -> str | None:
    """The path that an adapter calls its base; None if it has a name of a hub, or there is no adapter."""
    try:
        base = json.loads((folder / _ADAPTER_CONFIG).read_bytes())["base_model_name_or_path"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return base if isinstance(base, str) and (Path(base).is_absolute() or Path(base).is_dir()) else None


def _state_what() -> str:
    return _("The folder holds the state of a training: {names}.")


def _state_fix() -> str:
    return _("Upload what 'workbench convert' or 'workbench merge' makes of it.")


def _secret_fix() -> str:
    return _("Move it out of the folder; what was uploaded once cannot be called back.")


def _files_in(folder: Path, left_out: list[str]) -> Iterator[LocalFile]:
    root = folder.resolve()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if not path.is_file():
            continue
        is_hidden = any(part.startswith(".") for part in Path(name).parts) and name not in _KEPT_HIDDEN
        is_secret = fnmatchcase(path.name, ".env*")
        if (is_hidden and not is_secret) or not path.resolve().is_relative_to(root):
            left_out.append(name)
        else:
            yield LocalFile(path, name, path.stat().st_size)


def _fits(file: LocalFile, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(file.path.name, pattern) for pattern in patterns)


def _holds_secret(file: LocalFile) -> bool:
    """Whether a small text file holds a key or an access token."""
    if file.path.suffix.lower() not in _TEXT_SUFFIXES or file.size > _LARGEST_TEXT_BYTES:
        return False
    return _SECRET_TEXT.search(file.path.read_bytes()) is not None


def _refuse(folder: Path, found: list[LocalFile], what: str, fix: str) -> None:
    if found:
        names = ", ".join(printable(file.name) for file in found[:_NAMES_SAID])
        raise WorkbenchError(what.format(names=names), where=printable(str(folder)), fix=fix)


def already_public(repo: str) -> WorkbenchError:
    """What to raise for a repository that everyone sees, where a private one was asked for."""
    return WorkbenchError(
        _("The repository is there and can be seen by everyone."),
        where=repo,
        fix=_("Add --public if that is meant, or choose another name."),
    )
