"""Small configs in the style of XTuner 0.1, written for these tests."""

from __future__ import annotations

from pathlib import Path

QLORA = """\
import torch
from datasets import load_dataset
from mmengine.dataset import DefaultSampler
from mmengine.hooks import CheckpointHook, LoggerHook
from mmengine.optim import AmpOptimWrapper, CosineAnnealingLR, LinearLR
from peft import LoraConfig
from torch.optim import AdamW
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from xtuner.dataset import process_hf_dataset
from xtuner.dataset.map_fns import openai_map_fn, template_map_fn_factory
from xtuner.engine.hooks import DatasetInfoHook, EvaluateChatHook
from xtuner.engine.runner import TrainLoop
from xtuner.model import SupervisedFinetune
from xtuner.utils import PROMPT_TEMPLATE, SYSTEM_TEMPLATE

base = 'my/base-1b'
rows = ['day.json', 'night.json']
template = PROMPT_TEMPLATE.internlm2_chat
longest = 2 ** 10
epochs = 2
share = 0.05
lr = 1e-4

tokenizer = dict(type=AutoTokenizer.from_pretrained, pretrained_model_name_or_path=base, padding_side='right')

model = dict(
    type=SupervisedFinetune,
    use_varlen_attn=False,
    llm=dict(
        type=AutoModelForCausalLM.from_pretrained,
        pretrained_model_name_or_path=base,
        torch_dtype=torch.float16,
        quantization_config=dict(
            type=BitsAndBytesConfig,
            load_in_4bit=True,
            bnb_4bit_compute_dtype=torch.float16,
            bnb_4bit_use_double_quant=True,
            bnb_4bit_quant_type='nf4')),
    lora=dict(type=LoraConfig, r=8, lora_alpha=32, lora_dropout=0.2, bias='none', task_type='CAUSAL_LM'))

train_set = dict(
    type=process_hf_dataset,
    dataset=dict(type=load_dataset, path='json', data_files=rows),
    tokenizer=tokenizer,
    max_length=longest,
    dataset_map_fn=openai_map_fn,
    template_map_fn=dict(type=template_map_fn_factory, template=template),
    shuffle_before_pack=True,
    pack_to_max_length=True)

train_dataloader = dict(
    batch_size=4, num_workers=2, dataset=train_set, sampler=dict(type=DefaultSampler, shuffle=True))

optim_wrapper = dict(
    type=AmpOptimWrapper,
    optimizer=dict(type=AdamW, lr=lr, betas=(0.9, 0.95), weight_decay=0.1),
    clip_grad=dict(max_norm=0.5, error_if_nonfinite=False),
    accumulative_counts=2,
    loss_scale='dynamic',
    dtype='float16')
param_scheduler = [
    dict(type=LinearLR, start_factor=1e-5, by_epoch=True, begin=0, end=share * epochs, convert_to_iter_based=True),
    dict(
        type=CosineAnnealingLR, eta_min=0.0, by_epoch=True, begin=share * epochs, end=epochs, convert_to_iter_based=True)
]
train_cfg = dict(type=TrainLoop, max_epochs=epochs)

custom_hooks = [
    dict(type=DatasetInfoHook, tokenizer=tokenizer),
    dict(
        type=EvaluateChatHook,
        tokenizer=tokenizer,
        every_n_iters=50,
        evaluation_inputs=['Who are you?'],
        system='Answer in JSON such as {{}}.',
        prompt_template=template)
]
default_hooks = dict(
    logger=dict(type=LoggerHook, log_metric_by_epoch=False, interval=10),
    checkpoint=dict(type=CheckpointHook, by_epoch=False, interval=250, max_keep_ckpts=-1))
env_cfg = dict(cudnn_benchmark=False)
visualizer = None
load_from = None
resume = False
randomness = dict(seed=7, deterministic=False)
"""

