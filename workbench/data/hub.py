"""Datasets by their names on Hugging Face or ModelScope: fetched once, kept as a folder of Arrow files.

Run as ``python -m workbench.data.hub NAME`` it prints one JSON object: ``{"folder"}``, or ``{"what", "where", "fix"}``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.arrow_folder import is_arrow_folder
from workbench.data.readers.problems import place
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.file_lock import locked
from workbench.i18n import N_, _, current_language
from workbench.paths import user_cache

MODELSCOPE = "modelscope:"
_NAME = re.compile(r"(?P<repository>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<config>[\w.+-]+))?(?::(?P<split>[\w.\[\]%:+-]+))?")
_GATED, _UNKNOWN, _OFFLINE, _NO_SPACE = (
    N_("The dataset is given only to those who asked for it and are signed in."),
    N_("There is no dataset of this name, or it is not public."),
    N_("The hub cannot be reached, and the dataset is not on this machine."),
    N_("The disk is full."),
)
_NO_DATA = N_("The dataset holds no files of a kind that is read.")
_SCRIPT = N_("The dataset is a program, and programs of others are not run.")
_FIXES = {
    _GATED: N_("Ask for access on its page, then sign in with 'hf auth login'."),
    _UNKNOWN: N_("Check its spelling: owner/name; for a private one, sign in with 'hf auth login'."),
    _OFFLINE: N_("Check the network, or give a file or folder on this machine."),
    _NO_SPACE: N_("Make room, or move the cache with WORKBENCH_CACHE_DIR and HF_HOME."),
    _NO_DATA: N_("Look at its page; if it has files, download one and give its path."),
    _SCRIPT: N_("Look for a copy of it in Parquet or JSON."),
}


@dataclass(frozen=True)
class HubName:
    """What a name means. ``config``: one of several datasets in a repository, empty for its only one."""

    hub: str
    repository: str
    config: str
    split: str

    @property
    def folder(self) -> Path:
        """Where its rows are kept on this machine."""
        parts = [self.repository.replace("/", "--"), self.config, re.sub(r"[^\w.-]", "_", self.split)]
        return user_cache() / "datasets" / self.hub / "@".join(part for part in parts if part)


def hub_name(name: str) -> HubName:
    """``owner/name``, with ``@config`` and ``:split`` behind it if need be; the split is ``train`` unless given.

    Raises:
        WorkbenchError: a name on a hub does not look like this.
    """
    bare = name.removeprefix(MODELSCOPE)
    found = _NAME.fullmatch(bare)
    if found is None:
        raise WorkbenchError(
            _("This is neither a file here nor a dataset's name."),
            where=place(name),
            fix=_("Names look like owner/name, owner/name:split, owner/name@config or modelscope:owner/name."),
        )
    hub = "huggingface" if bare == name else "modelscope"
    return HubName(hub, found["repository"], found["config"] or "", found["split"] or "train")


def fetched(name: str) -> Path:
    """The folder with a dataset's rows; a child process fetches it if it is not here yet.

    Raises:
        WorkbenchError: see `fetch`.
    """
    folder = hub_name(name).folder
    if is_arrow_folder(folder):
        return folder
    command = [sys.executable, "-P", "-m", __name__, name, current_language()]
    child = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    answer = _last_object(child.stdout)
    if "folder" in answer:
        return Path(answer["folder"])
    if "what" in answer:
        raise WorkbenchError(answer["what"], where=answer["where"], fix=answer["fix"])
    reason = (child.stderr.strip().splitlines() or [str(child.returncode)])[-1]
    raise WorkbenchError(_("The dataset cannot be fetched: {reason}").format(reason=reason), where=place(name))


def fetch(name: str) -> Path:
    """Fetch a dataset in this process, unless it is here; remove the folder to fetch it anew.

    Raises:
        WorkbenchError: there is no such dataset, config or split, it is not given to everyone, or no network.
    """
    wanted = hub_name(name)
    wanted.folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(wanted.folder.parent):
        if not is_arrow_folder(wanted.folder):
            try:
                _save(_LOADERS[wanted.hub](wanted), wanted.folder)
            except WorkbenchError:
                raise
            except Exception as error:  # the libraries raise whatever their own libraries do
                raise _in_words(error, name) from error
    return wanted.folder


def _save(rows: Any, folder: Path) -> None:
    """Write all rows under a name that no one reads, then give them theirs."""
    import shutil

    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    rows.save_to_disk(str(partial))
    partial.rename(folder)


def _from_hugging_face(wanted: HubName) -> Any:
    import datasets

    return datasets.load_dataset(wanted.repository, name=wanted.config or None, split=wanted.split)


def _from_modelscope(wanted: HubName) -> Any:
    try:
        from modelscope.msdatasets import MsDataset
    except ImportError as error:
        raise WorkbenchError(
            _("ModelScope's library is not installed."),
            where=MODELSCOPE + wanted.repository,
            fix=_("Install it: pip install 'workbench[modelscope]'"),
        ) from error
    rows = MsDataset.load(wanted.repository, subset_name=wanted.config or None, split=wanted.split)
    return rows.to_hf_dataset() if hasattr(rows, "to_hf_dataset") else rows


_LOADERS: dict[str, Callable[[HubName], Any]] = {"huggingface": _from_hugging_face, "modelscope": _from_modelscope}


def _in_words(error: Exception, name: str) -> WorkbenchError:
    """What a library's error means to who gave the name."""
    text = str(error).strip() or type(error).__name__
    if available := _available(text):
        what, choices = available
        fix = _("It has {names}.").format(names=listed(choices)) if choices else None
        return WorkbenchError(what, where=place(name), fix=fix)
    known = _known(error, text)
    if known is None:
        reason = text.splitlines()[0][:300]
        return WorkbenchError(_("The dataset cannot be fetched: {reason}").format(reason=reason), where=place(name))
    return WorkbenchError(_(known), where=place(name), fix=_(_FIXES[known]))


