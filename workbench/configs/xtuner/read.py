"""What a config says about the model that it trains: for turning checkpoints of XTuner into Hugging Face folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.configs.find import PYTHON_SUFFIX, find_config
from workbench.configs.schema import TrainConfig
from workbench.configs.xtuner.cfg_options import apply_cfg_options
from workbench.configs.xtuner.kinds import KINDS, STAGES, Kind
from workbench.configs.xtuner.reward_token import reward_token
from workbench.configs.xtuner.syntax import ConfigTree, read_tree
from workbench.configs.xtuner.values import Place, Settings, Unreadable, Value, as_text, template_name, type_name
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_LORA_CLASS = "LoraConfig"
_BASE = re.compile(r"from \.|_base_\b")
"""How a row begins that names another file of the config's folder."""


@dataclass(frozen=True)
class XTunerConfig:
    """The model that a config trains. Paths are as the config writes them.

    Args:
        name: of the catalogue, or the file's stem.
        kind: the stage: supervised fine-tuning, LLaVA, a preference stage or InternVL.
        llm: path or Hugging Face name of the language model; InternVL's whole model.
        visual_encoder: the same of the vision tower.
        llm_lora: settings of the adapter on the language model (``r``, ``lora_alpha``, ``target_modules`` …), as
            peft names them; None without one.
        visual_encoder_lora: the same of the vision tower.
        quantized: whether the language model is held in 4 or 8 bits while training.
        projector_depth: linear layers of LLaVA's projector.
        max_position_embeddings: tokens that the context window is stretched to.
        prompt_template: the name of the dialogue format, where the config names one; ``auto`` for the stages on pairs of
            answers, which XTuner writes in the tokenizer's own.
        reward_token_id: the token behind an answer at which a reward model's score is read.
        file: the Python file, if it came from one.
    """

    name: str
    kind: Kind
    llm: str
    visual_encoder: str | None = None
    llm_lora: dict[str, Any] | None = None
    visual_encoder_lora: dict[str, Any] | None = None
    quantized: bool = False
    freeze_llm: bool = False
    freeze_visual_encoder: bool = False
    projector_depth: int = 2
    max_position_embeddings: int | None = None
    prompt_template: str | None = None
    reward_token_id: int | None = None
    file: Path | None = None
    tree: ConfigTree | None = field(default=None, repr=False, compare=False)


def read_xtuner_config(name_or_path: str | Path, cfg_options: Sequence[str] = ()) -> XTunerConfig:
    """The model that a config trains.

    Args:
        name_or_path: an XTuner config (``.py``), a config file of workbench, or a name of the catalogue.
        cfg_options: changes to an XTuner config, ``NAME=VALUE``.

    Raises:
        WorkbenchError: there is no such config, it is no training config, or what it says about the model cannot be
            read; ``where`` is ``file:row:field``.
    """
    path = Path(name_or_path).expanduser()
    if path.suffix != PYTHON_SUFFIX:
        if cfg_options:
            raise WorkbenchError(
                _("--cfg-options changes configs of XTuner (.py), and this is none."),
                where=str(name_or_path),
                fix=_("Change the config itself, or use --base, --visual-encoder and --lora-alpha."),
            )
        found = find_config(str(name_or_path))
        return _of_ours(found.name, found.config)
    tree = read_tree(path)
    apply_cfg_options(tree, cfg_options)
    return described(tree)


def _of_ours(name: str, config: TrainConfig) -> XTunerConfig:
    tower, has_adapter = config.visual_encoder_name_or_path, config.method != "full" and not config.freeze_llm
    adapts_tower = tower and config.visual_encoder_method == "lora"
    return XTunerConfig(
        name,
        "LLaVAModel" if tower else "SupervisedFinetune",
        config.pretrained_model_name_or_path,
        visual_encoder=tower,
        llm_lora=config.lora.model_dump() if has_adapter else None,
        visual_encoder_lora=config.visual_encoder_lora.model_dump() if adapts_tower else None,
        quantized=config.method == "qlora",
        freeze_llm=config.freeze_llm,
        freeze_visual_encoder=bool(tower) and config.visual_encoder_method == "frozen",
        max_position_embeddings=config.max_position_embeddings,
        prompt_template=config.prompt_template,
    )


