"""Error texts as the libraries write them, and what they are taken for."""

from __future__ import annotations

import pytest

from workbench.jobs.causes import GPU_MEMORY, LOST_PEER, MEMORY, PEERS, cause_of, explained


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity", GPU_MEMORY),
        ("RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", GPU_MEMORY),
        ("RuntimeError: [enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory", MEMORY),
        ("MemoryError: ", MEMORY),
        ("RuntimeError: DataLoader worker (pid 41) is killed by signal: Killed. ", "loader"),
        ("RuntimeError: DataLoader worker (pid(s) 41, 42) exited unexpectedly", "loader"),
        ("RuntimeError: unable to mmap: No space left on device (28)", "disk"),
        ("RuntimeError: CUDA error: an illegal memory access was encountered", "gpu lost"),
        ("RuntimeError: CUDA error: unspecified launch failure", "gpu lost"),
        ("Unable to determine the device handle for GPU0000:01:00.0: GPU is lost. Reboot the system", "gpu lost"),
        ("RuntimeError: CUDA error: device-side assert triggered", "assertion on the gpu"),
        ("RuntimeError: No CUDA GPUs are available", "no gpu"),
        ("DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:3384, unhandled system error", PEERS),
        ("RuntimeError: [gloo/transport/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:5521", LOST_PEER),
        ("[Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=92)", "waited too long"),
        ("RuntimeError: The server socket has failed to listen: EADDRINUSE, address already in use", "port"),
        ("ImportError: cannot import name 'run' from 'workbench.training' (/opt/workbench/__init__.py)", "own package"),
        ("ModuleNotFoundError: No module named 'workbench.training.runs'", "own package"),
        ("ImportError: cannot import name 'flash' from 'flash_attn' (/opt/flash_attn/__init__.py)", "package"),
    ],
)
def test_a_known_text_has_its_cause(text: str, kind: str) -> None:
    cause = cause_of(text)
    assert cause is not None and cause.kind == kind
    assert cause.mend


def test_a_cause_is_told_before_the_error_that_is_kept() -> None:
    text = "RuntimeError: CUDA error: unspecified launch failure"
    assert explained(text) == f"The GPU failed or was lost. {text}"


def test_an_unknown_error_is_told_as_it_is() -> None:
    assert cause_of("ZeroDivisionError: by zero") is None
    assert explained("ZeroDivisionError: by zero") == "ZeroDivisionError: by zero"
