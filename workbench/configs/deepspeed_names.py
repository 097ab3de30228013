"""The DeepSpeed presets by name, long and short."""

from __future__ import annotations

from pathlib import PurePath

from workbench.errors import nearest

NO_DEEPSPEED = "none"
AUTO = "auto"
"""None for one process, which has nothing to share; `SHARED` for several."""
SHARED = "deepspeed_zero2"
PRESETS = (
    "deepspeed_zero1",
    "deepspeed_zero2",
    "deepspeed_zero2_offload",
    "deepspeed_zero3",
    "deepspeed_zero3_offload",
)
_PREFIX = "deepspeed_"


def preset_name(name: str) -> str:
    """The full name of a preset (``zero2`` is ``deepspeed_zero2``), ``auto``, ``none``, or the path of a JSON file unchanged.

    Raises:
        ValueError: neither; carries the nearest preset names.
    """
    lowered = name.lower()
    if lowered in {NO_DEEPSPEED, AUTO}:
        return lowered
    if PurePath(name).suffix == ".json":
        return name
    full = lowered if lowered.startswith(_PREFIX) else _PREFIX + lowered
    if full in PRESETS:
        return full
    raise ValueError(", ".join(nearest(full, PRESETS) or PRESETS))


def chosen_preset(name: str, *, processes: int) -> str:
    """What ``auto`` means for so many processes; any other name as it is."""
    if name != AUTO:
        return name
    return SHARED if processes > 1 else NO_DEEPSPEED


def zero_stage(name: str) -> int:
    """The ZeRO stage of a preset: 0 for ``none``; a JSON file counts as 2, the common choice."""
    if name == NO_DEEPSPEED:
        return 0
    return int(name.removeprefix(_PREFIX + "zero")[0]) if name in PRESETS else 2


KNOWN_SETTINGS = frozenset(
    {
        "activation_checkpointing", "aio", "amp", "autotuning", "bf16", "bfloat16", "checkpoint", "comet",
        "comms_logger", "communication_data_type", "compile", "compression_training", "csv_monitor",
        "curriculum_learning", "data_efficiency", "data_types", "dataloader_drop_last", "disable_allgather",
        "disable_python_gc", "dump_state", "eigenvalue", "elasticity", "flops_profiler", "fp16", "fp32_allreduce",
        "gradient_accumulation_dtype", "gradient_accumulation_steps", "gradient_allreduce_op", "gradient_clipping",
        "gradient_predivide_factor", "graph_harvesting", "hybrid_engine", "log_level",
        "managed_gradient_accumulation", "memory_breakdown", "monitor_config", "nebula", "optimizer", "pipeline",
        "prescale_gradients", "progressive_layer_drop", "scheduler", "seq_parallel_communication_data_type",
        "sparse_attention", "sparse_gradients", "steps_per_print", "tensor_parallel", "tensorboard", "timers",
        "torch_autocast", "train_batch_size", "train_micro_batch_size_per_gpu", "use_data_before_expert_parallelism",
        "use_node_local_storage", "vocabulary_size", "wall_clock_breakdown", "wandb", "weight_quantization",
        "zenflow", "zero_allow_untested_optimizer", "zero_force_ds_cpu_optimizer", "zero_optimization",
        "zero_quantized_weights",
    }
)  # fmt: skip
"""At the top of a DeepSpeed file: https://www.deepspeed.ai/docs/config-json/ and what 0.19 reads besides."""
