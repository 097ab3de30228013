"""A model's step from one token to the next as compiled code: fewer, larger pieces of work, the same answer.

It pays where the calls cost more than the arithmetic in them: small models, and fast GPUs. Prompts are read as before.
Answers are the same up to the rounding of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch

from workbench.chat.answer_cache import CACHE, GrowingLayer, answer_cache
from workbench.errors import WorkbenchError
from workbench.i18n import _

_TOO_VARIED = {"dynamic", "longrope"}
"""Position embeddings that look at the numbers to know what to compute."""
_TOKENS_BEFORE = 11
"""In the step that is compiled; as no other size of a model is, so that it is not taken for one."""


def compile_steps(model: Any, applies: Callable[[], bool]) -> None:
    """Compile the model's steps in answers with an `answer_cache`; the code is kept for other starts, see the engine.

    Args:
        model: a causal language model; layers of it may have an adapter.
        applies: whether it is still as it is now. If not, steps are taken as before.

    Raises:
        WorkbenchError: it cannot be compiled here, for want of a C++ compiler for instance. It answers as before then.
    """
    _require_compilable(model)
    torch.compiler.reset()  # the code of a model that was here before; there is room for a few only
    plain: Callable[..., Any] = model.forward
    step = torch.compile(plain, dynamic=True, fullgraph=True)

    @wraps(plain)
    def forward(*args: Any, **inputs: Any) -> Any:
        if not (_is_step(inputs) and applies()):
            return plain(*args, **inputs)
        for layer in inputs[CACHE].layers:
            layer.make_room(1)  # not in the compiled code, which would be another one then
        return step(*args, **inputs | {"attention_mask": None})  # one row without padding: a token sees all before it

    model.forward = forward
    try:
        _take_a_step(model)
    except RuntimeError as error:
        del model.forward
        raise _refused(_reason(error)) from error


def _is_step(inputs: dict[str, Any]) -> bool:
    ids, cache = inputs.get("input_ids"), inputs.get(CACHE)
    return ids is not None and ids.shape == (1, 1) and cache is not None and _keeps_each_token(cache)


def _keeps_each_token(cache: Any) -> bool:
    return all(isinstance(layer, GrowingLayer) for layer in cache.layers)


def _take_a_step(model: Any) -> None:
    """What is compiled is compiled at the first step."""
    ids = torch.zeros(1, _TOKENS_BEFORE, dtype=torch.long, device=model.device)
    with torch.inference_mode():
        model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=2,
            eos_token_id=None,
            pad_token_id=0,
            do_sample=False,
            **answer_cache(model),
        )


def _require_compilable(model: Any) -> None:
    """
    Raises:
        WorkbenchError: this model cannot be compiled, and why.
    """
    places = {str(place) for place in (getattr(model, "hf_device_map", None) or {}).values()}
    if getattr(model, "hf_quantizer", None) is not None:
        raise _refused(_("its weights are in few bits"))
    if len(places) > 1 or "disk" in places:
        raise _refused(_("it is spread over several devices"))
    rope = (getattr(model.config.get_text_config(), "rope_parameters", None) or {}).get("rope_type")
    cache = answer_cache(model).get(CACHE)
    is_plain = getattr(model, "_can_compile_fullgraph", False) and rope not in _TOO_VARIED
    if not is_plain or cache is None or not _keeps_each_token(cache):
        raise _refused(_("it is of a kind that works otherwise from token to token"))


def _reason(error: RuntimeError) -> str:
    """The first line of what went wrong inside of the compiling."""
    inside = getattr(error, "inner_exception", error)
    return (str(inside).strip() or type(inside).__name__).splitlines()[0].rstrip(".:")


def _refused(reason: str) -> WorkbenchError:
    return WorkbenchError(_("The model was not compiled: {reason}. It answers without.").format(reason=reason))
