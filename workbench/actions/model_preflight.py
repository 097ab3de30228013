"""What a training needs of its model, looked at before it starts, without loading a weight."""

from __future__ import annotations

from pathlib import Path

from workbench.actions.findings import Findings
from workbench.actions.model_there import require_model
from workbench.configs.layer_rules import require_parts
from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.weights.begun_adapter import begun_folder
from workbench.weights.facts import Kind
from workbench.weights.layer_names import layer_names
from workbench.weights.look import look_at
from workbench.weights.model_folder import incomplete
from workbench.weights.own_sight import refuse_official_layout
from workbench.weights.scoring import refuse_scorer
from workbench.weights.small_json import json_object


def model_findings(config: TrainConfig, found: Findings) -> None:
    """Look at the model, at the names that the config has of its parts, and at the adapter that it goes on with.

    Args:
        found: takes what is wrong with them.
    """
    name = config.pretrained_model_name_or_path
    folder = Path(resolve_model(name))
    before = len(found)
    found.of(require_model, name, "pretrained_model_name_or_path")
    if folder.is_dir() and len(found) == before:
        found.of(_require_whole, folder, name)
        found.of(refuse_official_layout, json_object(folder / "config.json"), name)
        if config.stage != "reward":
            found.of(refuse_scorer, folder)
    if len(found) == before:
        found.of(check_parts, config)
    if config.adapter_name_or_path is not None:
        found.of(begun_folder, config)


def check_parts(config: TrainConfig) -> None:
    """Hold the names of parts, and how many layers are trained, against a model of text on this machine.

    Raises:
        WorkbenchError: the model has no such layer or weight.
    """
    folder = Path(resolve_model(config.pretrained_model_name_or_path))
    names = None if config.sees else layer_names(folder, scores=config.stage == "reward")
    if names is not None:
        require_parts(config, names)


def _require_whole(folder: Path, shown: str) -> None:
    """
    Raises:
        WorkbenchError: weight files are missing, cut off or damaged, or they are those of a vision tower.
    """
    facts = look_at(folder)
    trouble = facts.trouble if facts else _("incomplete: no weights")
    if trouble:
        raise WorkbenchError(
            _("The model cannot be loaded: {reason}").format(reason=trouble), where=shown, fix=incomplete()
        )
    if facts is not None and facts.kind is Kind.TOWER:
        raise WorkbenchError(
            _("This is a vision tower, and no language model."),
            where=f"pretrained_model_name_or_path: {shown}",
            fix=_("Name it in visual_encoder_name_or_path, and a language model here."),
        )
