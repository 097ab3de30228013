"""Pictures and ``<image>`` that do not go together."""

from __future__ import annotations

from typing import Any

from workbench.data.encode import IMAGE_TOKEN
from workbench.errors import WorkbenchError
from workbench.i18n import _


def require_sight(model: Any, *, pictures: int, where: str) -> None:
    """
    Raises:
        WorkbenchError: there are pictures, but the model reads text only.
    """
    if pictures and getattr(model.config, "vision_config", None) is None:
        raise reads_text_only(where)


def reads_text_only(where: str) -> WorkbenchError:
    """What to raise for a picture that is given to a model without sight."""
    return WorkbenchError(
        _("The model reads text only, but a picture was given."),
        where=where,
        fix=_("Leave the picture out, or give a model that sees: a LLaVA folder, or a vision tower and a projector."),
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
