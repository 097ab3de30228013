"""What a training is fed with: rows, how a batch is made of some, and how pictures are given to the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from workbench.configs.schema import TrainConfig
from workbench.data.prepare.write import OnProgress
from workbench.data.training_set import TrainingRows
from workbench.i18n import _
from workbench.models.attention import is_flash_attention
from workbench.models.sample_attention import takes_sample_lengths
from workbench.models.vision.features import without_tower
from workbench.models.vision.parts import Parts
from workbench.models.vision.sight import Sight, TowerSight, sight_of
from workbench.training.collate import Collator
from workbench.training.image_features import KnownSight, bytes_needed, known_features, why_too_large
from workbench.training.picture_rows import PictureCollator, PictureRows
from workbench.training.ranks import gathers_gradients


@dataclass(frozen=True)
class Batches:
    """Rows and their way into the model.

    Args:
        rows: training rows by their number.
        collator: makes a batch of some.
        sight: how the model is given pictures, if it sees.
        facts: what was decided, for the person who started the run.
        validation: the rows of the validation loss, for the same collator; None if there are none.
    """

    rows: Any
    collator: Any
    sight: Sight | None = None
    facts: tuple[str, ...] = ()
    validation: Any = None


def text_batches(config: TrainConfig, rows: TrainingRows, pad_id: int, model: Any) -> Batches:
    """Batches of text."""
    apart = config.separates_samples
    by_sample = config.sequence_parallel_size == 1 and takes_sample_lengths(model)
    one_row = by_sample or (apart and is_flash_attention(model))
    collator = Collator(pad_id, separate_samples=apart, one_row=one_row, gives_lengths=by_sample)
    return Batches(rows, collator)


def picture_batches(
    config: TrainConfig, rows: TrainingRows, pad_id: int, parts: Parts, asked_about: Sequence[Path], tell: OnProgress
) -> tuple[Batches, Parts]:
    """Batches with pictures; and the parts, without the tower if the features of all pictures are known.

    Args:
        asked_about: pictures that the model is asked about during the training.
        tell: is told how many pictures have their features.

    Raises:
        WorkbenchError: a picture cannot be read, or there is no room for the features that are to be kept.
    """
    plain = Collator(pad_id)
    sight = sight_of(parts.model, parts.processor, pad_image_to_square=config.pad_image_to_square)
    needs_blank = gathers_gradients() or config.freeze_llm
    shown = {Path(name) for name in rows.pictures()}
    kinds = [sorted(some) for some in (shown, set(asked_about) - shown) if some]
    count = sum(map(len, kinds))
    why_not = _why_not_known(config, parts, count)
    if why_not is not None:
        blank = sight.look(_blank(sight)) if needs_blank else None
        said = _("The vision tower runs with every step: {reason}").format(reason=why_not)
        return Batches(PictureRows(rows, sight), PictureCollator(plain, blank), sight, (said,)), parts
    assert config.visual_encoder_name_or_path is not None
    tower = config.visual_encoder_name_or_path
    features = [known_features(parts.model, sight, tower, some, tell) for some in kinds]
    known = KnownSight(sight.image_id, sight.patches, tuple(features))
    parts = replace(parts, tower=without_tower(parts.model).model.vision_tower)
    said = _("The features of {count} pictures are known: the vision tower does not run.").format(count=count)
    blank = known.blank() if needs_blank else None
    return Batches(PictureRows(rows, known), PictureCollator(plain, blank), known, (said,)), parts


def _why_not_known(config: TrainConfig, parts: Parts, pictures: int) -> str | None:
    """Why the features are not computed once for all, or None if they are."""
    if pictures == 0:
        return _("there are no pictures.")
    if config.visual_encoder_method != "frozen":
        return _("it is trained.")
    if config.cache_image_features is False:
        return _("cache_image_features is false.")
    if config.cache_image_features is True:
        return None
    return why_too_large(bytes_needed(parts.model, pictures))


def _blank(sight: TowerSight) -> Image.Image:
    red, green, blue = (int(share * 255) for share in sight.processor.image_mean)
    return Image.new("RGB", (64, 64), (red, green, blue))
