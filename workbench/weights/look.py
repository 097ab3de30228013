"""Looks at a folder or file and tells what weights it holds: by what lies in it, not by what it is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.configs.model_settings import WHOLE_METHODS
from workbench.configs.provenance import Provenance, read_provenance
from workbench.i18n import _
from workbench.training.checkpoint_folders import has_zero_shards, is_checkpoint, what_is_missing
from workbench.weights.facts import Kind, WeightsFacts, with_held
from workbench.weights.files import look_at_file, parts_in
from workbench.weights.folder import Folder, bytes_in, listed
from workbench.weights.headers import DamagedError, Held, require_torch_file, safetensors_held
from workbench.weights.llava_parts import parts_of_folder, parts_of_model, without_weights
from workbench.weights.pickled import Pickled, read_pickled
from workbench.weights.seeing import LLAVA_PARTS
from workbench.weights.small_json import json_object

_ADAPTER_SETTINGS = ("peft_type", "r", "lora_alpha", "lora_dropout", "target_modules", "use_dora", "use_rslora")
_RANK = re.compile(r"(.*zero_pp_rank_)(\d+)(_mp_rank_00_optim_states\.pt)")
_SEEING = re.compile(r"(CLIP|Siglip|Dinov2|ViT|InternVision).*")
"""How the classes of vision towers begin."""


def look_at(path: Path) -> WeightsFacts | None:
    """What a folder or file holds; None if it is no weights. Takes milliseconds; damage is told, never raised."""
    try:
        if path.is_dir():
            return _look_at_folder(listed(path))
        return look_at_file(path) if path.is_file() else None
    except OSError:
        return None


def _look_at_folder(folder: Folder) -> WeightsFacts | None:
    kind = next((kind for kind, fits in _KINDS if fits(folder)), None)
    if kind is None:
        return None
    facts = WeightsFacts(folder.path, kind, bytes_in(folder.path))
    facts = _with_provenance(facts, read_provenance(folder.path))
    facts = _with_config(facts, json_object(folder.path / "config.json"))
    if kind is Kind.ADAPTER:
        facts = _with_adapter(facts, folder.path)
    if kind is Kind.LLAVA:
        facts = _with_parts(facts, folder)
    facts = _with_shards(facts, folder) if kind is Kind.PTH_FOLDER else _with_weights(facts, folder)
    if facts.trouble is None and is_checkpoint(folder.path) and (missing := what_is_missing(folder.path)):
        note = _("training cannot go on from it: {file} is missing or cut off").format(file=missing)
        facts = replace(facts, notes=(*facts.notes, note))
    return facts


# -- which kind it is


def _is_made_of(folder: Folder, *, whole: bool) -> bool:
    """Whether workbench made this model: of a training of all weights, or of an adapter and its base."""
    known = read_provenance(folder.path)
    if not _is_model(folder) or known is None:
        return False
    is_whole = known.method in WHOLE_METHODS
    return is_whole if whole else not is_whole and known.base_model is not None


def _is_model(folder: Folder) -> bool:
    return "config.json" in folder.files and bool(folder.weights or folder.indexes)


def _is_trained(folder: Folder) -> bool:
    return "trainer_state.json" in folder.files


_KINDS: tuple[tuple[Kind, Callable[[Folder], bool]], ...] = (
    (Kind.PTH_FOLDER, lambda folder: bool(folder.shards)),
    (Kind.LLAVA, lambda folder: bool(folder.folders & {"llm_adapter", "visual_encoder_adapter", "projector"})),
    (Kind.ADAPTER, lambda folder: "adapter_config.json" in folder.files),
    (Kind.CHECKPOINT, lambda folder: _is_trained(folder) and _is_model(folder)),
    (Kind.DEEPSPEED, lambda folder: _is_trained(folder) and has_zero_shards(folder.path)),
    (Kind.CONVERTED, lambda folder: _is_made_of(folder, whole=True)),
    (Kind.MERGED, lambda folder: _is_made_of(folder, whole=False)),
    (Kind.TOWER, lambda folder: _is_model(folder) and _sees_only(folder)),
    (Kind.BASE, _is_model),
)
"""The first that fits a folder is its kind."""


def _sees_only(folder: Folder) -> bool:
    return _SEEING.fullmatch(_class_in(json_object(folder.path / "config.json")) or "") is not None


# -- what is known of it


def _with_provenance(facts: WeightsFacts, known: Provenance | None) -> WeightsFacts:
    if known is None:
        return facts
    return replace(
        facts,
        base=known.base_model,
        visual_encoder=known.visual_encoder,
        method=known.method,
        template=known.prompt_template,
        iter=known.iter,
        step=known.step,
        scores=known.scores,
        notes=tuple(known.notes),
    )


def _with_config(facts: WeightsFacts, config: dict[str, Any]) -> WeightsFacts:
    quantised = config.get("quantization_config")
    how = quantised.get("quant_method", "?") if isinstance(quantised, dict) else None
    return replace(
        facts,
        architecture=_class_in(config),
        quantised=str(how) if how else None,
        parts=parts_of_model(config),
    )


def _class_in(config: dict[str, Any]) -> str | None:
    names = config.get("architectures")
    kind = names[0] if isinstance(names, list) and names else config.get("model_type")
    return str(kind) if kind else None


def _with_adapter(facts: WeightsFacts, folder: Path) -> WeightsFacts:
    config = json_object(folder / "adapter_config.json")
    settings = {name: config[name] for name in _ADAPTER_SETTINGS if config.get(name) not in (None, False)}
    named = config.get("base_model_name_or_path")
    return replace(facts, settings=settings, base=facts.base or (named if isinstance(named, str) else None))


def _with_parts(facts: WeightsFacts, folder: Folder) -> WeightsFacts:
    """The parts of a LLaVA model, and the language model that its adapter says it was trained on."""
    config = json_object(folder.path / "config.json")
    parts = parts_of_folder(folder.path, folder.folders, config)
    named = json_object(folder.path / "llm_adapter" / "adapter_config.json").get("base_model_name_or_path")
    return replace(facts, parts=parts, base=facts.base or (named if isinstance(named, str) else None))


def _with_weights(facts: WeightsFacts, folder: Folder) -> WeightsFacts:
    """Parameters and precision from the headers, or what is wrong with the files."""
    files = folder.weights
    if facts.kind is Kind.LLAVA:
        parts = folder.folders.intersection(LLAVA_PARTS)
        files = [*files, *(path for part in sorted(parts) for path in listed(folder.path / part).weights)]
    held, trouble = _held(files)
    if missing := sorted(_indexed(folder) - set(folder.files)):
        trouble = _missing(missing)
    if facts.kind is Kind.LLAVA and (empty := without_weights(folder.path, folder.folders)):
        trouble = trouble or _missing([f"{name}/*.safetensors" for name in empty])
    if not files and facts.kind is not Kind.DEEPSPEED:
        trouble = trouble or _("incomplete: no weights")
    return replace(with_held(facts, held), weight_files=len(files), trouble=trouble)


def _held(files: list[Path]) -> tuple[Held, str | None]:
    held = Held()
    for path in files:
        try:
            if path.suffix == ".safetensors":
                held.add(safetensors_held(path))
            else:
                require_torch_file(path)
                held.add(read_pickled(path).held)
        except DamagedError as error:
            return held, _("damaged: {name}: {reason}").format(name=path.name, reason=error)
        except OSError as error:
            return held, _("cannot be read: {name}: {reason}").format(name=path.name, reason=error.strerror or error)
    return held, None


def _with_shards(facts: WeightsFacts, folder: Folder) -> WeightsFacts:
    """Of DeepSpeed's files: how many processes saved them, and whether any is missing."""
    models = [folder.path / name for name in folder.shards if name.endswith("_model_states.pt")]
    ranks = {int(match[2]): match for name in folder.shards if (match := _RANK.fullmatch(name))}
    held, trouble = _held(models)
    trouble = trouble or _held([folder.path / match[0] for match in ranks.values()])[1]
    first = read_pickled(models[0]) if models else Pickled()
    count = max(first.processes or 0, max(ranks, default=-1) + 1)
    if not models:
        trouble = trouble or _("incomplete: no *_model_states.pt")
    if ranks and (gone := [rank for rank in range(count) if rank not in ranks]):
        begins, ends = next((match[1], match[3]) for match in ranks.values())
        trouble = trouble or _missing([f"{begins}{rank}{ends}" for rank in gone])
    parts = (*parts_in(first), *([_("{count} processes").format(count=count)] if count else []))
    return replace(with_held(facts, held), weight_files=len(folder.shards), parts=parts, trouble=trouble)


def _missing(names: list[str]) -> str:
    return _("incomplete: {names} missing").format(names=", ".join(names[:3]))


def _indexed(folder: Folder) -> set[str]:
    """The files that an index names; a damaged one names none."""
    names: set[str] = set()
    for index in folder.indexes[:1]:
        named = json_object(index).get("weight_map")
        names |= {str(name) for name in named.values()} if isinstance(named, dict) else set()
    return names
