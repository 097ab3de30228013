"""The training data of an XTuner config: where its rows are, how they are laid out, how they become samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.data_paths import paths_of, why_unknown
from workbench.configs.xtuner.model_fields import carry_template, note_tokenizer
from workbench.configs.xtuner.report import Part, Report
from workbench.configs.xtuner.values import OwnFunction, Settings, Unreadable, Value, as_text, type_name
from workbench.i18n import N_, _

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
}
_STANDARD_FORMAT = "xtuner"
_TOKENS = "tokenized"
_WITHOUT_TEMPLATE = ("pretrain", _TOKENS)
_PACK_FIELDS = {
    "max_length": int,
    "pack_to_max_length": bool,
    "shuffle_before_pack": bool,
    "use_varlen_attn": bool,
    "max_dataset_length": int,
}
_SEVERAL = "datasets"


def carry_data(root: Part, dataset: Part) -> None:
    """Carry over the training data of a config.

    Args:
        dataset: what the data loader reads, one or several together.
    """
    parts = _members(dataset)
    readings = [_reading(part) for part in parts]
    report = root.report
    for part, found in zip(parts, readings, strict=True):
        for name, (value, key, note) in found.fields.items():
            if name in report.carried and report.value_of(name) != value:
                reason = _("The datasets of this config do not agree on {name}.").format(name=name)
                report.refuse(name, reason, part.place(key))
            report.carry(name, value, part.full_name(key), note)
    _carry_sources(report, dataset, readings)
    _carry_packing(report, dataset)


class Reading:
    """What one dataset says: its paths, their format, and fields that all datasets of a config must agree on."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.format = "auto"
        self.fields: dict[str, tuple[Any, str, str]] = {}

    def take(self, part: Part, key: str, name: str, kind: type[Any]) -> None:
        """A field of ours as the dataset has it."""
        value = part.read(key, kind)
        if value is not None:
            self.fields[name] = (value, key, "")


def _members(dataset: Part) -> list[Part]:
    if type_name(dataset.values) != "ConcatDataset":
        return [dataset]
    members = dataset.read(_SEVERAL, (list, tuple)) or []
    dataset.leave_rest()
    parts = []
    for number, value in enumerate(members):
        if isinstance(value, Settings):
            parts.append(Part(dataset.report, f"{dataset.full_name(_SEVERAL)}[{number}]", value))
        else:
            dataset.report.refuse("data_path", why_unknown(value), dataset.place(_SEVERAL))
    return parts


def _reading(part: Part) -> Reading:
    read = _CLASSES.get(type_name(part.values))
    reading = Reading()
    if read is None:
        part.report.refuse("data_path", _unknown_class(part), part.place("type"))
        note_tokenizer(part)
        part.leave_rest(reasons.DATASET)
        return reading
    read(part, reading)
    note_tokenizer(part)
    part.leave_rest(reasons.DATASET)
    return reading


def _unknown_class(part: Part) -> str:
    name = type_name(part.values) or as_text(part.values.get("type"))
    return _("Data of the class {name} is not known.").format(name=name)


def _hugging_face(part: Part, reading: Reading) -> None:
    """``process_hf_dataset`` and its sister for ModelScope."""
    reading.paths = paths_of(part, part.raw("dataset"), part.read("split", str) or "train")
    made_before = part.raw("do_dataset_tokenization") is False
    reading.format = _TOKENS if made_before else _format(part)
    for name, kind in _PACK_FIELDS.items():
        reading.take(part, name, name, kind)
    reading.fields.setdefault("pack_to_max_length", (True, "type", ""))
    _take_template(part, reading)


def _format(part: Part) -> str:
    value = part.raw("dataset_map_fn")
    if value is None:
        return _STANDARD_FORMAT
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


def _take_template(part: Part, reading: Reading) -> None:
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


def _moss(part: Part, reading: Reading) -> None:
    """``MOSSSFTDataset``: a JSON Lines file of conversations that are whole texts, never packed."""
    path = part.read("data_file", str)
    reading.paths = [path] if path else []
    reading.format = "moss_sft"
    reading.take(part, "max_length", "max_length", int)
    reading.fields["pack_to_max_length"] = (False, "type", "")
    reading.fields["prompt_template"] = ("moss_sft", "type", "")
    part.raw("bot_name")  # only in names of the files that XTuner keeps beside the data


def _packed(part: Part, reading: Reading) -> None:
    """``build_packed_dataset`` of InternEvo: a folder of tokens, or of rows, packed to one length."""
    reading.take(part, "packed_length", "max_length", int)
    reading.fields["pack_to_max_length"] = (True, "packed_length", "")
    source = part.part("dataset_cfg")
    if source is not None:
        _intern_repo(source, reading)


def _intern_repo(part: Part, reading: Reading) -> None:
    folder = part.read("folder", str)
    reading.paths = [folder] if folder else []
    if "untokenized" in type_name(part.values):
        template = part.part("template_map_fn")
        if template is not None:
            carry_template(part.report, template.raw("template"), template.full_name("template"))
        part.raw("max_length")  # the length of packs is the one that counts
    else:
        reading.format = _TOKENS
    if part.raw("file_type") == ".bin":
        part.leave("file_type", N_("these are JSON lines; give the files names that end in .jsonl"))
    note_tokenizer(part)
    part.leave_rest(reasons.LOADER)


_CLASSES: dict[str, Callable[[Part, Reading], None]] = {
    "process_hf_dataset": _hugging_face,
    "process_ms_dataset": _hugging_face,
    "MOSSSFTDataset": _moss,
    "build_packed_dataset": _packed,
    "load_intern_repo_tokenized_dataset": _intern_repo,
    "load_intern_repo_untokenized_dataset": _intern_repo,
}


def _carry_sources(report: Report, dataset: Part, readings: list[Reading]) -> None:
    paths = [path for reading in readings for path in reading.paths]
    formats = [reading.format for reading in readings for _path in reading.paths]
    if not paths:
        if not any(refusal.field == "data_path" for refusal in report.refusals):
            report.refuse("data_path", _("No training data could be found in the config."), dataset.place("type"))
        return
    report.carry("pack_to_max_length", False, dataset.name)  # a dataset that is no packed one
    report.carry("data_path", paths[0] if len(paths) == 1 else paths, dataset.name)
    same = len(set(formats)) == 1
    report.carry("dataset_format", formats[0] if same else ", ".join(formats), f"{dataset.name}.dataset_map_fn")


def _carry_packing(report: Report, dataset: Part) -> None:
    """Packs as XTuner makes them; without packs, nothing is there to be kept apart."""
    if report.value_of("pack_to_max_length"):
        note = _("as XTuner packs; best_fit keeps samples whole")
        report.carry("pack", "concat", dataset.full_name("pack_to_max_length"), note)
    elif report.value_of("use_varlen_attn"):
        varlen = report.carried.pop("use_varlen_attn")
        report.carry("use_varlen_attn", False, varlen.source, _("needs packs, and there are none"))
