"""What is known of weights on the disk."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench.configs.evaluation_rules import score_text
from workbench.i18n import N_, _
from workbench.sizes import in_words
from workbench.text import printable
from workbench.weights.headers import Held

_FEW_PERCENT = 0.005
_TALKERS = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
"""How the classes of models end that write text."""
_ELSEWHERE = ("LlavaLlama",)
"""How those begin that only a package of their own runs."""


class Kind(StrEnum):
    """What weights are, by their files."""

    BASE = "base"
    CHECKPOINT = "checkpoint"
    ADAPTER = "adapter"
    MERGED = "merged"
    CONVERTED = "converted"
    DEEPSPEED = "deepspeed"
    PTH_FILE = "pth_file"
    PTH_FOLDER = "pth_folder"
    LLAVA = "llava"
    TOWER = "tower"
    TENSORS = "tensors"
    GGUF = "gguf"

    @property
    def word(self) -> str:
        """The kind in the user's language."""
        return _(_KINDS[self])


_KINDS = {
    Kind.BASE: N_("model"),
    Kind.CHECKPOINT: N_("full checkpoint"),
    Kind.ADAPTER: N_("adapter"),
    Kind.MERGED: N_("merged model"),
    Kind.CONVERTED: N_("converted model"),
    Kind.DEEPSPEED: N_("DeepSpeed shards"),
    Kind.PTH_FILE: N_("PyTorch file"),
    Kind.PTH_FOLDER: N_(".pth folder (DeepSpeed)"),
    Kind.LLAVA: N_("LLaVA parts"),
    Kind.TOWER: N_("vision tower"),
    Kind.TENSORS: N_("safetensors file"),
    Kind.GGUF: N_("GGUF file"),
}


UNCONVERTED = {Kind.CHECKPOINT, Kind.DEEPSPEED, Kind.PTH_FILE, Kind.PTH_FOLDER}
"""What becomes an adapter or a model by being converted."""


@dataclass(frozen=True)
class WeightsFacts:
    """Weights on the disk.

    ``bytes``: of all files; ``precision``: fp32, bf16, … → share of the weights' bytes; ``settings``: those of an
    adapter; ``parts``: what it is made of; ``visual_encoder``: of a model that sees, the vision tower it goes with; ``trouble``: why it cannot be used, translated.
    """

    path: Path
    kind: Kind
    bytes: int
    weight_files: int = 0
    parameters: int | None = None
    precision: dict[str, float] = field(default_factory=dict)
    architecture: str | None = None
    quantised: str | None = None
    base: str | None = None
    visual_encoder: str | None = None
    method: str | None = None
    template: str | None = None
    iter: int | None = None
    step: int | None = None
    scores: dict[str, float] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: str | None = None

    @property
    def is_language_model(self) -> bool:
        """Whether it is a whole model that writes text, as far as its files tell."""
        is_whole = self.kind in {Kind.BASE, Kind.MERGED, Kind.CONVERTED} and self.trouble is None
        kind = self.architecture
        return is_whole and (kind is None or (kind.endswith(_TALKERS) and not kind.startswith(_ELSEWHERE)))

    def as_json(self) -> dict[str, Any]:
        """Everything that is known, for a script."""
        return {key: value for key, value in asdict(self).items() if value not in (None, {}, ())} | {
            "path": str(self.path),
            "kind": self.kind.value,
        }


def with_held(facts: WeightsFacts, held: Held) -> WeightsFacts:
    """The facts with what the headers of the weight files say."""
    total = sum(held.bytes_by_dtype.values())
    shares = {name: count / total for name, count in held.bytes_by_dtype.items()} if total else {}
    return replace(facts, parameters=held.parameters or None, precision=shares)


def precision_text(facts: WeightsFacts) -> str:
    """``bf16``, or ``bf16 90% + fp32 10%``; empty if it is not known."""
    shares = sorted(facts.precision.items(), key=lambda item: -item[1])
    shown = [(name, share) for name, share in shares if share >= _FEW_PERCENT]
    words = shown[0][0] if len(shown) == 1 else " + ".join(f"{name} {share:.0%}" for name, share in shown)
    return f"{words}, {facts.quantised}" if words and facts.quantised else facts.quantised or words


def count_text(parameters: int) -> str:
    """``1.9 billion`` as engineers write it: 1.9 B, 4.6 M, 12 K."""
    for size, unit in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if parameters >= size:
            return f"{parameters / size:.1f} {unit}"
    return str(parameters)


def described(facts: WeightsFacts) -> list[tuple[str, str]]:
    """Every fact as its name and its value, both in the user's language and safe to print."""
    adapter = ", ".join(f"{name} {_plain(value)}" for name, value in facts.settings.items())
    lines = (
        (_("kind"), facts.kind.word),
        (_("trouble"), facts.trouble),
        (_("size"), _size_text(facts)),
        (_("parameters"), count_text(facts.parameters) if facts.parameters else None),
        (_("precision"), precision_text(facts)),
        (_("architecture"), facts.architecture),
        (_("parts"), ", ".join(facts.parts)),
        (_("base"), facts.base),
        (_("vision tower"), facts.visual_encoder),
        (_("adapter"), adapter),
        (_("method"), facts.method),
        (_("prompt template"), facts.template),
        (_("iteration"), facts.iter),
        (_("optimiser step"), facts.step),
        *((score_text(name), f"{share:.1%}") for name, share in facts.scores.items()),
        *((_("note"), note) for note in facts.notes),
    )
    return [(name, printable(str(value))) for name, value in lines if value not in (None, "")]


def _size_text(facts: WeightsFacts) -> str:
    if facts.weight_files <= 1:
        return in_words(facts.bytes)
    return _("{size}, {count} weight files").format(size=in_words(facts.bytes), count=facts.weight_files)


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
