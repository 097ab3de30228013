"""Looks at a folder or file and tells what weights it holds: by what lies in it, not by what it is called."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.configs.provenance import Provenance, read_provenance
from workbench.i18n import _
from workbench.training.checkpoint_folders import is_checkpoint, what_is_missing
from workbench.weights.facts import Kind, WeightsFacts
from workbench.weights.headers import (
    DamagedError,
    Held,
    require_gguf,
    require_torch_file,
    safetensors_held,
    words_in_pickle,
)

LLAVA_PARTS = ("llm_adapter", "visual_encoder_adapter", "visual_encoder", "projector")
_ADAPTER_SETTINGS = ("peft_type", "r", "lora_alpha", "lora_dropout", "target_modules", "use_dora", "use_rslora")
_TORCH_STATE = ("training_args.bin", "optimizer.bin")
_PTH_WORDS = {
    "lora_A": "LoRA",
    "projector.model": "projector",
    "visual_encoder.": "visual encoder",
    "llm.": "llm",
    "ref_llm.": "ref_llm",
    "v_head.": "v_head",
    "mmengine": "MMEngine",
}
_MOST_JSON_BYTES = 50 * 10**6
_MOST_FILES = 20_000


@dataclass(frozen=True)
class _Folder:
    """A folder's files and folders by name, links followed."""

    path: Path
    files: dict[str, os.stat_result]
    folders: frozenset[str]

    @property
    def weights(self) -> list[Path]:
        """The weight files a model is loaded from: safetensors, or ``.bin`` if there are none."""
        for suffix in (".safetensors", ".bin"):
            found = [self.path / name for name in sorted(self.files) if _is_weights(name, suffix)]
            if found:
                return found
        return []


def look_at(path: Path) -> WeightsFacts | None:
    """What a folder or file holds; None if it is no weights. Takes milliseconds; damage is told, never raised."""
    try:
        if path.is_dir():
            return _look_at_folder(_listed(path))
        return _look_at_file(path) if path.is_file() else None
    except OSError:
        return None


def signature_of(path: Path) -> object:
    """Changes whenever what `look_at` sees may have changed; cheaper than looking."""
    try:
        if not path.is_dir():
            return _stamp(path.stat())
        folder = _listed(path)
    except OSError:
        return None
    parts = [signature_of(path / name) for name in LLAVA_PARTS if name in folder.folders]
    return tuple((name, _stamp(stat)) for name, stat in sorted(folder.files.items())), folder.folders, tuple(parts)


def bytes_in(path: Path) -> int:
    """The size of a file, or of everything in a folder; links are not counted, except in a hub's cache."""
    if not path.is_dir():
        return path.stat().st_size
    follows = path.parent.name == "snapshots"
    total = count = 0
    for folder, _names, files in os.walk(path):
        for name in files:
            count += 1
            if count > _MOST_FILES:
                return total
            try:
                total += os.stat(Path(folder) / name, follow_symlinks=follows).st_size  # noqa: PTH116 - fast
            except OSError:
                continue
    return total


# -- a folder


def _look_at_folder(folder: _Folder) -> WeightsFacts | None:
    kind = next((kind for kind, fits in _KINDS if fits(folder)), None)
    if kind is None:
        return None
    facts = WeightsFacts(folder.path, kind, bytes_in(folder.path))
    facts = _with_provenance(facts, read_provenance(folder.path))
    facts = _with_config(facts, _json(folder.path / "config.json"))
    if kind is Kind.ADAPTER:
        facts = _with_adapter(facts, folder)
    if kind is Kind.LLAVA:
        facts = replace(facts, parts=tuple(name for name in LLAVA_PARTS if name in folder.folders))
    facts = _with_weights(facts, folder)
    if facts.trouble is None and is_checkpoint(folder.path) and (missing := what_is_missing(folder.path)):
        note = _("training cannot go on from it: {file} is missing or cut off").format(file=missing)
        facts = replace(facts, notes=(*facts.notes, note))
    return facts


def _has_shards_itself(folder: _Folder) -> bool:
    return any(name.endswith(("model_states.pt", "optim_states.pt")) for name in folder.files)


def _is_made_of(folder: _Folder, *, whole: bool) -> bool:
    """Whether workbench made this model: of a training of all weights, or of an adapter and its base."""
    known = read_provenance(folder.path)
    if not _is_model(folder) or known is None:
        return False
    return known.method == "full" if whole else known.method != "full" and known.base_model is not None


def _is_model(folder: _Folder) -> bool:
    return "config.json" in folder.files and bool(folder.weights or _indexes(folder))


_KINDS: tuple[tuple[Kind, Callable[[_Folder], bool]], ...] = (
    (Kind.PTH_FOLDER, _has_shards_itself),
    (Kind.LLAVA, lambda folder: bool(folder.folders & {"llm_adapter", "visual_encoder_adapter", "projector"})),
    (Kind.ADAPTER, lambda folder: "adapter_config.json" in folder.files),
    (Kind.CHECKPOINT, lambda folder: "trainer_state.json" in folder.files and _is_model(folder)),
    (Kind.DEEPSPEED, lambda folder: any(name.startswith("global_step") for name in folder.folders)),
    (Kind.CONVERTED, lambda folder: _is_made_of(folder, whole=True)),
    (Kind.MERGED, lambda folder: _is_made_of(folder, whole=False)),
    (Kind.BASE, _is_model),
)
"""The first that fits a folder is its kind."""


