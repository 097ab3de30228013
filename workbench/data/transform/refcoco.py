"""The RefCOCO collections (descriptions of things in COCO pictures) as rows of the ``refcoco`` format.

Each of ``refcoco``, ``refcoco+`` and ``refcocog`` is a folder with a pickle of descriptions, ``refs(unc).p`` or
``refs(umd).p``, and ``instances.json`` with the boxes and the sizes of the pictures (the layout of the REFER toolkit).
Only the training split is taken, and pictures are named as COCO's train2017 names them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.data.readers.problems import place
from workbench.data.transform.columns import Row
from workbench.data.transform.output import writing
from workbench.data.transform.plain_pickle import read_plain_pickle
from workbench.data.transform.totals import Totals, Written
from workbench.errors import WorkbenchError
from workbench.i18n import _

COLLECTIONS = (("refcoco", "unc"), ("refcoco+", "unc"), ("refcocog", "umd"))
ROWS_FILE = "train.json"
_SPLIT = "train"
_BAD_DESCRIPTION = (KeyError, TypeError, ValueError, IndexError, AttributeError)


@dataclass(frozen=True)
class _Collection:
    """One collection in memory: its descriptions, and its annotations and pictures by their ids."""

    name: str
    file: Path
    references: list[Any]
    boxes: dict[Any, Any]
    sizes: dict[Any, Any]


def convert_refcoco(annotations: Path, images: Path, save_folder: Path, *, force: bool = False) -> Written:
    """Write ``train.json`` with a row a described thing: id, image, sents, bbox (x, y, width, height), height, width.

    Raises:
        WorkbenchError: a file is missing, damaged or unsafe, no picture is there, or the output cannot be written.
    """
    out = save_folder / ROWS_FILE
    totals = Totals()
    files = _files(annotations)
    if not images.is_dir():
        raise WorkbenchError(
            _("There is no such folder."), where=str(images), fix=_("Name the pictures: --image-path.")
        )
    with writing(out, force=force, sources=files) as writer:
        for row in _rows(annotations, images, totals):
            writer.write(row)
            totals.read += 1
            totals.written += 1
        if not totals.written:
            raise WorkbenchError(
                "\n".join([_("No description could be used."), *totals.sentences()]), where=str(annotations)
            )
    return Written(totals, {"out": out}, [_("{count} described things written.").format(count=totals.written)])


def _files(annotations: Path) -> list[Path]:
    """Every file that is read.

    Raises:
        WorkbenchError: one of them is missing.
    """
    files = [
        annotations / name / file
        for name, split_by in COLLECTIONS
        for file in (f"refs({split_by}).p", "instances.json")
    ]
    missing = next((file for file in files if not file.is_file()), None)
    if missing is not None:
        raise WorkbenchError(
            _("A file of the collection is missing."),
            where=str(missing),
            fix=_("Put refcoco, refcoco+ and refcocog as they are published into one folder and name it: --ann-path."),
        )
    return files


def _rows(annotations: Path, images: Path, totals: Totals) -> Iterator[Row]:
    for name, split_by in COLLECTIONS:
        collection = _read(annotations / name, split_by)
        for number, reference in enumerate(collection.references, start=1):
            try:
                row = _row(collection, reference)
            except _BAD_DESCRIPTION as error:
                totals.leave_out_bad(_bad(place(collection.file, number), error))
                continue
            if row is None:
                totals.leave_out("split")
            elif not (images / row["image"]).is_file():
                totals.leave_out("image_missing")
            else:
                yield row


def _read(folder: Path, split_by: str) -> _Collection:
    file = folder / f"refs({split_by}).p"
    instances = _instances(folder / "instances.json")
    references = read_plain_pickle(file)
    if not isinstance(references, list):
        raise WorkbenchError(_("The file does not hold a list of descriptions."), where=place(file))
    boxes = {entry["id"]: entry["bbox"] for entry in instances["annotations"]}
    sizes = {entry["id"]: (entry["height"], entry["width"]) for entry in instances["images"]}
    return _Collection(folder.name, file, references, boxes, sizes)


def _instances(file: Path) -> dict[str, list[Any]]:
    """The annotations and pictures of a COCO file, without those that lack what is needed of them."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        needed = {"annotations": {"id", "bbox"}, "images": {"id", "height", "width"}}
        return {name: [entry for entry in content[name] if keys <= entry.keys()] for name, keys in needed.items()}
    except (OSError, ValueError, RecursionError, *_BAD_DESCRIPTION) as error:
        raise WorkbenchError(
            _("The file does not hold COCO annotations: {reason}").format(reason=str(error)[:200]), where=place(file)
        ) from error


def _row(collection: _Collection, reference: Any) -> Row | None:
    """The row of a description; None if it is of another split than the training one."""
    if reference["split"] != _SPLIT:
        return None
    height, width = collection.sizes[reference["image_id"]]
    return {
        "id": f"{collection.name}-{reference['ref_id']}",
        "image": f"{int(reference['image_id']):012d}.jpg",
        "sents": [str(sentence.get("raw") or sentence["sent"]) for sentence in reference["sentences"]],
        "bbox": [float(side) for side in collection.boxes[reference["ann_id"]]],
        "height": int(height),
        "width": int(width),
    }


def _bad(where: str, error: Exception) -> WorkbenchError:
    return WorkbenchError(_("The description lacks something: {what}").format(what=str(error)[:100]), where=where)
