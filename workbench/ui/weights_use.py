"""What can become of a row of the Checkpoints area: how to talk to it, merge it, name it. No Textual here."""

from __future__ import annotations

from pathlib import Path

from workbench.configs.files import load_config
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.ui.chosen_model import ChosenModel
from workbench.ui.weights_rows import CACHE, CheckpointRow, Found, Made, Row, Training, path_of
from workbench.weights.facts import UNCONVERTED, Kind, WeightsFacts
from workbench.weights.scoring import refuse_scorer
from workbench.weights.seeing import WHOLE_TOWER, has_seeing_parts, is_seeing_folder

_SILENT = {
    **dict.fromkeys(UNCONVERTED, N_("Convert it first (c).")),
    Kind.GGUF: N_("It is for llama.cpp or Ollama: choose the model that it was made of."),
    Kind.TOWER: N_("It is the part of a model that sees: choose a language model."),
    Kind.LLAVA: N_("Its projector is missing: choose the whole folder of the LLaVA training."),
    Kind.TENSORS: N_("Put it into a folder with its config.json or adapter_config.json."),
}
"""What to do about weights that cannot be talked to as they are."""


def chat_with(row: Row | None, facts: WeightsFacts | None) -> ChosenModel:
    """How to talk to a row.

    Args:
        facts: what is known of its weights.

    Raises:
        WorkbenchError: it cannot be talked to, and why; the config of its training cannot be read.
    """
    if (path := path_of(row)) is not None:
        refuse_scorer(path, _("Score answers with it: s in Checkpoints (f6)."))
    if isinstance(row, CheckpointRow):
        config = load_config(row.training.job.config_path)
        base, template = config.pretrained_model_name_or_path, config.prompt_template
        if row.info.path is None:
            return ChosenModel(base, None, template)
        if row.info.exists and is_adapter(row.info.path):
            return ChosenModel(base, str(row.info.path), template)
        if row.info.exists and is_seeing_folder(row.info.path):
            return ChosenModel(base, None, template, llava=str(row.info.path))
    if facts is None or not isinstance(row, CheckpointRow | Made | Found):
        raise WorkbenchError(_("There are no weights here to talk to."), fix=_("Choose a checkpoint or a model."))
    if facts.trouble is not None:
        raise WorkbenchError(facts.trouble, where=str(facts.path))
    if facts.kind is Kind.ADAPTER and facts.base is not None:
        return ChosenModel(facts.base, str(facts.path), facts.template)
    if facts.kind is Kind.LLAVA and is_seeing_folder(facts.path):
        return ChosenModel("", None, facts.template, llava=str(facts.path))
    if not facts.is_language_model:
        fix, words = _SILENT.get(facts.kind), facts.kind.word
        if fix is None and facts.architecture:
            words = f"{words}, {facts.architecture}"
        raise WorkbenchError(
            _("This cannot be talked to as it is: {kind}.").format(kind=words),
            where=str(facts.path),
            fix=_(fix) if fix else None,
        )
    model = row.name if isinstance(row, Found) and row.place == CACHE else str(facts.path)
    return ChosenModel(model, None, facts.template)


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds a LoRA adapter that can be attached or merged as it is."""
    return (folder / "adapter_config.json").is_file()


def adapter_to_merge(row: Row | None) -> Path:
    """The adapter or LLaVA folder behind a row of the screen.

    Raises:
        WorkbenchError: it holds none.
    """
    path = path_of(row)
    if path is None or not (is_adapter(path) or has_seeing_parts(path)):
        raise WorkbenchError(
            _("There is no adapter here to merge."),
            where=str(path) if path else None,
            fix=_("Choose a checkpoint of a LoRA or QLoRA training, or a converted adapter."),
        )
    return path


def reference_of(row: Row | None) -> str | None:
    """The weights of a row as commands name them: a path, or the base of a training; None if it has none."""
    if isinstance(row, CheckpointRow) and row.info.path is None:
        return load_config(row.training.job.config_path).pretrained_model_name_or_path
    path = None if isinstance(row, Training) else path_of(row)
    return str(path) if path is not None else None


def merge_base(row: Row | None, facts: WeightsFacts | None) -> str | None:
    """The base that the adapter of a row was trained on; None if nothing says which, or a whole one lies in it."""
    if facts is not None and facts.kind is Kind.LLAVA and (facts.path / "config.json").is_file():
        return None
    if facts is not None and facts.base is not None:
        return facts.base
    if not isinstance(row, CheckpointRow):
        return None
    return load_config(row.training.job.config_path).pretrained_model_name_or_path


def merge_tower(facts: WeightsFacts | None) -> str | None:
    """The vision tower that the parts of a LLaVA model go with; None if a whole one lies in the folder."""
    if facts is None or facts.kind is not Kind.LLAVA or (facts.path / WHOLE_TOWER).is_dir():
        return None
    return facts.visual_encoder
