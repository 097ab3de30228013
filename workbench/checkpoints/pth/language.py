"""A language model that was trained whole, and the reward models made of one."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.checkpoints.adapter_files import is_adapter, planned
from workbench.checkpoints.full_model import change_config, fit_to_base
from workbench.checkpoints.model_files import ModelFiles, astray_note
from workbench.checkpoints.planned_folder import PlannedFolder
from workbench.checkpoints.pth.bases import require_base
from workbench.checkpoints.pth.context import Context
from workbench.checkpoints.pth.whole_parts import whole_language_model
from workbench.checkpoints.score_head import SCORE_HEAD, score_config
from workbench.checkpoints.stored import LazyTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.internlm2_names import INTERNLM2
from workbench.weights.scoring import TOKEN_FIELD, no_such_token

_HEADS = ("lm_head.weight", "output.weight")
_REWARD_TOKENS = {"internlm2": 92527, "llama": 128002}
"""What XTuner's configs of InternLM2 and Llama 3 put behind an answer, to read the score at it, by ``model_type``."""
_INNER = "model."
_ADAPTED = "base_model.model."
"""What peft puts before the names of a model with an adapter."""


def language_model(context: Context) -> PlannedFolder:
    """The language model in the result itself, with the tokenizer and the model's own code.

    Raises:
        WorkbenchError: its base is not on this machine, or a tensor does not fit it.
    """
    base = require_base(context.model.llm, "--base")
    model = fit_to_base(context.parts.llm, base, context.request.pth, context.language_dtype)
    changes = config_changes(context, base, model.vocab_size)
    return PlannedFolder("", model.plan, partial(_finish, base=base, changes=changes), context.request.max_shard_bytes)


def config_changes(context: Context, base: ModelFiles, vocab_size: int | None = None) -> dict[str, Any]:
    """What the result's ``config.json`` says otherwise than the base's."""
    changes: dict[str, Any] = {"dtype": str(context.language_dtype).removeprefix("torch."), "use_cache": True}
    if vocab_size is not None:
        changes["vocab_size"] = vocab_size
    return changes | _stretched(context.model.max_position_embeddings, base.config())


def _stretched(wanted: int | None, config: dict[str, Any]) -> dict[str, Any]:
    """The scaling of positions with which XTuner trains beyond a model's own length."""
    own = config.get("max_position_embeddings")
    if wanted is None or not isinstance(own, int) or wanted <= own:
        return {}
    return {"rope_scaling": {"type": "linear", "factor": float(math.ceil(wanted / own))}}


def _finish(folder: Path, base: ModelFiles, changes: dict[str, Any]) -> list[str]:
    astray = base.carry_over(folder)
    change_config(folder, changes)
    return astray_note(astray)


def reward_model(context: Context) -> PlannedFolder:
    """A reward model: the inner language model, trained whole or merged from an adapter, and a head with one output.

    InternLM2's has the names of its own reward class; every other one those of ``…ForSequenceClassification``. Either
    says in its config at which token behind an answer its score is read, as ``reward_token_id``.

    Raises:
        WorkbenchError: the checkpoint holds no head, nothing says at which token it is read, or a tensor does not fit
            the base.
    """
    base = require_base(context.model.llm, "--base")
    config = base.config()
    is_internlm2 = config.get("model_type") == INTERNLM2
    body = ModelFiles(
        base.folder, base.weight_files, {name: tensor for name, tensor in base.stored.items() if name not in _HEADS}
    )
    head = _reward_head(context, int(config.get("hidden_size") or 0))
    name = "v_head.weight" if is_internlm2 else SCORE_HEAD
    trained = {_in_whole_model(name): tensor for name, tensor in context.parts.llm.items()}
    vocab_size = None
    if is_adapter(trained):
        tensors = whole_language_model(replace(context, parts=replace(context.parts, llm=trained)), body).tensors
    else:
        model = fit_to_base(trained, body, context.request.pth, context.language_dtype)
        tensors, vocab_size = model.plan, model.vocab_size
    token = _reward_token(context, config, vocab_size or int(config.get("vocab_size") or 0))
    plan = [*tensors, *planned({name: head}, context.language_dtype)]
    changes = config_changes(context, base, vocab_size) | _reward_config(config, is_internlm2) | {TOKEN_FIELD: token}
    return PlannedFolder("", plan, partial(_finish, base=base, changes=changes), context.request.max_shard_bytes)


def _in_whole_model(name: str) -> str:
    """The name of an inner model's tensor in the language model around it."""
    return _ADAPTED + _INNER + name.removeprefix(_ADAPTED) if name.startswith(_ADAPTED) else _INNER + name


def _reward_head(context: Context, width: int) -> LazyTensor:
    head = context.parts.v_head.get("weight")
    if head is None or head.shape != (1, width):
        raise WorkbenchError(
            _("The head of the reward model, v_head.weight, is {found}, but should be {expected}.").format(
                found=list(head.shape) if head is not None else _("missing"), expected=[1, width]
            ),
            where=str(context.request.pth),
            fix=_("Convert the DeepSpeed folder of the training if there is one: it holds the head."),
        )
    return head


def _reward_config(config: dict[str, Any], is_internlm2: bool) -> dict[str, Any]:
    if is_internlm2:
        return {"architectures": ["InternLM2ForRewardModel"], "tie_word_embeddings": False}
    return score_config(config)


def _reward_token(context: Context, config: dict[str, Any], count: int) -> int:
    """What XTuner put behind each answer: as the config says, or as its own configs have it for the base."""
    token = context.model.reward_token_id
    if token is None:
        usual = _REWARD_TOKENS.get(str(config.get("model_type")), count)
        token = usual if usual < count else None
    where = context.request.config or str(context.request.pth)
    fix = _("Name the config that it was trained with; it says reward_token_id = …")
    if token is None:
        raise WorkbenchError(
            _("Nothing says at which token behind an answer this reward model gives its score."), where=where, fix=fix
        )
    if token >= count:
        raise no_such_token(token, count, where, fix)
    return token
