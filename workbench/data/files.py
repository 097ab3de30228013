"""Which files a data path means: one, a folder's, those of a pattern, or those of a saved dataset."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.data.arrow_folder import STATE_FILE, is_arrow_folder
from workbench.data.readers.problems import place
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _
from workbench.paths import SAMPLE_PREFIX, resolve_model

KINDS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".txt", ".md")
PACKED = (".gz", ".zst")
SUFFIXES = tuple(kind + packed for kind in KINDS for packed in ("", *PACKED))
"""Endings of the files that can be read."""
PROBES_ENDING = ".probes.json"
"""How probe files beside a dataset are named; they are never trained on."""
SPLITS_FILE = "dataset_dict.json"
"""Names the splits of a folder that holds several saved datasets (the datasets library's ``save_to_disk``)."""
TRAIN = "train"
_PATTERN_SIGNS = frozenset("*?[")
_NO_DATA = frozenset({STATE_FILE, "dataset_info.json", SPLITS_FILE, "dataset_infos.json"})
_ABOUT_THE_FOLDER = frozenset({"readme", "license", "licence", "notice", "changelog", "contributing"})


@dataclass(frozen=True)
class Ending:
    """What a file's name says of it. ``kind``: one of `KINDS`; ``packed``: one of `PACKED`, or empty."""

    kind: str
    packed: str


def ending_of(name: str) -> Ending | None:
    """The ending of a file that can be read, in any case; None for others."""
    lower = name.lower()
    packed = next((ending for ending in PACKED if lower.endswith(ending)), "")
    kind = next((ending for ending in KINDS if lower.removesuffix(packed).endswith(ending)), None)
    return Ending(kind, packed) if kind else None


def is_local(data_path: str) -> bool:
    """Whether a data path means files here rather than a dataset's name on a hub."""
    return (
        _exists(Path(resolve_model(data_path)))
        or data_path.startswith((".", "/", "~", SAMPLE_PREFIX))
        or ending_of(data_path) is not None
        or _is_pattern(data_path)
    )


def is_data_name(name: str) -> bool:
    """Whether a file in a folder is taken for rows to train on.

    Probe files are not, for what is asked to score with must not be trained; nor are hidden files, what the datasets
    library writes beside its data, and texts about the folder such as a README.
    """
    kind = ending_of(name)
    if kind is None or name.startswith(".") or name.lower().endswith(PROBES_ENDING) or name.lower() in _NO_DATA:
        return False
    return not is_about_the_folder(name)


def is_about_the_folder(name: str) -> bool:
    """Whether a file in a folder is a text about the folder, such as a README, rather than one to train on."""
    kind = ending_of(name)
    is_text = kind is not None and kind.kind in {".txt", ".md"}
    return is_text and name.split(".")[0].lower() in _ABOUT_THE_FOLDER


def data_files(data_path: str) -> list[Path]:
    """The files that a path names, each once, in order of their names.

    A folder means its data files and those of its folders (see `is_data_name`), links included. A dataset saved by
    the datasets library means its Arrow files; of several splits, its train split.

    Raises:
        WorkbenchError: nothing is there, or a folder cannot be read.
    """
    path = Path(resolve_model(data_path))
    if _exists(path):
        return _of_folder(path) if path.is_dir() else [path]
    if _is_pattern(data_path):
        return _of_pattern(data_path)
    raise WorkbenchError(
        _("The data file does not exist."),
        where=place(data_path),
        fix=_("Check its path, or make a dataset with 'workbench data identity'."),
    )


def readable_endings() -> str:
    """A sentence for who gave a file of another kind."""
    return _("Files that can be read end in {endings}; behind each of these may stand {packed}.").format(
        endings=listed(KINDS), packed=listed(PACKED)
    )


def _of_folder(path: Path) -> list[Path]:
    found = _each_once(_walked(path, set()))
    if found:
        return found
    raise WorkbenchError(_("The folder holds no data files."), where=place(path), fix=readable_endings())


def matching_files(pattern: str) -> list[Path]:
    """All files that a pattern matches, in order of their names; none if it is no pattern."""
    if not _is_pattern(pattern):
        return []
    matching = sorted(Path(name) for name in glob.iglob(resolve_model(pattern), recursive=True))  # noqa: PTH207
    return [path for path in matching if not path.is_dir()]


def _of_pattern(pattern: str) -> list[Path]:
    found = _each_once(path for path in matching_files(pattern) if is_data_name(path.name))
    if found:
        return found
    raise WorkbenchError(_("No data file matches the pattern."), where=place(pattern), fix=readable_endings())


def _walked(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """The data files in and below a folder. ``seen``: folders that were walked; a link to one leads nowhere new."""
    real = folder.resolve()
    if real in seen:
        return
    seen.add(real)
    if (folder / SPLITS_FILE).is_file():
        yield from _saved_files(_train_split(folder))
    elif is_arrow_folder(folder):
        yield from _saved_files(folder)
    else:
        yield from _walked_by_name(folder, seen)


def _walked_by_name(folder: Path, seen: set[Path]) -> Iterator[Path]:
    try:
        children = sorted(folder.iterdir())
    except OSError as error:
        raise WorkbenchError(
            _("The folder cannot be read: {reason}").format(reason=system_reason(error)), where=place(folder)
        ) from error
    for child in children:
        if child.is_dir():
            if not child.name.startswith("."):
                yield from _walked(child, seen)
        elif is_data_name(child.name):
            _require_target(child)
            yield child


def _require_target(file: Path) -> None:
    """Raise for a link that leads nowhere: leaving it out without a word could leave data out."""
    if not _exists(file):
        raise WorkbenchError(_("This link leads to no file."), where=place(file), fix=_("Mend the link, or remove it."))


def _train_split(folder: Path) -> Path:
    splits = _json_object(folder / SPLITS_FILE).get("splits")
    names = [str(name) for name in splits] if isinstance(splits, list) else []
    if TRAIN in names:
        return folder / TRAIN
    raise WorkbenchError(
        _("The saved dataset has no train split but {names}.").format(names=listed(names) or _("none")),
        where=place(folder),
        fix=_("Name the folder of the split that is meant."),
    )


def _saved_files(folder: Path) -> list[Path]:
    """The Arrow files of a saved dataset, as its state file names them."""
    entries = _json_object(folder / STATE_FILE).get("_data_files")
    names = [entry.get("filename") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    files = [folder / Path(str(name)).name for name in names]
    missing = next((file for file in files if not file.is_file()), None)
    if missing:
        raise WorkbenchError(
            _("A file of the saved dataset is missing."), where=place(missing), fix=_("Save or copy the dataset again.")
        )
    return files


def _json_object(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        content = error
    if isinstance(content, dict):
        return content
    raise WorkbenchError(
        _("The saved dataset cannot be read: this file of it is missing or damaged."),
        where=place(path),
        fix=_("Save or copy the dataset again."),
    )


def _each_once(paths: Iterable[Path]) -> list[Path]:
    """Without what is there a second time by a link."""
    return list({os.path.realpath(path): path for path in reversed(list(paths))}.values())[::-1]


def _is_pattern(data_path: str) -> bool:
    return not _PATTERN_SIGNS.isdisjoint(data_path) and "\0" not in data_path


def _exists(path: Path) -> bool:
    """Like `Path.exists`, for names that no file can have too."""
    try:
        return path.exists()
    except OSError:
        return False