def described(tree: ConfigTree) -> XTunerConfig:
    """The model that a config's tree describes.

    Raises:
        WorkbenchError: as `read_xtuner_config`.
    """
    model = model_of(tree)
    llm = model if is_bare_model(model) else _dict_in(model, "llm") or model
    lora = tree.names if is_bare_model(model) else model
    kind = kind_of(tree)
    key = "model_path" if kind == "InternVL_V1_5" else "pretrained_model_name_or_path"
    encoder = _dict_in(model, "visual_encoder")
    return XTunerConfig(
        name=tree.file.stem,
        kind=kind,
        llm=_path(tree, llm, key),
        visual_encoder=_path(tree, encoder, "pretrained_model_name_or_path") if encoder else None,
        llm_lora=_lora(tree, lora, "lora") or _lora(tree, lora, "llm_lora"),
        visual_encoder_lora=_lora(tree, model, "visual_encoder_lora"),
        quantized=_is_quantized(model, llm),
        freeze_llm=model.get("freeze_llm") is True,
        freeze_visual_encoder=model.get("freeze_visual_encoder") is True,
        projector_depth=_whole_number(model, "projector_depth") or 2,
        max_position_embeddings=_whole_number(model, "max_position_embeddings"),
        prompt_template="auto" if kind in STAGES else template_name(tree.names.get("prompt_template")),
        reward_token_id=reward_token(tree.names, model),
        file=tree.file,
        tree=tree,
    )


def require_bases(tree: ConfigTree) -> None:
    """Raise if a file that the config builds on cannot be taken: what else it sets is not known then.

    Raises:
        WorkbenchError: names the row, and what is wrong with the file.
    """
    if lost := next((one for one in tree.unread if _BASE.match(one.source)), None):
        raise WorkbenchError(
            _("{source} cannot be read: {reason}.").format(source=printable(lost.source), reason=lost.reason),
            where=str(lost.place),
            fix=_("Keep it in the config's folder, not building on itself, or write its settings into the config."),
        )


def model_of(tree: ConfigTree) -> Settings:
    """The ``model`` of a config.

    Raises:
        WorkbenchError: the file has none, or it cannot be read.
    """
    model = tree.names.get("model")
    if isinstance(model, Settings):
        return model
    if isinstance(model, Unreadable):
        raise unreadable_error(model, "model")
    require_bases(tree)
    raise WorkbenchError(
        _("This is not a training config of XTuner: it defines no `model`."),
        where=str(tree.file),
        fix=_("Name a config such as those that `xtuner copy-cfg` writes."),
    )


def kind_of(tree: ConfigTree) -> Kind:
    """The stage of a config.

    Raises:
        WorkbenchError: its model is of a class that XTuner 0.1 does not have.
    """
    model = model_of(tree)
    kind = KINDS.get("" if is_bare_model(model) else type_name(model))
    if kind is None:
        raise WorkbenchError(
            _("Models of the class {name} are not known.").format(name=printable(type_name(model))),
            where=f"{model.places.get('type', tree.file)}:model.type",
            fix=_("Known are {names}.").format(names=", ".join(sorted(filter(None, KINDS)))),
        )
    return kind


def is_bare_model(model: Settings) -> bool:
    """Whether a model is the language model itself, as where Hugging Face's trainer is used."""
    return "pretrained_model_name_or_path" in model


def unreadable_error(value: Unreadable, name: str) -> WorkbenchError:
    """The refusal of a config whose value of something needed cannot be read."""
    return WorkbenchError(
        _("{source} cannot be read: {reason}.").format(source=printable(value.source), reason=value.reason),
        where=f"{value.place}:{name}",
        fix=_("Write the value itself into the config; nothing of it is ever run."),
    )


def _dict_in(values: Settings, key: str) -> Settings | None:
    found = values.get(key)
    return found if isinstance(found, Settings) else None


def _path(tree: ConfigTree, values: Settings, key: str) -> str:
    path = values.get(key)
    if isinstance(path, str) and path:
        return path
    if isinstance(path, Unreadable):
        raise unreadable_error(path, key)
    place = values.places.get(key) or tree.names.places["model"]
    raise WorkbenchError(
        _("The config names no model here."),
        where=f"{place}:{key}",
        fix=_("Write the path or name of the model there."),
    )


def _whole_number(values: Settings, key: str) -> int | None:
    number = values.get(key)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _is_quantized(model: Settings, llm: Settings) -> bool:
    settings = _dict_in(llm, "quantization_config") or llm
    in_few_bits = any(settings.get(key) is True for key in ("load_in_4bit", "load_in_8bit"))
    return in_few_bits or model.get("quantization_llm") is True


def _lora(tree: ConfigTree, values: Settings, key: str) -> dict[str, Any] | None:
    lora = values.get(key)
    if lora is None:
        return None
    if isinstance(lora, Unreadable):
        raise unreadable_error(lora, key)
    place = values.places.get(key, Place(tree.file, 1))
    if not isinstance(lora, Settings) or type_name(lora) != _LORA_CLASS:
        raise WorkbenchError(
            _("The adapter is not a LoraConfig, the only kind known here: {value}").format(
                value=printable(as_text(lora))
            ),
            where=f"{place}:{key}",
            fix=_("Write dict(type=LoraConfig, r=…, lora_alpha=…)."),
        )
    return {name: _plain_entry(value, name) for name, value in lora.items() if name != "type"}


def _plain_entry(value: Value, name: str) -> Any:
    if isinstance(value, Unreadable):
        raise unreadable_error(value, name)
    return list(value) if isinstance(value, tuple) else value
