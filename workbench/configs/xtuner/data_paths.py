"""Where the rows of a dataset are, as paths and names that ``data_path`` takes."""

from __future__ import annotations

import re

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.report import Part
from workbench.configs.xtuner.values import Settings, Unreadable, Value, as_text, type_name
from workbench.i18n import N_, _

_FILE_KINDS = {"json", "csv", "parquet", "text", "arrow", "pandas"}
"""Names under which the datasets library reads files, not a dataset of its own."""
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_FIRST_SPLIT = "train"
_MODELSCOPE = "modelscope:"


def paths_of(owner: Part, dataset: Value, split: str) -> list[str]:
    """The paths of a ``dict(type=load_dataset, …)`` or one of its sisters; nothing if they cannot be told.

    Args:
        owner: what has the dataset, to note what cannot be carried.
        split: the split that is trained on.
    """
    if isinstance(dataset, str):
        return [dataset]
    if not isinstance(dataset, Settings):
        owner.report.refuse("data_path", why_unknown(dataset), owner.place("dataset"))
        return []
    part = Part(owner.report, owner.full_name("dataset"), dataset)
    kind = type_name(dataset)
    if kind == "load_dataset":
        paths = _loaded(part, split)
    elif kind == "load_jsonl_dataset":
        paths = _files(part, split)
    elif kind == "load_from_disk":
        paths = _texts(part, "dataset_path")
    elif kind in ("load", "MsDataset"):
        paths = _from_modelscope(part)
    else:
        owner.report.refuse("data_path", why_unknown(dataset.get("type")), part.place("type"))
        paths = []
    part.leave_rest(reasons.LOADER)
    return paths


def why_unknown(value: Value) -> str:
    """Why no data can be told from a value."""
    if isinstance(value, Unreadable):
        return _("{source} cannot be read: {reason}.").format(source=value.source, reason=value.reason)
    return _("Data is loaded by {name}, which workbench does not know.").format(name=as_text(value))


def _loaded(part: Part, split: str) -> list[str]:
    path = part.read("path", str)
    split = part.read("split", str) or split
    if path in _FILE_KINDS:
        return _files(part, split)
    if path is None:
        part.report.refuse("data_path", why_unknown(part.values.get("path")), part.place("path"))
        return []
    some = [key for key in ("data_files", "data_dir") if part.raw(key) is not None]
    if some:
        reason = _("Only some files of {name} are trained on; give their paths by --set data_path=PATH")
        part.report.refuse("data_path", reason.format(name=path), part.place(some[0]))
    if part.raw("revision") is not None:
        part.leave("revision", N_("the newest state of the dataset is taken"))
    return [_hub_name(part, path, split)]


def _hub_name(part: Part, path: str, split: str) -> str:
    """``owner/name@config:split``, without what is usual."""
    name = part.read("name", str)
    if not _HUB_NAME.fullmatch(path) or path.startswith("."):
        if name:
            part.leave("name")
        return path
    return path + (f"@{name}" if name else "") + (f":{split}" if split != _FIRST_SPLIT else "")


def _files(part: Part, split: str) -> list[str]:
    files = part.raw("data_files")
    if isinstance(files, dict):
        files = _of_split(part, files, split)
    elif split != _FIRST_SPLIT:
        part.report.leave(part.full_name("split"), split, part.place("split"), N_("all rows of the files are taken"))
    if files is None:
        return _texts(part, "data_dir")
    part.raw("data_dir")
    if isinstance(files, str):
        return [files]
    if isinstance(files, list | tuple) and all(isinstance(file, str) for file in files):
        return list(files)
    part.report.refuse("data_path", why_unknown(files), part.place("data_files"))
    return []


def _of_split(part: Part, files: dict[str, Value], split: str) -> Value:
    wanted = split.partition("[")[0]
    if wanted not in files:
        part.report.refuse("data_path", _("There are no files for the split {split}.").format(split=wanted))
        return None
    for other in files:
        if other != wanted:
            value, place = files[other], part.place("data_files")
            part.report.leave(
                part.full_name(f"data_files.{other}"), value, place, N_("is not trained on"), matters=False
            )
    return files[wanted]


def _texts(part: Part, key: str) -> list[str]:
    path = part.read(key, str)
    if path is None:
        part.report.refuse("data_path", _("{name} is missing.").format(name=part.full_name(key)), part.place("type"))
    return [path] if path else []


def _from_modelscope(part: Part) -> list[str]:
    name = part.read("dataset_name", str)
    config = part.read("subset_name", str)
    split = part.read("split", str)
    if name is None:
        part.report.refuse("data_path", _("{name} is missing.").format(name=part.full_name("dataset_name")))
        return []
    suffix = (f"@{config}" if config else "") + (f":{split}" if split and split != _FIRST_SPLIT else "")
    return [_MODELSCOPE + name + suffix]
