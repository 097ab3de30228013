"""Looks at a single file and tells whether it holds weights: by how it begins, not by what it is called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.configs.xtuner.read import XTunerConfig, read_xtuner_config
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.weights.facts import Kind, WeightsFacts, with_held
from workbench.weights.gguf_header import GGUF_BEGINS, read_gguf_header
from workbench.weights.headers import (
    OLD_TORCH_BEGINS,
    ZIP_BEGINS,
    DamagedError,
    looks_like_safetensors,
    require_torch_file,
    safetensors_held,
)
from workbench.weights.pickled import Pickled, has_pickle, read_pickled

SUFFIXES = (".pth", ".pt", ".ckpt", ".bin", ".gguf", ".safetensors")
"""Files that are looked at whatever their size."""
_BESIDE_WEIGHTS = ("training_args.bin", "optimizer.", "scheduler.", "scaler.", "rng_state")
"""How files begin that a training saves beside its weights."""
_PARTS = {
    "lora_A": "LoRA",
    "projector.model": "projector",
    "visual_encoder.": "visual encoder",
    "llm.": "llm",
    "ref_llm.": "ref_llm",
    "v_head.": "v_head",
    "mmengine": "MMEngine",
}
_CONFIG_MARK = "pretrained_model_name_or_path"
_LONGEST_BEGINNING = 16


def look_at_file(path: Path) -> WeightsFacts | None:
    """What a file holds; None if it is no weights.

    Raises:
        OSError: it cannot be read.
    """
    if path.name.startswith(_BESIDE_WEIGHTS):
        return None
    with path.open("rb") as stream:
        begins = stream.read(_LONGEST_BEGINNING)
    if begins.startswith(GGUF_BEGINS) or path.suffix == ".gguf":
        return _gguf(_facts(path, Kind.GGUF))
    if path.suffix == ".safetensors" or looks_like_safetensors(begins, path.stat().st_size):
        return _tensors(_facts(path, Kind.TENSORS))
    if begins.startswith(OLD_TORCH_BEGINS):
        return _facts(path, Kind.PTH_FILE)
    if begins.startswith(ZIP_BEGINS) or path.suffix == ".pth":
        return _torch_file(path)
    return None


def _torch_file(path: Path) -> WeightsFacts | None:
    """A file of PyTorch; none that is whole and has no tensor, unless it is called ``.pth``."""
    is_named = path.suffix == ".pth"
    if not is_named and not has_pickle(path):
        return None
    facts = _facts(path, Kind.PTH_FILE)
    try:
        require_torch_file(path)
    except DamagedError as error:
        return _damaged(facts, error)
    found = read_pickled(path)
    if not is_named and not found.held.parameters:
        return None
    facts = replace(with_held(facts, found.held), parts=parts_in(found), iter=found.iter)
    config = _carried_config(found)
    return replace(facts, base=config.llm, template=config.prompt_template) if config else facts


def parts_in(found: Pickled) -> tuple[str, ...]:
    """What the names of the tensors speak of: adapters, projector, …"""
    return tuple(part for word, part in _PARTS.items() if any(word in text for text in found.texts))


def _carried_config(found: Pickled) -> XTunerConfig | None:
    """The config that XTuner put into its checkpoint; its text is read, never run."""
    text = next((text for text in found.texts if _CONFIG_MARK in text and "\n" in text), None)
    if text is None:
        return None
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "carried.py"
            file.write_text(text, encoding="utf-8")
            return read_xtuner_config(file)
    except (OSError, WorkbenchError, UnicodeError):
        return None


def _tensors(facts: WeightsFacts) -> WeightsFacts:
    try:
        return with_held(facts, safetensors_held(facts.path))
    except DamagedError as error:
        return _damaged(facts, error)


def _gguf(facts: WeightsFacts) -> WeightsFacts:
    try:
        header = read_gguf_header(facts.path)
    except DamagedError as error:
        return _damaged(facts, error)
    precision = {header.precision: 1.0} if header.precision else {}
    return replace(facts, architecture=header.architecture, precision=precision)


def _facts(path: Path, kind: Kind) -> WeightsFacts:
    return WeightsFacts(path, kind, path.stat().st_size, weight_files=1)


def _damaged(facts: WeightsFacts, error: DamagedError) -> WeightsFacts:
    return replace(facts, trouble=_("damaged: {name}: {reason}").format(name=facts.path.name, reason=error))
