"""In how many bytes the numbers of a training are kept."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.configs.deepspeed_names import chosen_preset, zero_stage
from workbench.configs.schema import TrainConfig


@dataclass(frozen=True)
class Numbers:
    """Bytes of one number.

    Args:
        computed: of a product.
        residual: of the stream that the layers add to.
        inside: of what lies inside a feed-forward layer.
        trained: of a trained weight, and of its gradient.
        frozen: of a weight that is neither trained nor quantised.
        master: of the fp32 copy of a trained weight that DeepSpeed keeps; 0 without.
        on_cpu: computed without a GPU.
        stage: of ZeRO.
    """

    computed: int
    residual: int
    inside: int
    trained: int
    frozen: int
    master: int
    on_cpu: bool
    stage: int

    @property
    def casts_weights(self) -> bool:
        """Whether fp32 weights are turned into half precision for each product (autocast)."""
        return self.trained > self.computed


def numbers_of(config: TrainConfig, *, devices: int, on_cpu: bool) -> Numbers:
    """As the trainer chooses them.

    Without DeepSpeed, what is trained is fp32 and products are made under autocast; DeepSpeed holds the model in half
    precision beside fp32 copies of its own. A quantised base computes in fp32 between its products.
    """
    computed = 4 if config.precision == "fp32" or (config.precision == "auto" and on_cpu) else 2
    stage = zero_stage(chosen_preset(config.deepspeed, processes=devices))
    trained = computed if stage else 4
    quantised = config.method == "qlora"
    whole = config.method == "full" and not config.freeze_llm
    return Numbers(
        computed=computed,
        residual=4 if quantised or (whole and not stage) else computed,
        inside=4 if quantised else computed,
        trained=trained,
        frozen=4 if quantised else computed,
        master=4 if stage and computed == 2 else 0,
        on_cpu=on_cpu,
        stage=stage,
    )
