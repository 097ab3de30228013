"""Models that transformers 5 does not have, told by their names and kinds: each needs Python code that came with it.

Kinds are ``model_type`` of ``config.json``; which of them transformers has was looked up in 5.24.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig


@dataclass(frozen=True)
class _Kind:
    """A kind of model.

    Args:
        model_type: of its ``config.json``.
        names: how its Hugging Face names begin.
        instead: a model of the same makers that is loaded as it is.
        may_be_allowed: whether code of its own can be of use here; a model that sees is taken apart by its kind.
    """

    model_type: str
    title: str
    names: tuple[str, ...]
    instead: str
    may_be_allowed: bool = True


_KINDS = (
    _Kind("baichuan", "Baichuan", ("baichuan-inc/",), "Qwen/Qwen2.5-7B-Instruct"),
    _Kind("chatglm", "ChatGLM", ("THUDM/chatglm", "zai-org/chatglm"), "zai-org/glm-4-9b-chat-hf"),
    _Kind("qwen", "Qwen 1", ("Qwen/Qwen-",), "Qwen/Qwen2.5-7B-Instruct"),
    _Kind(
        "minicpm", "MiniCPM", ("openbmb/MiniCPM-1B-", "openbmb/MiniCPM-2B-", "openbmb/MiniCPM4-"), "openbmb/MiniCPM3-4B"
    ),
    _Kind("deepseek", "DeepSeek MoE", ("deepseek-ai/deepseek-moe-",), "deepseek-ai/DeepSeek-V2-Lite-Chat"),
    _Kind(
        "internvl_chat",
        "InternVL",
        ("OpenGVLab/InternVL-Chat-", "OpenGVLab/InternVL2-", "OpenGVLab/Mini-InternVL-"),
        "OpenGVLab/InternVL3-2B-hf",
        may_be_allowed=False,
    ),
)


def why_own_code(model: str) -> str:
    """Why a model cannot be loaded as it is, in the current language; empty if it can be."""
    kind = _kind_of(model)
    if kind is None:
        return ""
    return _("transformers 5 has no {kind}: the model needs Python code of its own.").format(kind=kind.title)


def own_code_trouble(config: TrainConfig) -> WorkbenchError | None:
    """That the model needs code of its own, which is not allowed or of no use; None if nothing is amiss."""
    model = config.pretrained_model_name_or_path
    kind = _kind_of(model)
    if kind is None or (config.trust_remote_code and kind.may_be_allowed):
        return None
    return WorkbenchError(why_own_code(model), where=f"pretrained_model_name_or_path: {model}", fix=_instead(kind))


def require_no_own_code(config: TrainConfig) -> None:
    """
    Raises:
        WorkbenchError: the model needs code of its own, and that is not allowed or of no use.
    """
    if (trouble := own_code_trouble(config)) is not None:
        raise trouble


def _instead(kind: _Kind) -> str:
    other = _("Take {model} instead, by pretrained_model_name_or_path.").format(model=kind.instead)
    if not kind.may_be_allowed:
        return other
    return other + " " + _("Or allow the code, which was written for transformers 4: trust_remote_code: true.")


def _kind_of(model: str) -> _Kind | None:
    folder = Path(resolve_model(model))
    if folder.is_dir():
        model_type = _model_type(folder)
        return next((kind for kind in _KINDS if kind.model_type == model_type), None)
    return _kind_of_name(model)


@cache
def _kind_of_name(model: str) -> _Kind | None:
    return next((kind for kind in _KINDS if model.startswith(kind.names)), None)


def _model_type(folder: Path) -> str:
    try:
        facts = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(facts.get("model_type", "")) if isinstance(facts, dict) else ""
