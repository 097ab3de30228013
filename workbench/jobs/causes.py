"""Known error texts, and what each of them means: what went wrong, and what mends it. Light; one table for all jobs."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.i18n import N_, _

GPU_MEMORY, MEMORY, PEERS, LOST_PEER = "gpu memory", "memory", "peers", "lost peer"
"""The kinds that callers treat in a way of their own."""


@dataclass(frozen=True)
class Cause:
    """A cause of failures, known by words of the error's text in lower case.

    ``what`` and ``fix`` are message ids; ``what`` is empty where the error says it well enough itself.
    """

    kind: str
    words: tuple[str, ...]
    what: str
    fix: str

    @property
    def sentence(self) -> str:
        """What went wrong, translated."""
        return _(self.what) if self.what else ""

    @property
    def mend(self) -> str:
        """What to do, translated."""
        return _(self.fix)


_SMALLER = N_("Memory ran out: make batch_size or max_length smaller, or use method: qlora.")
_CAUSES = (
    Cause(
        "disk",
        ("no space left", "disk quota", "file too large", "enospc"),
        N_("The disk is full."),
        N_("The disk is full: free some space, then resume the job."),
    ),
    Cause(
        "loader",
        ("dataloader worker", "insufficient shared memory"),
        N_("A process that loads data was ended from outside, mostly because memory or /dev/shm ran out."),
        N_(
            "Take fewer of them (dataloader_num_workers: 0 takes none) or give /dev/shm more room, then go on with --resume."
        ),
    ),
    Cause(
        GPU_MEMORY,
        ("cuda out of memory", "hip out of memory", "cuda_error_out_of_memory", "cublas_status_alloc_failed"),
        N_("The memory of the GPU ran out."),
        _SMALLER,
    ),
    Cause(
        MEMORY,
        ("out of memory", "cannot allocate memory", "memoryerror", "defaultcpuallocator", "can't start new thread"),
        N_("The memory of this machine ran out."),
        _SMALLER,
    ),
    Cause(
        "assertion on the gpu",
        ("device-side assert", "index out of bounds"),
        N_("A number reached a table that has no such row: mostly a token that the model does not know."),
        N_("Check that tokenizer and model belong together; CUDA_LAUNCH_BLOCKING=1 shows the place."),
    ),
    Cause(
        "gpu lost",
        (
            "gpu is lost",
            "fallen off the bus",
            "uncorrectable ecc",
            "uncorrectable nvlink",
            "unspecified launch failure",
            "illegal memory access",
            "cuda_error_device_unavailable",
            "devices are busy or unavailable",
            "unknown error",
            "gpu requires reset",
        ),
        N_("The GPU failed or was lost."),
        N_(
            "Look with nvidia-smi and 'dmesg | grep -i xid'; reset it or choose others with devices, then go on with --resume."
        ),
    ),
    Cause(
        "no gpu",
        (
            "no cuda-capable device",
            "no cuda gpus are available",
            "driver version is insufficient",
            "invalid device ordinal",
        ),
        N_("There is no GPU that can be used."),
        N_("'workbench doctor' says what is there; devices and CUDA_VISIBLE_DEVICES choose among them."),
    ),
    Cause(
        "port",
        ("address already in use", "eaddrinuse"),
        "",
        N_("A port is in use: start the job again to get another one."),
    ),
    Cause(
        "waited too long",
        ("watchdog caught collective operation timeout", "timed out waiting", "timed out after"),
        N_("A process waited too long for the others."),
        N_("log.txt tells which one did not come; then go on with --resume."),
    ),
    Cause(
        LOST_PEER,
        ("gloo/transport", "ncclremoteerror"),
        N_("Another process of the training is gone or cannot be reached."),
        N_("Look into log.txt for what it said; then go on with --resume."),
    ),
    Cause(
        PEERS,
        ("nccl", "gloo", "connection closed by peer", "connection reset by peer", "broken pipe"),
        "",
        N_("The processes could not talk to each other: see log.txt, then try with --nproc 1."),
    ),
    Cause(
        "own package",
        ("no module named 'workbench", "from 'workbench", "module 'workbench"),
        "",
        N_("The files of workbench do not belong together: install it anew, then try again."),
    ),
    Cause(
        "package",
        ("no module named", "cannot import name"),
        "",
        N_("A Python package is missing: 'workbench doctor' names it and the mend."),
    ),
    Cause(
        "compiler",
        ("ninja", "g++", "c++", "error building extension"),
        "",
        N_("A compiler step failed: install g++ and ninja, or name no optimizer in the DeepSpeed file."),
    ),
    Cause(
        "network",
        ("couldn't connect", "offline", "connection error", "max retries"),
        "",
        N_("The network is not reachable."),
    ),
)


def cause_of(text: str) -> Cause | None:
    """The cause that an error's text is known by; None if it is not known."""
    lowered = text.lower()
    return next((cause for cause in _CAUSES if any(word in lowered for word in cause.words)), None)


def explained(text: str) -> str:
    """An error's text, after a sentence on what it means if that is known."""
    cause = cause_of(text)
    return f"{cause.sentence} {text}" if cause is not None and cause.what else text
