"""The datasets of pictures in an XTuner config."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.configs.xtuner.dataset_reading import Reading, row_format, take_template
from workbench.configs.xtuner.report import Part
from workbench.configs.xtuner.values import type_name
from workbench.configs.xtuner.vision_fields import note_processor
from workbench.i18n import _

_FIELDS: dict[str, tuple[type[Any], Any]] = {
    "max_length": (int, 2048),
    "pad_image_to_square": (bool, False),
    "max_dataset_length": (int, None),
}
"""Kinds of values, and what XTuner takes where none is given."""
_REFCOCO = {"RefCOCOJsonDataset": "refcoco", "InvRefCOCOJsonDataset": "inv_refcoco"}


def _llava(part: Part, reading: Reading) -> None:
    """``LLaVADataset``: a file of conversations whose pictures lie in a folder, never packed."""
    _take_file(part, reading)
    reading.format = row_format(part)


def _refcoco(part: Part, reading: Reading) -> None:
    """``RefCOCOJsonDataset`` and its inverse: sentences about a box, which the class itself makes conversations of."""
    _take_file(part, reading)
    part.raw("dataset_map_fn")
    reading.format = _REFCOCO[type_name(part.values)]


def _internvl(part: Part, reading: Reading) -> None:
    """``InternVL_V1_5_Dataset``: files of LLaVA's conversations; the model's own template has the marks of pictures."""
    paths, folders = part.read("data_paths", (str, list, tuple)), part.read("image_folders", (str, list, tuple))
    reading.paths = [paths] if isinstance(paths, str) else list(paths or ())
    reading.image_folder = folders if isinstance(folders, str) else ", ".join(folders or ())
    reading.format = "llava"
    reading.take(part, "max_length", "max_length", int)
    reading.fields["pack_to_max_length"] = (False, "type", "")
    reading.fields["prompt_template"] = ("auto", "template", _("the model's own, which has the marks around pictures"))
    part.raw("template")
    part.raw("model_path")


def _take_file(part: Part, reading: Reading) -> None:
    path = part.read("data_path", str)
    if part.raw("offline_processed_text_folder") is not None:
        reason = _("Rows that XTuner prepared are not read; give the data they were made from by --set data_path=FILE")
        part.report.refuse("data_path", reason, part.place("offline_processed_text_folder"))
    reading.paths = [path] if path else []
    reading.image_folder = part.read("image_folder", str) or ""
    reading.fields["pack_to_max_length"] = (False, "type", "")
    for name, (kind, absent) in _FIELDS.items():
        reading.take(part, name, name, kind)
        if absent is not None:
            reading.fields.setdefault(name, (absent, "type", ""))
    take_template(part, reading)
    note_processor(part)


PICTURE_CLASSES: dict[str, Callable[[Part, Reading], None]] = {
    "LLaVADataset": _llava,
    "InternVL_V1_5_Dataset": _internvl,
    **dict.fromkeys(_REFCOCO, _refcoco),
}
