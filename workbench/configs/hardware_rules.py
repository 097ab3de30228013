"""What a config may ask of a machine, and what ``auto`` means there. Light: the machine is told by who looks at it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, Protocol

from workbench.configs.model_settings import Attention
from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

Precision = Literal["auto", "bf16", "fp16", "fp32"]
NumberFormat = Literal["bf16", "fp16", "fp32"]
FLASH = {"flash_attention_3": "flash-attn-3", "flash_attention_2": "flash-attn"}
"""The fastest kernel first: the package that it comes with."""
_FLASH_CAPABILITIES = {"flash_attention_3": 9, "flash_attention_2": 8}
"""The least CUDA compute capability: FlashAttention 3 is for Hopper, 2 for Ampere and later."""


class Hardware(Protocol):
    """What counts of a machine. Only with a GPU: its ``name``, its compute ``capability``, and whether it has bf16."""

    @property
    def has_gpu(self) -> bool: ...
    @property
    def name(self) -> str: ...
    @property
    def capability(self) -> int: ...
    @property
    def has_bf16(self) -> bool: ...
    def has_flash(self, kernel: str) -> bool:
        """Whether the package of a FlashAttention kernel can be used."""
        ...


@dataclass(frozen=True)
class AttentionChoice:
    """transformers' name of a kernel, and why it was taken."""

    name: str
    reason: str


def require_possible(config: TrainConfig, hardware: Hardware) -> None:
    """
    Raises:
        WorkbenchError: the number format, the attention kernel, Liger's kernels or compiling cannot work there.
    """
    _require_precision(config.precision, hardware)
    precision = choose_precision(config.precision, hardware)
    choose_attention(config.attn_implementation, hardware, is_half=precision != "fp32")
    if config.use_liger_kernel is True and (why_not := why_no_liger(hardware)):
        raise no_liger(why_not)
    if config.torch_compile:
        _require_compiler(hardware)


def choose_precision(asked: Precision, hardware: Hardware) -> NumberFormat:
    """``auto`` is bf16 on GPUs that have it, fp16 on older ones, fp32 on a CPU."""
    if asked != "auto":
        return asked
    if not hardware.has_gpu:
        return "fp32"
    return "bf16" if hardware.has_bf16 else "fp16"


def choose_attention(asked: Attention, hardware: Hardware, *, is_half: bool) -> AttentionChoice:
    """``auto`` takes FlashAttention 3, then 2, where it is installed and can work, else torch's own fused attention.

    Args:
        is_half: the model computes in bf16 or fp16.

    Raises:
        WorkbenchError: the kernel that is asked for cannot work there.
    """
    if asked != "auto":
        why_not = _why_not(asked, hardware, is_half=is_half)
        if why_not is None:
            return AttentionChoice(asked, _("as the config says"))
        raise WorkbenchError(
            _("The attention kernel {name} cannot be used: {reason}.").format(name=asked, reason=why_not),
            where="attn_implementation",
            fix=_("Take {name}, or auto.").format(name=choose_attention("auto", hardware, is_half=is_half).name),
        )
    reasons = {name: _why_not(name, hardware, is_half=is_half) for name in FLASH}
    usable = next((name for name, why_not in reasons.items() if why_not is None), None)
    if usable is not None:
        return AttentionChoice(usable, _("the fastest that is installed"))
    return AttentionChoice("sdpa", str(reasons["flash_attention_2"]))


def _why_not(name: str, hardware: Hardware, *, is_half: bool) -> str | None:
    """Why a kernel cannot work there; None if it can."""
    if name in {"eager", "sdpa"}:
        return None
    if not hardware.has_gpu:
        return _("there is no GPU")
    if name == "flex_attention":
        return None
    if not is_half:
        return _("it computes in bf16 and fp16, and the precision is fp32")
    if not hardware.has_flash(name):
        return _("{package} is not installed").format(package=FLASH[name])
    if hardware.capability < _FLASH_CAPABILITIES[name]:
        return _("{device} is too old for it").format(device=hardware.name)
    return None


def why_no_liger(hardware: Hardware) -> str | None:
    """Why no model can have Liger's kernels there; None if one can."""
    if not hardware.has_gpu:
        return _("there is no GPU")
    if find_spec("liger_kernel") is None:
        return _("{package} is not installed").format(package="liger-kernel")
    return None


def no_liger(why_not: str) -> WorkbenchError:
    """The error where Liger's kernels are asked for and cannot be had."""
    return WorkbenchError(
        _("Liger kernels cannot be used: {reason}.").format(reason=why_not),
        where="use_liger_kernel: true",
        fix=_("Set use_liger_kernel: auto, which uses them where they work."),
    )


def _require_precision(asked: Precision, hardware: Hardware) -> None:
    if asked == "fp16" and not hardware.has_gpu:
        raise WorkbenchError(
            _("Training in fp16 needs a GPU: a CPU has no scaling of its gradients."),
            where="precision: fp16",
            fix=_("Set precision: fp32, or bf16, which takes half the memory."),
        )
    if asked == "bf16" and hardware.has_gpu and not hardware.has_bf16:
        raise WorkbenchError(
            _("{device} has no bf16.").format(device=hardware.name),
            where="precision: bf16",
            fix=_("Set precision: fp16."),
        )


def _require_compiler(hardware: Hardware) -> None:
    if hardware.has_gpu:
        missing = None if find_spec("triton") is not None else "triton"
    else:
        missing = None if any(shutil.which(name) for name in ("c++", "g++", "clang++")) else "g++"
    if missing is not None:
        raise WorkbenchError(
            _("Compiling a model needs {name}, which is not installed.").format(name=missing),
            where="torch_compile: true",
            fix=_("Install it, or set torch_compile: false."),
        )
