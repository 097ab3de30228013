"""Saving, logging, sample answers and the seed, from an XTuner config."""

from __future__ import annotations

from workbench.configs.catalogue.systems import SYSTEMS
from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.calls import filled
from workbench.configs.xtuner.limits import CannotReadError
from workbench.configs.xtuner.model_fields import note_tokenizer
from workbench.configs.xtuner.report import LeftOut, Part
from workbench.configs.xtuner.values import Reference, Settings, Value, template_name, type_name
from workbench.configs.xtuner.vision_fields import note_processor
from workbench.i18n import N_, _

_EVALUATION_HOOK = "EvaluateChatHook"
_SYSTEMS = "SYSTEM_TEMPLATE."
_BOT = "BOT"
_ADDRESSES = ("http://", "https://")


def carry_saving(root: Part) -> None:
    """Carry over how often is saved and logged."""
    hooks = root.part("default_hooks")
    if hooks is None:
        return
    checkpoint = hooks.part("checkpoint")
    if checkpoint is not None:
        if checkpoint.read("by_epoch", bool) is False or checkpoint.values.get("interval", -1) == -1:
            checkpoint.carry("interval", "save_steps", int, absent=-1)
        else:
            checkpoint.leave("interval", N_("checkpoints are counted in iterations, by save_steps"))
        checkpoint.carry("max_keep_ckpts", "save_total_limit", int, absent=-1)
        checkpoint.leave_rest(reasons.CHECKPOINT)
    logger = hooks.part("logger")
    if logger is not None:
        _carry_logging(logger)
    for key, left in reasons.DEFAULT_HOOKS.items():
        if key in hooks.values:
            hooks.leave(key, left.reason, matters=False)
    hooks.leave_rest()


def _carry_logging(logger: Part) -> None:
    """XTuner logs every so many iterations, workbench every so many optimiser steps."""
    iterations = logger.read("interval", int)
    if iterations and iterations > 0:
        steps = max(1, iterations // max(1, logger.report.value_of("accumulative_counts", 1)))
        note = _("{iterations} iterations in optimiser steps").format(iterations=iterations)
        logger.report.carry("logging_interval", steps, logger.full_name("interval"), note)
    logger.leave_rest(reasons.LOGGER)


def carry_hooks(root: Part) -> None:
    """Carry over the sample answers; what other hooks do is done anyway, or cannot be."""
    hooks = root.raw("custom_hooks")
    if hooks is not None and not isinstance(hooks, list | tuple):
        root.leave("custom_hooks")
        hooks = ()
    asked = False
    for number, hook in enumerate(hooks or ()):
        name = f"{root.full_name('custom_hooks')}[{number}]"
        kind = type_name(hook)
        if isinstance(hook, Settings) and kind == _EVALUATION_HOOK:
            asked = True
            _carry_evaluation(Part(root.report, name, hook), root)
        else:
            left = reasons.HOOKS.get(kind, _OTHER_HOOK)
            root.report.leave(name, hook, root.place("custom_hooks"), left.reason, matters=left.matters)
    if not asked:
        root.report.carry(
            "evaluation_inputs", [], root.full_name("custom_hooks"), _("no sample answers were asked for")
        )


_OTHER_HOOK = LeftOut(N_("is Python code, which workbench does not run"), matters=True)


def _carry_evaluation(hook: Part, root: Part) -> None:
    hook.carry("every_n_iters", "evaluation_freq", int, absent=-1)
    hook.carry("evaluation_inputs", "evaluation_inputs", (list, tuple))
    hook.carry("max_new_tokens", "evaluation_max_new_tokens", int)
    system = hook.raw("system")
    if system is not None:
        _carry_system(hook, system, root.values.get("bot_name"))
    _note_template(hook)
    note_tokenizer(hook)
    _carry_pictures(hook)
    hook.leave_rest(reasons.EVALUATION_HOOK)


def _carry_pictures(hook: Part) -> None:
    """The pictures that sample answers are about: one, or a list of them."""
    note_processor(hook)
    images = hook.read("evaluation_images", (str, list, tuple))
    if images is None:
        return
    listed = [images] if isinstance(images, str) else list(images)
    fetched = any(isinstance(image, str) and image.startswith(_ADDRESSES) for image in listed)
    note = _("is fetched when the training starts; name a file instead where there is no network") if fetched else ""
    hook.report.carry("evaluation_images", listed, hook.full_name("evaluation_images"), note)


def _carry_system(hook: Part, system: Value, bot_name: Value) -> None:
    path = system.path if isinstance(system, Reference) else system
    if not isinstance(path, str):
        hook.leave("system")
        return
    name = path.rpartition(".")[2]
    if _SYSTEMS in path and name in SYSTEMS:
        text, note = SYSTEMS[name], _("workbench's own text of the name {name}").format(name=name)
    elif isinstance(system, str):
        text, note = system, ""
    else:
        hook.leave("system")
        return
    final = _filled_in(text, bot_name)
    hook.report.carry("system", final, hook.full_name("system"), note or _how_changed(text, final))


def _filled_in(text: str, bot_name: Value) -> str:
    """The text as the model saw it: doubled braces are single ones, and the bot has its name."""
    try:
        return filled(text, bot_name=bot_name if isinstance(bot_name, str) else _BOT)
    except (CannotReadError, LookupError, ValueError):
        return text


def _how_changed(text: str, final: str) -> str:
    return "" if text == final else _("doubled braces are single ones here")


def _note_template(hook: Part) -> None:
    """Sample answers are asked for in the dialogue format of the data."""
    value = hook.raw("prompt_template")
    name = template_name(value)
    trained = hook.report.value_of("prompt_template", "default")
    if value is None:
        hook.report.leave(
            hook.full_name("prompt_template"),
            None,
            hook.place("type"),
            N_("sample answers are asked for in the dialogue format of prompt_template"),
        )
    elif name is None:
        hook.leave("prompt_template", N_("sample answers are asked for in the dialogue format of the data"))
    elif hook.report.value_of("prompt_template") is None:
        hook.report.carry("prompt_template", name, hook.full_name("prompt_template"))
    elif name != trained:
        reason = N_("sample answers are asked for in the dialogue format of the data")
        hook.leave("prompt_template", reason, matters=trained != "auto")


def carry_seed(root: Part) -> None:
    """Carry over the seed; XTuner draws one where none is given."""
    randomness = root.part("randomness")
    if randomness is None:
        return
    randomness.carry("seed", "seed", int)
    randomness.leave_rest({"deterministic": LeftOut(N_("is not forced"), matters=True, usual=(False,))})


def leave_metrics(root: Part) -> None:
    """Note the parts that validate or test by a metric, one entry each."""
    for key in reasons.METRIC_PARTS:
        if root.values.get(key) is not None:
            root.report.leave(
                key, root.raw(key), root.place(key), N_("benchmarks are not part of training"), matters=True
            )
