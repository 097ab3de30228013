"""The machine as torch sees it."""

from __future__ import annotations

import torch
from transformers.utils import is_flash_attn_2_available, is_flash_attn_3_available

_FLASH = {"flash_attention_3": is_flash_attn_3_available, "flash_attention_2": is_flash_attn_2_available}


class TorchHardware:
    """This process's GPU, or the CPU; see `workbench.configs.hardware_rules.Hardware`."""

    @property
    def has_gpu(self) -> bool:
        return bool(torch.cuda.is_available())

    @property
    def name(self) -> str:
        return str(torch.cuda.get_device_name())

    @property
    def capability(self) -> int:
        return int(torch.cuda.get_device_capability()[0])

    @property
    def has_bf16(self) -> bool:
        return bool(torch.cuda.is_bf16_supported())

    def has_flash(self, kernel: str) -> bool:
        return bool(_FLASH[kernel]())


HARDWARE = TorchHardware()