LLAVA = """\
from mmengine.optim import AmpOptimWrapper
from peft import LoraConfig
from torch.optim import AdamW
from transformers import AutoModelForCausalLM, AutoTokenizer, CLIPImageProcessor, CLIPVisionModel
from xtuner.dataset import LLaVADataset
from xtuner.dataset.map_fns import llava_map_fn, template_map_fn_factory
from xtuner.dataset.samplers import LengthGroupedSampler
from xtuner.engine.hooks import EvaluateChatHook
from xtuner.engine.runner import TrainLoop
from xtuner.model import LLaVAModel
from xtuner.utils import PROMPT_TEMPLATE

prompt_template = PROMPT_TEMPLATE.vicuna
root = './pictures/'
tokenizer = dict(type=AutoTokenizer.from_pretrained, pretrained_model_name_or_path='my/llm', padding_side='right')
image_processor = dict(type=CLIPImageProcessor.from_pretrained, pretrained_model_name_or_path='my/clip')
model = dict(
    type=LLaVAModel,
    freeze_llm=True,
    freeze_visual_encoder=True,
    pretrained_pth='./work_dirs/first/iter_9.pth',
    projector_depth=3,
    llm=dict(type=AutoModelForCausalLM.from_pretrained, pretrained_model_name_or_path='my/llm', load_in_4bit=True),
    llm_lora=dict(type=LoraConfig, r=512, lora_alpha=256, lora_dropout=0.05, bias='none', task_type='CAUSAL_LM'),
    visual_encoder=dict(type=CLIPVisionModel.from_pretrained, pretrained_model_name_or_path='my/clip'),
    visual_encoder_lora=dict(type=LoraConfig, r=64, lora_alpha=16, target_modules=('q_proj', 'v_proj')))
first_set = dict(
    type=LLaVADataset,
    data_path=root + 'rows.json',
    image_folder=root + 'images',
    tokenizer=tokenizer,
    image_processor=image_processor,
    dataset_map_fn=llava_map_fn,
    template_map_fn=dict(type=template_map_fn_factory, template=prompt_template),
    max_length=int(2048 - (336 / 14)**2),
    pad_image_to_square=True)
train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    pin_memory=True,
    dataset=first_set,
    sampler=dict(type=LengthGroupedSampler, length_property='modality_length', per_device_batch_size=16))
optim_wrapper = dict(
    type=AmpOptimWrapper, optimizer=dict(type=AdamW, lr=3e-4, weight_decay=0), accumulative_counts=1,
    clip_grad=dict(max_norm=1), dtype='float16')
train_cfg = dict(type=TrainLoop, max_epochs=1)
custom_hooks = [
    dict(
        type=EvaluateChatHook,
        tokenizer=tokenizer,
        image_processor=image_processor,
        every_n_iters=70,
        evaluation_inputs=['What is this?'],
        evaluation_images='cat.png',
        system='',
        prompt_template=prompt_template)
]
"""
PAIRS = """
model.update(type='xtuner.model.{kind}')
train_dataloader['dataset'] = dict(
    type='xtuner.dataset.preference_dataset.build_preference_dataset',
    dataset=dict(type='xtuner.dataset.preference_dataset.load_jsonl_dataset', data_files=rows),
    tokenizer=tokenizer,
    max_length=longest,
    dataset_map_fn=None,
    is_dpo=True,
    is_reward=False,
    reward_token_id=-1,
    num_proc=32,
    use_varlen_attn=False,
    shuffle_before_pack=True)
"""
"""What makes `QLORA` one that learns from pairs of answers."""
DPO = QLORA + PAIRS.format(kind="DPO") + "model.update(beta=0.2, loss_type='ipo')\n"
INTERNVL = (
    QLORA
    + """
model = dict(
    type='xtuner.model.InternVL_V1_5',
    model_path=base,
    freeze_llm=True,
    freeze_visual_encoder=True,
    quantization_llm=True,
    quantization_vit=False,
    llm_lora=dict(type=LoraConfig, r=128, lora_alpha=256, lora_dropout=0.05, target_modules=None, task_type='CAUSAL_LM'))
train_dataloader['dataset'] = dict(
    type='xtuner.dataset.InternVL_V1_5_Dataset',
    model_path=base,
    data_paths=['a.json', 'b.json'],
    image_folders=['a', 'b'],
    template=template,
    max_length=8192)
custom_hooks = []
"""
)


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    """A file with this text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    """The QLoRA config with one place of it written otherwise."""
    assert QLORA.count(old) == 1, f"{old!r} stands there {QLORA.count(old)} times"
    return QLORA.replace(old, new)
