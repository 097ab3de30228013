"""Which rows a stage of training takes: pairs of answers, whole texts, or whatever has answers."""

from __future__ import annotations

from typing import NamedTuple

from workbench.configs.model_settings import Stage
from workbench.configs.preference_settings import PAIR_STAGES
from workbench.data.conversation import Conversation, Sample
from workbench.data.formats import DatasetFormat
from workbench.data.formats.choice import AUTO
from workbench.data.sources import SourceFile
from workbench.errors import WorkbenchError
from workbench.i18n import _


class Misfit(NamedTuple):
    """Why a stage does not take a row, and what to do."""

    what: str
    fix: str


def misfit(sample: Sample, stage: Stage) -> Misfit | None:
    """Why the stage does not take the row; None if it does."""
    if stage in PAIR_STAGES and not (isinstance(sample, Conversation) and sample.rejected):
        return Misfit(
            _("The row has no rejected answer, and stage {stage} compares two.").format(stage=stage),
            pairs_wanted(),
        )
    if stage == "pretrain" and isinstance(sample, Conversation) and not sample.plain:
        return Misfit(
            _("The row is a dialogue, and stage pretrain trains whole texts."),
            _("Name text files, or rows with a column text; or learn the answers of dialogues: stage: sft."),
        )
    return None


def pairs_wanted() -> str:
    """The mend of rows that are no pairs, in a stage that compares."""
    return _("Name data of pairs (prompt, chosen, rejected), or learn from answers alone: stage: sft.")


def refuse_unmeant_pairs(kind: DatasetFormat, file: SourceFile, stage: Stage) -> None:
    """Raise for pairs that would be trained without their rejected answers, if nobody has said so."""
    if stage == "sft" and "rejected" in kind.columns and file.choice.name == AUTO:
        raise WorkbenchError(
            _("The rows are pairs of a chosen and a rejected answer, and stage sft compares nothing."),
            where=str(file.path),
            fix=_(
                "Compare them: stage: dpo, orpo or reward. To train the chosen answers alone, name the format: "
                "dataset_format: {name}."
            ).format(name=kind.name),
        )
