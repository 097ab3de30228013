"""InternLM2 with the head of its published reward models, which workbench opens as a classifier: to compare with."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import LlamaPreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutputWithPast

from workbench.models.internlm2 import InternLM2Config, InternLM2Model


class InternLM2ForRewardModel(LlamaPreTrainedModel):  # type: ignore[misc]
    """One score, by ``v_head`` on the last token, as the published reward models have it."""

    config_class = InternLM2Config

    def __init__(self, config: InternLM2Config) -> None:
        super().__init__(config)
        self.model = InternLM2Model(config)
        self.v_head = nn.Linear(config.hidden_size, 1, bias=False)
        self.post_init()

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None, **chosen: Any
    ) -> SequenceClassifierOutputWithPast:
        """``logits`` are the scores ``[batch, 1]`` of texts that are padded on the right."""
        output = self.model(input_ids=input_ids, attention_mask=attention_mask, **chosen)
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        last = mask.sum(dim=1, keepdim=True) - 1
        scores = self.v_head(output.last_hidden_state).squeeze(-1).gather(1, last)
        return SequenceClassifierOutputWithPast(logits=scores, hidden_states=output.hidden_states)
