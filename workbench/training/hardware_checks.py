"""What a config asks of the hardware that it does not have, said before anything is loaded."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import torch

from workbench.configs.schema import TrainConfig
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.attention import choose_attention
from workbench.models.precision import choose_precision, dtype_of
from workbench.training.liger import require_liger


def require_possible(config: TrainConfig) -> None:
    """
    Raises:
        WorkbenchError: the number format, the attention kernel, Liger's kernels or compiling cannot work on this machine.
    """
    _require_precision(config.precision)
    choose_attention(config.attn_implementation, dtype_of(choose_precision(config.precision)))
    if config.use_liger_kernel is True:
        require_liger()
    if config.torch_compile:
        _require_compiler()


def _require_precision(asked: str) -> None:
    if asked == "fp16" and not torch.cuda.is_available():
        raise WorkbenchError(
            _("Training in fp16 needs a GPU: a CPU has no scaling of its gradients."),
            where="precision: fp16",
            fix=_("Set precision: fp32, or bf16, which takes half the memory."),
        )
    if asked == "bf16" and torch.cuda.is_available() and not torch.cuda.is_bf16_supported():
        raise WorkbenchError(
            _("{device} has no bf16.").format(device=torch.cuda.get_device_name()),
            where="precision: bf16",
            fix=_("Set precision: fp16."),
        )


def _require_compiler() -> None:
    if torch.cuda.is_available():
        missing = None if find_spec("triton") is not None else "triton"
    else:
        missing = None if any(shutil.which(name) for name in ("c++", "g++", "clang++")) else "g++"
    if missing is not None:
        raise WorkbenchError(
            _("Compiling a model needs {name}, which is not installed.").format(name=missing),
            where="torch_compile: true",
            fix=_("Install it, or set torch_compile: false."),
        )