def _known(error: Exception, text: str) -> str | None:
    """The sentence for an error, untranslated, by its kind or by what it says."""
    from datasets.exceptions import DataFilesNotFoundError, DatasetNotFoundError
    from huggingface_hub.errors import GatedRepoError

    table: tuple[tuple[bool, str], ...] = (
        ("gated dataset" in text or isinstance(error, GatedRepoError), _GATED),
        (isinstance(error, DatasetNotFoundError), _UNKNOWN),
        (isinstance(error, DataFilesNotFoundError) or "contains no data" in text, _NO_DATA),
        ("scripts are no longer supported" in text, _SCRIPT),
        (isinstance(error, OSError) and error.errno == 28, _NO_SPACE),
        (isinstance(error, ConnectionError | TimeoutError), _OFFLINE),
    )
    return next((what for holds, what in table if holds), None)


def _available(text: str) -> tuple[str, list[str]] | None:
    """For a split or config that is missing: what to say, and the names there are."""
    names = re.findall(r"'([^']+)'", text.partition("[")[2].partition("]")[0])
    if text.startswith("Unknown split"):
        return _("The dataset has no split of this name."), names
    if ("BuilderConfig" in text and "not found" in text) or "Available configs in the cache" in text:
        return _("The dataset has no config of this name."), names
    if text.startswith("Config name is missing"):
        return _("There are several datasets under this name; choose one with @config."), names
    return None


def _last_object(output: str) -> dict[str, str]:
    """The answer of the child: the last line that it printed."""
    try:
        answer = json.loads((output.strip().splitlines() or [""])[-1])
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def main(name: str, language: str) -> int:
    """Fetch, and answer on the standard output."""
    from workbench.i18n import set_language

    set_language(language)
    try:
        answer = {"folder": str(fetch(name))}
    except WorkbenchError as error:
        answer = {"what": error.what, "where": error.where or "", "fix": error.fix or ""}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if "folder" in answer else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else current_language()))