def _with_provenance(facts: WeightsFacts, known: Provenance | None) -> WeightsFacts:
    if known is None:
        return facts
    return replace(
        facts,
        base=known.base_model,
        method=known.method,
        template=known.prompt_template,
        iter=known.iter,
        step=known.step,
        scores=known.scores,
        notes=tuple(known.notes),
    )


def _with_config(facts: WeightsFacts, config: dict[str, Any]) -> WeightsFacts:
    names = config.get("architectures")
    kind = names[0] if isinstance(names, list) and names else config.get("model_type")
    quantised = config.get("quantization_config")
    how = quantised.get("quant_method", "?") if isinstance(quantised, dict) else None
    return replace(facts, architecture=str(kind) if kind else None, quantised=str(how) if how else None)


def _with_adapter(facts: WeightsFacts, folder: _Folder) -> WeightsFacts:
    config = _json(folder.path / "adapter_config.json")
    settings = {name: config[name] for name in _ADAPTER_SETTINGS if config.get(name) not in (None, False)}
    named = config.get("base_model_name_or_path")
    return replace(facts, settings=settings, base=facts.base or (named if isinstance(named, str) else None))


def _with_weights(facts: WeightsFacts, folder: _Folder) -> WeightsFacts:
    """Parameters and precision from the headers, or what is wrong with the files."""
    if facts.kind is Kind.PTH_FOLDER:
        return _with_shards(facts, folder)
    if facts.kind is Kind.LLAVA:
        files = [path for part in facts.parts for path in _listed(folder.path / part).weights]
    else:
        files = folder.weights
    held, trouble = _held(files)
    if missing := sorted(_indexed(folder) - set(folder.files)):
        trouble = _("incomplete: {names} missing").format(names=", ".join(missing[:3]))
    if not files and facts.kind is not Kind.DEEPSPEED:
        trouble = trouble or _("incomplete: no weights")
    total = sum(held.bytes_by_dtype.values())
    shares = {name: count / total for name, count in held.bytes_by_dtype.items()} if total else {}
    return replace(
        facts, weight_files=len(files), parameters=held.parameters or None, precision=shares, trouble=trouble
    )


def _held(files: list[Path]) -> tuple[Held, str | None]:
    held = Held()
    for path in files:
        try:
            if path.suffix == ".safetensors":
                held.add(safetensors_held(path))
            else:
                require_torch_file(path)
        except DamagedError as error:
            return held, _("damaged: {name}: {reason}").format(name=path.name, reason=error)
        except OSError as error:
            return held, _("cannot be read: {name}: {reason}").format(name=path.name, reason=error.strerror or error)
    return held, None


def _with_shards(facts: WeightsFacts, folder: _Folder) -> WeightsFacts:
    names = sorted(name for name in folder.files if name.endswith("_states.pt"))
    trouble = _held([folder.path / name for name in names])[1]
    if not any(name.endswith("model_states.pt") for name in names):
        trouble = trouble or _("incomplete: no *_model_states.pt")
    return replace(facts, weight_files=len(names), trouble=trouble)


def _indexes(folder: _Folder) -> list[Path]:
    return [folder.path / name for name in sorted(folder.files) if name.endswith(".index.json")]


def _indexed(folder: _Folder) -> set[str]:
    """The files that an index names; a damaged one names none."""
    names: set[str] = set()
    for index in _indexes(folder)[:1]:
        named = _json(index).get("weight_map")
        names |= {str(name) for name in named.values()} if isinstance(named, dict) else set()
    return names


# -- a file


def _look_at_file(path: Path) -> WeightsFacts | None:
    if path.suffix == ".gguf":
        return _checked(WeightsFacts(path, Kind.GGUF, path.stat().st_size, weight_files=1), require_gguf)
    if path.suffix != ".pth":
        return None
    facts = _checked(WeightsFacts(path, Kind.PTH_FILE, path.stat().st_size, weight_files=1), require_torch_file)
    found = words_in_pickle(path, tuple(_PTH_WORDS))
    return replace(facts, parts=tuple(text for word, text in _PTH_WORDS.items() if word in found))


def _checked(facts: WeightsFacts, check: Callable[[Path], None]) -> WeightsFacts:
    try:
        check(facts.path)
    except DamagedError as error:
        return replace(facts, trouble=_("damaged: {name}: {reason}").format(name=facts.path.name, reason=error))
    return facts


# -- reading


def _listed(path: Path) -> _Folder:
    files, folders = {}, set()
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir():
                folders.add(entry.name)
            elif entry.is_file():
                files[entry.name] = entry.stat()
    return _Folder(path, files, frozenset(folders))


def _is_weights(name: str, suffix: str) -> bool:
    return name.endswith(suffix) and name not in _TORCH_STATE and not name.startswith(".")


def _stamp(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_size, stat.st_mtime_ns


def _json(path: Path) -> dict[str, Any]:
    """A small JSON object; empty if it is not there or not one."""
    try:
        if path.stat().st_size > _MOST_JSON_BYTES:
            return {}
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
