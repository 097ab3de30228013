"""The model of a run with all that it is fed: for text, or for text and pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.configs.preference_settings import PAIR_STAGES
from workbench.data.training_set import TrainingSet
from workbench.i18n import _
from workbench.models.vision.parts import Parts
from workbench.paths import resolve_model
from workbench.training.asked_pictures import asked_pictures
from workbench.training.batches import Batches, picture_batches, text_batches
from workbench.training.own_model import own_batches, own_model
from workbench.training.part_checkpoints import frozen_may_be_missing
from workbench.training.preference.pairs import pair_batches
from workbench.training.preparing import preparation_events
from workbench.training.seeing import seeing_parts
from workbench.training.session import Session
from workbench.training.text_model import text_model


@dataclass(frozen=True)
class Pupil:
    """What is trained. ``parts``: of a model that sees."""

    model: Any
    batches: Batches
    parts: Parts | None = None


def pupil_of(session: Session, data: TrainingSet, *, reload: Path | None, with_deepspeed: bool) -> Pupil:
    """The model as it is when training begins or goes on.

    Args:
        reload: the checkpoint that its weights come from; None takes the base's.

    Raises:
        WorkbenchError: a model, a checkpoint or a picture cannot be used.
        PreparationStoppedError: the job was asked to stop while pictures were looked at.
    """
    config, pad_id = session.config, session.tokenizer.pad_token_id
    if not config.sees:
        model = text_model(config, session.tokenizer, source=reload, with_deepspeed=with_deepspeed)
        if config.stage in PAIR_STAGES:
            model.config.get_text_config().pad_token_id = pad_id  # a score is that of the last token before padding
            return Pupil(model, pair_batches(data.rows, data.validation, pad_id))
        return Pupil(model, replace(text_batches(config, data.rows, pad_id, model), validation=data.validation))
    if config.own_processor:
        model = own_model(config, source=reload, with_deepspeed=with_deepspeed)
        return Pupil(model, _with_validation(own_batches(config, data.rows, pad_id, model), data))
    first_stage = Path(resolve_model(config.pretrained_pth)) if config.pretrained_pth else None
    parts = seeing_parts(config, session.tokenizer, source=reload or first_stage, with_deepspeed=with_deepspeed)
    frozen_may_be_missing(parts.model)
    tell = preparation_events(session.job, _("computing the features of the pictures"), _("pictures"))
    also_shown = [*asked_pictures(config), *map(Path, data.validation.pictures() if data.validation else ())]
    batches, parts = picture_batches(config, data.rows, pad_id, parts, also_shown, tell)
    return Pupil(parts.model, _with_validation(batches, data), parts)


def _with_validation(batches: Batches, data: TrainingSet) -> Batches:
    """Batches with pictures, and rows for the validation loss that see as they do."""
    return replace(batches, validation=data.validation and replace(batches.rows, rows=data.validation))
