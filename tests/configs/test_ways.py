"""Ways of training that cannot go together: each is refused with the one that can, and that one is taken."""

from __future__ import annotations

import pytest

from workbench.configs.catalogue import resolve
from workbench.configs.overrides import apply_overrides
from workbench.errors import WorkbenchError

TEXT, SEEING = "workbench_sample_lora_identity_e2", "llava_workbench_sample_lora_clip_tiny_p16_96_e2_finetune"
PISSA, ADAPTER, TOKENS = "lora.init_lora_weights=pissa", "adapter_name_or_path=some/adapter", 'new_tokens=["<think>"]'


@pytest.mark.parametrize(
    ("config", "wrong", "said", "right"),
    [
        (TEXT, (ADAPTER, "method=full"), "method: lora or qlora", "method=lora"),
        (SEEING, (ADAPTER,), "goes on with pretrained_pth", "adapter_name_or_path=null"),
        (SEEING, ("method=freeze",), "takes full, lora or qlora", "method=full"),
        (TEXT, ("method=freeze", "freeze.last_layers=0"), "set freeze.last_layers", "freeze.last_layers=1"),
        (SEEING, (TOKENS,), "leave it empty", "new_tokens=[]"),
        (TEXT, (TOKENS, "deepspeed=zero3"), "take deepspeed_zero2", "deepspeed=deepspeed_zero2"),
        (TEXT, (PISSA, "method=qlora"), "take method: lora", "method=lora"),
        (
            TEXT,
            ("method=qlora", "lora.use_dora=true", "quantization.load_in_8bit=true"),
            "quantization.load_in_8bit: false",
            "quantization.load_in_8bit=false",
        ),
        (TEXT, ("lora.use_dora=true", "deepspeed=zero3"), "take deepspeed_zero2", "deepspeed=deepspeed_zero2"),
        (SEEING, (PISSA,), "take default", "lora.init_lora_weights=default"),
        (TEXT, (PISSA, ADAPTER), "leave adapter_name_or_path empty", "adapter_name_or_path=null"),
        (TEXT, (PISSA, "stage=dpo"), "take default", "lora.init_lora_weights=default"),
        (TEXT, (PISSA, "deepspeed=zero3"), "take deepspeed_zero2", "deepspeed=deepspeed_zero2"),
        (TEXT, ("lora.loraplus_lr_ratio=16", "optim_type=Muon"), "take AdamW", "optim_type=AdamW"),
    ],
)
def test_what_cannot_work_names_what_can(config: str, wrong: tuple[str, ...], said: str, right: str) -> None:
    with pytest.raises(WorkbenchError) as refused:
        apply_overrides(resolve(config), list(wrong))
    assert said in str(refused.value)
    field, _equals, _value = right.partition("=")
    kept = [one for one in wrong if not one.startswith(f"{field}=")]
    apply_overrides(resolve(config), [*kept, right])
