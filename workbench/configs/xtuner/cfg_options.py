"""XTuner's ``--cfg-options``: settings of a config that the command line changes, ``model.llm_lora.r=32``.

Meaning as in MMEngine (``docs/en/advanced_tutorials/config.md``): dotted names lead into dicts, numbers into lists; the
values are numbers, true or false, None, lists ``[a,b]`` or ``a,b``, and else text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from workbench.configs.xtuner.syntax import ConfigTree
from workbench.configs.xtuner.values import Place, Settings, Value
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_WORDS: dict[str, Value] = {"true": True, "false": False, "none": None}


def apply_cfg_options(tree: ConfigTree, options: Iterable[str]) -> None:
    """Change settings of a config that was read.

    Raises:
        WorkbenchError: one is not of the form NAME=VALUE, or leads into something that is no dict or list.
    """
    for option in options:
        name, equals, text = option.partition("=")
        if not equals or not all(name.split(".")):
            raise _wrong(option, _("It is not of the form NAME=VALUE."))
        _set(tree, name.split("."), value_of(text), option)


def value_of(text: str) -> Value:
    """The value that a text stands for."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    inner = text[1:-1] if text[:1] + text[-1:] in {"[]", "()"} else text
    return [value_of(part.strip()) for part in inner.split(",")] if "," in inner or inner != text else text


def _set(tree: ConfigTree, steps: list[str], value: Value, option: str) -> None:
    place, holder = Place(tree.file, 1), tree.names
    for step in steps[:-1]:
        inner = _entry(holder, step)
        if inner is None and isinstance(holder, Settings):
            inner = Settings()
            holder.put(step, inner, place)
        if not isinstance(inner, Settings | list):
            raise _wrong(option, _("{name} is no dict or list in the config.").format(name=step))
        holder = inner  # type: ignore[assignment]
    last = steps[-1]
    if isinstance(holder, Settings):
        holder.put(last, value, holder.places.get(last, place))
    elif _entry(holder, last) is not None:
        holder[int(last)] = value
    else:
        raise _wrong(option, _("The list has no entry {name}.").format(name=last))


def _entry(holder: Settings | list[Value], step: str) -> Value:
    if isinstance(holder, Settings):
        return holder.get(step)
    return holder[int(step)] if step.isdecimal() and int(step) < len(holder) else None


def _wrong(option: str, reason: str) -> WorkbenchError:
    return WorkbenchError(
        reason,
        where=f"--cfg-options {printable(option)}",
        fix=_("For example: --cfg-options model.llm.pretrained_model_name_or_path=models/internlm2-chat-1_8b"),
    )
