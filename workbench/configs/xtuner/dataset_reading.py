"""What one dataset of an XTuner config says: where its rows are, how they are laid out, in which dialogue format."""

from __future__ import annotations

from typing import Any

from workbench.configs.xtuner.data_paths import why_unknown
from workbench.configs.xtuner.model_fields import carry_template
from workbench.configs.xtuner.report import Part
from workbench.configs.xtuner.values import OwnFunction, Unreadable, Value, as_text, type_name
from workbench.i18n import _

_FORMATS = {
    "alpaca_map_fn": "alpaca",
    "alpaca_zh_map_fn": "alpaca_zh",
    "arxiv_map_fn": "arxiv",
    "code_alpaca_map_fn": "code_alpaca",
    "colors_map_fn": "colors",
    "crime_kg_assitant_map_fn": "crime_kg_assitan",
    "default_map_fn": "default",
    "law_reference_map_fn": "law_reference",
    "llava_image_only_map_fn": "llava_image_only",
    "llava_map_fn": "llava",
    "medical_map_fn": "medical",
    "msagent_react_map_fn": "msagent_react",
    "oasst1_map_fn": "oasst1",
    "openai_map_fn": "openai",
    "openorca_map_fn": "openorca",
    "pretrain_map_fn": "pretrain",
    "sql_map_fn": "sql",
    "stack_exchange_map_fn": "stack_exchange",
    "tiny_codes_map_fn": "tiny_codes",
    "wizardlm_map_fn": "wizardlm",
    "intel_orca_dpo_map_fn": "intel_orca_dpo",
    "orpo_dpo_mix_40k_map_fn": "orpo_dpo_mix_40k",
}
_STANDARD_FORMAT = "xtuner"
TOKENS = "tokenized"
PRETRAIN = "pretrain"
_WITHOUT_TEMPLATE = (PRETRAIN, TOKENS)


class Reading:
    """What one dataset says: its paths, their format, the folder of its pictures, and fields that all datasets of a
    config must agree on.
    """

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.image_folder = ""
        self.format = "auto"
        self.fields: dict[str, tuple[Any, str, str]] = {}

    def take(self, part: Part, key: str, name: str, kind: type[Any]) -> None:
        """A field of ours as the dataset has it."""
        value = part.read(key, kind)
        if value is not None:
            self.fields[name] = (value, key, "")


def row_format(part: Part, *, without: str = _STANDARD_FORMAT) -> str:
    """Our name of what a dataset does with its rows, or a refusal.

    Args:
        without: what rows are that nothing is done with.
    """
    value = part.raw("dataset_map_fn")
    if value is None:
        return without
    name = type_name(value)
    if name in _FORMATS:
        return _FORMATS[name]
    part.report.refuse("dataset_format", _unknown_format(value), part.place("dataset_map_fn"))
    return "auto"


def _unknown_format(value: Value) -> str:
    if isinstance(value, OwnFunction):
        return _(
            "Rows go through your own function {name}; it is not run unless you name it, by"
            " --set dataset_format={path}:{name}"
        ).format(name=value.name, path=value.place.file)
    if isinstance(value, Unreadable):
        return why_unknown(value)
    return _("Rows go through {name}, which workbench does not know.").format(name=as_text(value))


def take_template(part: Part, reading: Reading) -> None:
    """Carry over the dialogue format of a dataset, or refuse the config where rows need one."""
    value = part.raw("template_map_fn")
    template = value.get("template") if isinstance(value, dict) else value
    if template is None:
        if reading.format not in _WITHOUT_TEMPLATE:
            reason = _("Rows have no dialogue format here; name one by --set prompt_template=NAME")
            part.report.refuse("prompt_template", reason, part.place("template_map_fn"))
    elif not carry_template(part.report, template, part.full_name("template_map_fn.template")):
        reason = _("The dialogue format {name} is not one of XTuner's; write it as a template file").format(
            name=as_text(template)
        )
        part.report.refuse("prompt_template", reason, part.place("template_map_fn"))
