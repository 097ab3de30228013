"""What other trainers call our settings, for hints: transformers' and peft's names, and those of their command lines."""

from __future__ import annotations

_OURS = {
    "learning_rate": "lr",
    "rank": "lora.r",
    "r": "lora.r",
    "lora_r": "lora.r",
    "lora_rank": "lora.r",
    "lora_alpha": "lora.lora_alpha",
    "lora_dropout": "lora.lora_dropout",
    "lora_target": "lora.target_modules",
    "target_modules": "lora.target_modules",
    "per_device_train_batch_size": "batch_size",
    "micro_batch_size": "batch_size",
    "gradient_accumulation_steps": "accumulative_counts",
    "num_train_epochs": "max_epochs",
    "num_epochs": "max_epochs",
    "epochs": "max_epochs",
    "max_steps": "max_iters",
    "cutoff_len": "max_length",
    "max_seq_length": "max_length",
    "max_seq_len": "max_length",
    "sequence_len": "max_length",
    "max_grad_norm": "max_norm",
    "optim": "optim_type",
    "optimizer": "optim_type",
    "logging_steps": "logging_interval",
    "eval_steps": "evaluation_freq",
    "gradient_checkpointing": "use_activation_checkpointing",
    "packing": "pack_to_max_length",
    "sample_packing": "pack_to_max_length",
    "flash_attn": "attn_implementation",
    "model": "pretrained_model_name_or_path",
    "model_name_or_path": "pretrained_model_name_or_path",
    "base_model": "pretrained_model_name_or_path",
    "dataset": "data_path",
    "datasets": "data_path",
    "train_file": "data_path",
    "template": "prompt_template",
    "chat_template": "prompt_template",
    "finetuning_type": "method",
    "val_size": "eval_ratio",
    "val_set_size": "eval_ratio",
    "split_dataset_ratio": "eval_ratio",
    "neftune_alpha": "neftune_noise_alpha",
    "load_in_4bit": "method",
    "load_in_8bit": "quantization.load_in_8bit",
    "output_dir": "work_dir",
}


def our_name(theirs: str) -> str | None:
    """Our dotted name of a setting that goes by another one elsewhere; None if none is known."""
    return _OURS.get(theirs.lower().replace("-", "_"))
