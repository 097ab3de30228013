"""What a dataset of the catalogue is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SFT = "sft"
PRETRAIN = "pretrain"


@dataclass(frozen=True)
class TrainingData:
    """A data set with the settings that go with it. ``title`` is translated when shown."""

    key: str
    title: str
    settings: dict[str, Any] = field(default_factory=dict)
    stage: str = SFT
