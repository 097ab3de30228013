"""Datasets by their names on Hugging Face or ModelScope: fetched once, kept as a folder of Arrow files.

Light: the library that fetches runs in a process of its own, `workbench.data.hub_fetch`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.data.arrow_folder import is_arrow_folder
from workbench.data.readers.problems import place
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import N_, _, current_language
from workbench.paths import user_cache
from workbench.text import printable

MODELSCOPE = "modelscope:"
_LIKE = N_("Names look like owner/name, owner/name:split, owner/name@config or modelscope:owner/name.")
_FETCHER = "workbench.data.hub_fetch"
_NAME = re.compile(r"(?P<repository>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<config>[\w.+-]+))?(?::(?P<split>[\w.\[\]%:+-]+))?")


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
        WorkbenchError: a name on a hub does not look like this. Names without an owner are not asked for.
    """
    bare = name.removeprefix(MODELSCOPE)
    found = _NAME.fullmatch(bare)
    if found is None:
        raise WorkbenchError(
            _("This is neither a file here nor a dataset's name."),
            where=place(name),
            fix=_(_LIKE),
        )
    if bare == name and "/" not in found["repository"]:
        raise _not_here(name, found["repository"])
    hub = "huggingface" if bare == name else "modelscope"
    return HubName(hub, found["repository"], found["config"] or "", found["split"] or "train")


def is_kept(name: str) -> bool:
    """Whether a dataset is on this machine: its rows, or what the library that fetches keeps for itself of it.

    What is no name on a hub is not this function's affair.
    """
    try:
        found = hub_name(name)
    except WorkbenchError:
        return True
    general = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    home = Path(os.environ.get("HF_HOME") or general).expanduser()
    library = Path(os.environ.get("HF_DATASETS_CACHE") or home / "datasets").expanduser()
    return is_arrow_folder(found.folder) or (library / found.repository.replace("/", "___")).is_dir()


def fetched(name: str) -> Path:
    """The folder with a dataset's rows; a child process fetches it if it is not here yet.

    Raises:
        WorkbenchError: there is no such dataset, config or split, it is not given to everyone, or no network.
    """
    folder = hub_name(name).folder
    if is_arrow_folder(folder):
        return folder
    command = [sys.executable, "-P", "-m", _FETCHER, name, current_language()]
    child = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    answer = _last_object(child.stdout)
    if "folder" in answer:
        return Path(answer["folder"])
    if "what" in answer:
        raise WorkbenchError(answer["what"], where=answer["where"], fix=answer["fix"])
    reason = (child.stderr.strip().splitlines() or [str(child.returncode)])[-1]
    raise WorkbenchError(_("The dataset cannot be fetched: {reason}").format(reason=reason), where=place(name))


def _not_here(name: str, word: str) -> WorkbenchError:
    """What to raise for one bare word: mostly a misspelt file, so no hub is asked for it."""
    close = nearest(word, _names_here())
    meant = [_("Did you mean {names}?").format(names=listed([printable(one) for one in close]))] if close else []
    return WorkbenchError(
        _("There is no file or folder of this name, and a dataset's name has an owner."),
        where=place(name),
        fix=" ".join([*meant, _(_LIKE)]),
    )


def _names_here() -> list[str]:
    try:
        return [entry.name for entry in Path.cwd().iterdir() if not entry.name.startswith(".")]
    except OSError:
        return []


def _last_object(output: str) -> dict[str, str]:
    """The answer of the child: the last line that it printed."""
    try:
        answer = json.loads((output.strip().splitlines() or [""])[-1])
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
