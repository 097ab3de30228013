"""Models of random weights that can be talked to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.bench.checkpoints.models import SHAPES, Shape, write_base
from workbench.paths import resolve_model

TALKING = {"0.5B": Shape(24, 896, 4864, 14, 2), "1.8B": SHAPES["1.8B"]}


def write_talking_model(folder: Path, shape: Shape) -> Path:
    """A model with the sample's tokenizer, in which words are made up for all other rows of the vocabulary."""
    write_base(folder, shape)
    sample = Path(resolve_model("sample:model"))
    for name in ("tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(sample / name, folder / name)
    tokenizer = json.loads((sample / "tokenizer.json").read_bytes())
    vocabulary = tokenizer["model"]["vocab"]
    taken = 1 + max([*vocabulary.values(), *(token["id"] for token in tokenizer["added_tokens"])])
    vocabulary |= {f"Ġmade{number}": number for number in range(taken, shape.vocabulary)}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder
