"""``workbench data refcoco``: the RefCOCO collections as rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.data.transform_options import AsJson, Force, tell
from workbench.i18n import _

EXAMPLES = """
  workbench data refcoco --ann-path data/refcoco_annotations --image-path coco/train2017 --save-path data
"""


def refcoco(
    ann_path: Annotated[Path, typer.Option(help=_("The folder of refcoco, refcoco+ and refcocog."))] = Path(
        "data/refcoco_annotations"
    ),
    image_path: Annotated[Path, typer.Option(help=_("The folder of COCO's train2017 pictures."))] = Path(
        "data/llava_data/llava_images/coco/train2017"
    ),
    save_path: Annotated[Path, typer.Option(help=_("The folder to write train.json into."))] = Path(),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Takes the training split; descriptions whose picture is missing are left out and counted."""
    from workbench.data.transform.refcoco import convert_refcoco

    tell(convert_refcoco(ann_path, image_path, save_path, force=force), as_json=as_json)
