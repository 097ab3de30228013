"""The training data of an XTuner config: where its rows are, how they are laid out, how they become samples."""

from __future__ import annotations

from collections.abc import Callable

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.data_paths import paths_of, why_unknown
from workbench.configs.xtuner.dataset_reading import PRETRAIN, TOKENS, Reading, row_format, take_template
from workbench.configs.xtuner.model_fields import carry_template, note_tokenizer
from workbench.configs.xtuner.picture_data import PICTURE_CLASSES
from workbench.configs.xtuner.preference_data import preference_data
from workbench.configs.xtuner.report import Part, Report
from workbench.configs.xtuner.values import Settings, as_text, type_name
from workbench.i18n import N_, _

_PACK_FIELDS = {
    "max_length": int,
    "pack_to_max_length": bool,
    "shuffle_before_pack": bool,
    "use_varlen_attn": bool,
    "max_dataset_length": int,
}
_SEVERAL = "datasets"
_LIMIT = "max_dataset_length"


def carry_data(root: Part, dataset: Part) -> None:
    """Carry over the training data of a config.

    Args:
        dataset: what the data loader reads, one or several together.
    """
    parts = _members(dataset)
    readings = [_reading(part) for part in parts]
    report = root.report
    if len(parts) > 1:
        _leave_own_limits(parts, readings)
    for part, found in zip(parts, readings, strict=True):
        for name, (value, key, note) in found.fields.items():
            if name in report.carried and report.value_of(name) != value:
                reason = _("The datasets of this config do not agree on {name}.").format(name=name)
                report.refuse(name, reason, part.place(key))
            report.carry(name, value, part.full_name(key), note)
    _carry_sources(report, dataset, readings)
    _carry_packing(report, dataset)


def _leave_own_limits(parts: list[Part], readings: list[Reading]) -> None:
    for part, reading in zip(parts, readings, strict=True):
        if reading.fields.pop(_LIMIT, None):
            part.leave(_LIMIT, N_("counts for all data together here, not for one of several"))


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
    reading.format = TOKENS if made_before else row_format(part)
    for name, kind in _PACK_FIELDS.items():
        reading.take(part, name, name, kind)
    reading.fields.setdefault("pack_to_max_length", (True, "type", ""))
    take_template(part, reading)


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
        reading.format = TOKENS
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
    "build_preference_dataset": preference_data,
    **PICTURE_CLASSES,
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
    if set(formats) == {PRETRAIN}:
        report.carry("stage", PRETRAIN, f"{dataset.name}.dataset_map_fn")
    folders = [reading.image_folder for reading in readings for _path in reading.paths]
    if any(folders):
        same_folder = len(set(filter(None, folders))) == 1
        text = max(folders) if same_folder else ", ".join(folders)
        report.carry("image_folder", text, f"{dataset.name}.image_folder")
    report.carry("dataset_format", formats[0] if same else ", ".join(formats), f"{dataset.name}.dataset_map_fn")


def _carry_packing(report: Report, dataset: Part) -> None:
    """Packs as XTuner makes them; without packs, nothing is there to be kept apart."""
    if report.value_of("pack_to_max_length"):
        note = _("as XTuner packs; best_fit keeps samples whole")
        report.carry("pack", "concat", dataset.full_name("pack_to_max_length"), note)
    elif report.value_of("use_varlen_attn"):
        varlen = report.carried.pop("use_varlen_attn")
        report.carry("use_varlen_attn", False, varlen.source, _("needs packs, and there are none"))
