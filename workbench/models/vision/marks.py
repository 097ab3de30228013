"""Where the features of a picture go among the tokens."""

from __future__ import annotations

from typing import Any

from workbench.data.encode import IMAGE_TOKEN, NOT_TRAINED, Encoded
from workbench.errors import WorkbenchError
from workbench.i18n import _


def with_places(encoded: Encoded, *, image_id: int, patches: int) -> Encoded:
    """The sample with ``patches`` times the image token, without loss, in place of each ``<image>``."""
    ids: list[int] = []
    labels: list[int] = []
    for token, label in zip(encoded.input_ids, encoded.labels, strict=True):
        if token == IMAGE_TOKEN:
            ids += [image_id] * patches
            labels += [NOT_TRAINED] * patches
        else:
            ids.append(token)
            labels.append(label)
    return Encoded(ids, labels, encoded.cut_tokens)


def require_sight(model: Any, *, pictures: int, where: str) -> None:
    """
    Raises:
        WorkbenchError: there are pictures, but the model reads text only.
    """
    if pictures and getattr(model.config, "vision_config", None) is None:
        raise WorkbenchError(
            _("The model reads text only, but a picture was given."),
            where=where,
            fix=_(
                "Leave the picture out, or give a model that sees: a LLaVA folder, or a vision tower and a projector."
            ),
        )


def require_a_picture_each(ids: list[int], *, pictures: int, where: str) -> None:
    """
    Raises:
        WorkbenchError: there are not as many pictures as ``<image>`` among the token ids.
    """
    marks = ids.count(IMAGE_TOKEN)
    if marks != pictures:
        raise WorkbenchError(
            _("The text has {marks} <image>, but {pictures} pictures are given.").format(
                marks=marks, pictures=pictures
            ),
            where=where,
            fix=_("Give one picture for each <image>, in their order."),
        )
