"""Train the sample model from nothing on generated dialogues: a plain loop, loss on the answers only."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as nn_functional

from sample_data.dialogues import DialogueMaker
from workbench.configs.provenance import Provenance, write_provenance
from workbench.data.encode import NOT_TRAINED, Encoded, encode
from workbench.data.templates import get_template
from workbench.models.internlm2 import InternLM2Config, InternLM2ForCausalLM

TEMPLATE = "internlm2_chat"
SEED = 20
STEPS = 1100
BATCH = 48
PEAK_LR = 2.5e-3
WARM_UP = 60


def build_model(tokenizer: Any) -> Any:
    """An InternLM2 of 3.7 million parameters."""
    config = InternLM2Config(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=640,
        num_hidden_layers=4,
        num_attention_heads=8,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bias=False,
        rope_theta=10_000.0,
    )
    return InternLM2ForCausalLM(config)


def learning_rate(step: int, steps: int, peak: float, warm_up: int) -> float:
    """Linearly up to the peak in the steps of the warm-up, then down to a fiftieth of it along half a cosine."""
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up))))


def dialogue_batch(maker: DialogueMaker, tokenizer: Any, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and labels, shape ``[count, longest]``."""
    template = get_template(TEMPLATE)
    return padded([encode(maker.dialogue(), template, tokenizer, 160) for _ in range(count)], tokenizer.pad_token_id)


def padded(rows: Sequence[Encoded], pad_id: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and labels, shape ``[rows, longest]``, padded on the right."""
    longest = max(len(row.input_ids) for row in rows)
    ids = torch.full((len(rows), longest), pad_id)
    labels = torch.full((len(rows), longest), NOT_TRAINED)
    for number, row in enumerate(rows):
        ids[number, : len(row.input_ids)] = torch.tensor(row.input_ids)
        labels[number, : len(row.labels)] = torch.tensor(row.labels)
    return ids, labels


def answers_loss(model: Any, labels: torch.Tensor, **inputs: torch.Tensor) -> torch.Tensor:
    """Mean cross entropy of the trained tokens; the output head works on those positions only."""
    hidden = model.model(**inputs).last_hidden_state[:, :-1]
    targets = labels[:, 1:]
    trained = targets != NOT_TRAINED
    return nn_functional.cross_entropy(model.lm_head(hidden[trained]), targets[trained])


def pretrain(tokenizer: Any, folder: Path, steps: int = STEPS) -> Any:
    """Train and save; about 15 minutes on two cores."""
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    maker = DialogueMaker(seed=SEED)
    model = build_model(tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_LR, betas=(0.9, 0.98), weight_decay=0.05)
    print(f"{model.num_parameters():,} parameters", flush=True)
    began = time.monotonic()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, STEPS, PEAK_LR, WARM_UP)
        ids, labels = dialogue_batch(maker, tokenizer, BATCH)
        loss = answers_loss(model, labels, input_ids=ids)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 25 == 0 or step == steps - 1:
            print(f"step {step} loss {loss.item():.4f} {time.monotonic() - began:.0f} s", flush=True)
    save_model(model, folder, "sample_data.pretrain")
    return model


def save_model(model: Any, folder: Path, made_by: str) -> None:
    """Write the weights in half precision: they are read back in the precision that the hardware wants."""
    model.half().save_pretrained(folder)
    model.float()
    write_provenance(folder, Provenance(prompt_template=TEMPLATE, method="full", config_name=made_by))
