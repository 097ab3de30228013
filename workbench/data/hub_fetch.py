"""Fetching a dataset from a hub, with the hub's own library.

Run as ``python -m workbench.data.hub_fetch NAME [LANGUAGE]`` it prints one JSON object: ``{"folder"}``, or
``{"what", "where", "fix"}``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.data.arrow_folder import is_arrow_folder
from workbench.data.hub import MODELSCOPE, HubName, hub_name
from workbench.data.readers.problems import place
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.file_lock import locked
from workbench.hub.problems import FIXES, WHAT, Cause, cause_of
from workbench.i18n import N_, _, current_language, set_language

_HUB = "https://huggingface.co"
_OFFLINE_SETTING = "HF_HUB_OFFLINE"
_ATTEMPTS = 2
_SECONDS = 4.0
"""How long an attempt to reach the hub may take."""
_UNKNOWN = N_("There is no such folder here, and no dataset of this name on the hub that is public.")
_OFFLINE = N_(
    "There is no such folder here, the hub cannot be reached, and no dataset of this name was fetched before."
)
_NO_DATA = N_("The dataset holds no files of a kind that is read.")
_SCRIPT = N_("The dataset is a program, and programs of others are not run.")
_FIXES = {
    **{WHAT[cause]: FIXES[cause] for cause in (Cause.GATED, Cause.NO_SPACE)},
    _UNKNOWN: FIXES[Cause.UNKNOWN],
    _OFFLINE: N_("Check the network, or give a file or folder on this machine."),
    _NO_DATA: N_("Look at its page; if it has files, download one and give its path."),
    _SCRIPT: N_("Look for a copy of it in Parquet or JSON."),
}


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


def files_behind(name: str) -> list[str]:
    """The paths, in its repository on the hub, of the files that a dataset's name means; none if it is here.

    Raises:
        WorkbenchError: as `fetch`.
    """
    import datasets

    wanted = hub_name(name)
    if is_arrow_folder(wanted.folder):
        return []
    try:
        builder = datasets.load_dataset_builder(wanted.repository, name=wanted.config or None)
    except Exception as error:  # as in `fetch`
        raise _in_words(error, name) from error
    beginning = f"hf://datasets/{wanted.repository}@"
    addresses = [str(file) for files in (builder.config.data_files or {}).values() for file in files]
    return [address.removeprefix(beginning).partition("/")[2] for address in addresses if address.startswith(beginning)]


def _save(rows: Any, folder: Path) -> None:
    """Write all rows under a name that no one reads, then give them theirs."""
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

    cause = cause_of(error)
    table: tuple[tuple[bool, str], ...] = (
        ("gated dataset" in text or cause is Cause.GATED, WHAT[Cause.GATED]),
        (isinstance(error, DatasetNotFoundError), _UNKNOWN),
        (isinstance(error, DataFilesNotFoundError) or "contains no data" in text, _NO_DATA),
        ("scripts are no longer supported" in text, _SCRIPT),
        (cause is Cause.NO_SPACE, WHAT[Cause.NO_SPACE]),
        (cause in {Cause.OFFLINE, Cause.TOLD_OFFLINE} or "LocalEntryNotFoundError" in text, _OFFLINE),
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


def _hub_answers() -> bool:
    """Whether any answer comes from the hub: its library, not loaded yet, would try for half a minute to get one."""
    import httpx2

    address = os.environ.get("HF_ENDPOINT") or _HUB
    for _attempt in range(_ATTEMPTS):
        try:
            httpx2.head(address, timeout=_SECONDS)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            continue
        return True
    return False


def main(name: str, language: str) -> int:
    """Fetch, and answer on the standard output."""
    set_language(language)
    if not name.startswith(MODELSCOPE) and _OFFLINE_SETTING not in os.environ and not _hub_answers():
        os.environ[_OFFLINE_SETTING] = "1"
    try:
        answer = {"folder": str(fetch(name))}
    except WorkbenchError as error:
        answer = {"what": error.what, "where": error.where or "", "fix": error.fix or ""}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if "folder" in answer else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else current_language()))
