"""The trainings whose memory is measured: on a CPU and on a GPU."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.bench.memory.models import SAMPLE
from workbench.configs.schema import TrainConfig


@dataclass(frozen=True)
class Case:
    """One training. ``model``: a name of `models.SIZES`, or the sample's; ``length``: tokens of a row."""

    model: str
    method: str
    batch_size: int
    length: int
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The case in words."""
        model = "sample" if self.model == SAMPLE else self.model
        changes = [f"{name} {_text(value)}" for name, value in self.changes.items()]
        return ", ".join([f"{model} {self.method}", f"{self.batch_size} × {self.length}", *changes])

    def config(self, model: str) -> TrainConfig:
        """Its config. Two micro-batches make a step, unless it says otherwise."""
        settings = {"accumulative_counts": 2, "deepspeed": "none", "data_path": "made up", **self.changes}
        return TrainConfig.model_validate(
            {
                "pretrained_model_name_or_path": model,
                "prompt_template": "internlm2_chat",
                "method": self.method,
                "batch_size": self.batch_size,
                "max_length": self.length,
                **settings,
            }
        )


def _text(value: Any) -> str:
    return " ".join(f"{name} {_text(each)}" for name, each in value.items()) if isinstance(value, dict) else str(value)


_CHECKPOINTING = {"use_activation_checkpointing": True}

ON_CPU = (
    Case(SAMPLE, "lora", 2, 512),
    Case(SAMPLE, "full", 8, 256),
    Case("58M", "lora", 2, 512),
    Case("58M", "lora", 2, 512, {"lora": {"lora_dropout": 0.0}}),
    Case("58M", "qlora", 1, 512),
    Case("58M", "full", 2, 512, {"optim_type": "sgd"}),
    Case(SAMPLE, "lora", 2, 512, {"precision": "bf16"}),
    Case("200M", "lora", 4, 256, _CHECKPOINTING),
    Case("200M", "full", 1, 256, {"accumulative_counts": 1}),
    Case("200M", "full", 1, 256, {"optim_type": "adafactor"}),
    Case("200M", "freeze", 2, 256),
    Case("200M", "lora", 2, 256, {"pack_to_max_length": False}),
)

_ONE_ROW = tuple(
    Case(model, method, 1, length)
    for model in ("1.8B", "8B")
    for method in ("qlora", "lora", "freeze", "full")
    for length in (2048, 8192)
    if (model, method) != ("8B", "full")
)
ON_GPU = (
    *_ONE_ROW,
    Case("1.8B", "lora", 4, 2048, {"use_activation_checkpointing": False}),
    Case("1.8B", "full", 1, 2048, {"optim_type": "adafactor"}),
    Case("8B", "full", 1, 2048, {"optim_type": "paged_adamw_8bit"}),
)
