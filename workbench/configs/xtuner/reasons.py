"""Fields of XTuner configs that workbench knows and leaves out, by the class or place that has them, and why.

The classes and their arguments are those of XTuner 0.1.23, MMEngine 0.10, transformers and peft.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.configs.xtuner.report import UNKNOWN, LeftOut
from workbench.i18n import N_

_NOTHING = LeftOut()
_FOLLOWS_PRECISION = LeftOut(N_("follows precision"))
_REMOTE_CODE = LeftOut(
    N_("models are loaded without their own code; for one that needs it and that you trust, set trust_remote_code"),
    usual=(False,),
)
_TOKENIZER = LeftOut(N_("the tokenizer is loaded with the model's own settings"), matters=True)
_SAVED_AT_END = LeftOut(N_("the last checkpoint is always saved"), usual=(True,))

TOKENIZER: Mapping[str, LeftOut] = {
    "trust_remote_code": LeftOut(usual=(True, False)),
    "padding_side": LeftOut(N_("rows are padded on the right"), usual=("right",)),
    "use_fast": _NOTHING,
    "eos_token": _TOKENIZER,
    "encode_special_tokens": _TOKENIZER,
}
LLM: Mapping[str, LeftOut] = {
    "trust_remote_code": _REMOTE_CODE,
    "device_map": LeftOut(N_("the job places the model on the devices"), usual=("auto",)),
    "low_cpu_mem_usage": _NOTHING,
    "use_cache": _NOTHING,
}
TOWER: Mapping[str, LeftOut] = {
    "trust_remote_code": _REMOTE_CODE,
    "torch_dtype": _FOLLOWS_PRECISION,
}
QUANTIZATION: Mapping[str, LeftOut] = {
    "llm_int8_threshold": LeftOut(N_("concerns 8 bits only"), usual=(6.0, 6)),
    "llm_int8_has_fp16_weight": LeftOut(N_("concerns 8 bits only"), usual=(False,)),
    "bnb_4bit_quant_type": LeftOut(N_("concerns 4 bits only")),
    "bnb_4bit_use_double_quant": LeftOut(N_("concerns 4 bits only")),
    "bnb_4bit_compute_dtype": LeftOut(N_("concerns 4 bits only")),
    "bnb_4bit_quant_storage": LeftOut(N_("the job chooses how 4-bit weights are stored"), usual=()),
}
LORA: Mapping[str, LeftOut] = {
    "task_type": LeftOut(usual=("CAUSAL_LM", "FEATURE_EXTRACTION", None)),
    "init_lora_weights": LeftOut(usual=(True,)),
    "inference_mode": LeftOut(usual=(False,)),
    "fan_in_fan_out": LeftOut(usual=(False,)),
}
MODEL: Mapping[str, LeftOut] = {
    "tokenizer": LeftOut(N_("the embeddings keep the size that the base model has"), matters=True, usual=(None,)),
    "ref_llm": LeftOut(N_("what is trained is compared with its own base model"), matters=True, usual=(None,)),
    "reward_token_id": LeftOut(N_("an answer is judged at its end"), usual=(-1,)),
    "projector_depth": LeftOut(N_("the projector has two layers"), matters=True, usual=(2,)),
}
DATASET: Mapping[str, LeftOut] = {
    "remove_unused_columns": LeftOut(usual=(True,)),
    "input_ids_with_output": LeftOut(usual=(True,)),
    "with_image_token": LeftOut(usual=(False,)),
    "map_num_proc": LeftOut(N_("as many processes as the machine has cores for")),
    "rename_maps": LeftOut(N_("columns are named by dataset_columns"), matters=True, usual=([],)),
    "seed": LeftOut(N_("one seed for everything: seed")),
}
PAIRS: Mapping[str, LeftOut] = {
    "is_dpo": LeftOut(usual=(True, False)),
    "is_reward": LeftOut(usual=(True, False)),
    "reward_token_id": MODEL["reward_token_id"],
    "num_proc": _NOTHING,
}
LOADER: Mapping[str, LeftOut] = {
    "ignore_verifications": _NOTHING,
    "verification_mode": _NOTHING,
    "num_proc": _NOTHING,
    "cache_dir": LeftOut(N_("datasets are kept in the folder of workbench")),
    "trust_remote_code": LeftOut(N_("the code of a dataset is never run"), matters=True, usual=(False,)),
    "streaming": LeftOut(usual=(False,)),
    "min_length": LeftOut(N_("short rows are kept"), matters=True, usual=(0,)),
    "data_order_path": LeftOut(N_("files are read in the order of their names"), matters=True, usual=(None,)),
}
DATALOADER: Mapping[str, LeftOut] = {
    "pin_memory": _NOTHING,
    "persistent_workers": _NOTHING,
    "prefetch_factor": _NOTHING,
    "drop_last": LeftOut(N_("the last rows of a pass are trained too")),
    "batch_sampler": LeftOut(N_("batches are made by the training job")),
}
OPTIM_WRAPPER: Mapping[str, LeftOut] = {
    "loss_scale": LeftOut(N_("the training job scales the loss where the precision needs it"), usual=("dynamic",)),
}
CLIP_GRAD: Mapping[str, LeftOut] = {"error_if_nonfinite": LeftOut(usual=(False,))}
SCHEDULER: Mapping[str, LeftOut] = {
    "by_epoch": LeftOut(usual=(True, False)),
    "convert_to_iter_based": LeftOut(usual=(True, False)),
    "verbose": _NOTHING,
}
TRAIN_CFG: Mapping[str, LeftOut] = {
    "by_epoch": LeftOut(usual=(True, False)),
    "val_interval": LeftOut(N_("there is no validation by a metric during training"), matters=True),
    "val_begin": LeftOut(N_("there is no validation by a metric during training"), matters=True),
}
CHECKPOINT: Mapping[str, LeftOut] = {
    "save_last": _SAVED_AT_END,
    "save_optimizer": LeftOut(N_("checkpoints can always be resumed from"), usual=(True,)),
    "out_dir": LeftOut(N_("checkpoints lie in the job's own folder")),
}
LOGGER: Mapping[str, LeftOut] = {"log_metric_by_epoch": LeftOut(usual=(False,)), "ignore_last": _NOTHING}
EVALUATION_HOOK: Mapping[str, LeftOut] = {
    "stop_words": LeftOut(N_("the dialogue format has the words that end an answer")),
    "generation_kwargs": LeftOut(N_("sample answers take the likeliest words"), matters=True, usual=(None, {})),
}
HOOKS: Mapping[str, LeftOut] = {
    "DatasetInfoHook": LeftOut(N_("workbench data show shows the rows")),
    "VarlenAttnArgsToMessageHubHook": LeftOut(N_("comes with use_varlen_attn")),
    "ThroughputHook": LeftOut(N_("tokens per second are always measured")),
    "HFCheckpointHook": LeftOut(N_("checkpoints are Hugging Face folders already")),
}
DEFAULT_HOOKS: Mapping[str, LeftOut] = {
    name: LeftOut(N_("always done")) for name in ("timer", "param_scheduler", "sampler_seed", "runtime_info")
}
ROOT: Mapping[str, LeftOut] = {
    "env_cfg": _NOTHING,
    "log_level": _NOTHING,
    "log_processor": _NOTHING,
    "launcher": LeftOut(N_("processes are started by nproc"), usual=("none",)),
    "default_scope": _NOTHING,
    "visualizer": LeftOut(N_("curves are kept in the job's folder and shown by workbench"), usual=(None,)),
    "resume": LeftOut(N_("a stopped job is resumed with workbench train --resume"), matters=True, usual=(False,)),
    "load_from": LeftOut(N_("training starts from the base model"), matters=True, usual=(None,)),
    "runner_type": _NOTHING,
    "experiment_name": LeftOut(N_("jobs are named after their config")),
    "auto_scale_lr": LeftOut(N_("the learning rate is taken as it stands"), matters=True),
    "data_preprocessor": LeftOut(matters=True, reason=UNKNOWN),
    "custom_imports": LeftOut(N_("is Python code, which workbench does not run"), matters=True),
    "compile": LeftOut(N_("models are not compiled"), usual=(False,)),
    "activation_checkpointing": LeftOut(N_("is chosen by use_activation_checkpointing")),
    "strategy": LeftOut(N_("is chosen by deepspeed"), matters=True),
    "val_cfg": LeftOut(N_("there is no validation by a metric during training"), matters=True, usual=(None,)),
    "test_cfg": LeftOut(N_("is not part of training"), matters=True, usual=(None,)),
}
METRIC_PARTS = ("val_dataloader", "val_evaluator", "test_dataloader", "test_evaluator")
TRAINER_ARGUMENTS: Mapping[str, LeftOut] = {
    "do_train": LeftOut(usual=(True,)),
    "ddp_find_unused_parameters": _NOTHING,
    "save_strategy": LeftOut(usual=("steps",)),
    "output_dir": LeftOut(N_("the job has a folder of its own")),
    "warmup_steps": LeftOut(N_("the warm-up is a share of the training, warmup_ratio"), matters=True, usual=(0,)),
    "fp16": _FOLLOWS_PRECISION,
}
