"""The job's folder on several machines: one that all see, or one on each machine's own disk.

Whole checkpoints lie with rank 0 only. Where another machine does not see its folder, what that machine has saved is
sent there, and a checkpoint that is gone on with is sent back, so that nothing depends on a shared disk.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from workbench.jobs.folder import JobFolder
from workbench.training.ranks import gather_lists
from workbench.training.ranks_environment import local_rank, on_several_machines, rank
from workbench.training.saving import UNFINISHED, discard_unfinished, publish

_MARK = ".rank_0"
_LONGEST_WAIT = timedelta(hours=2)
"""How long a machine waits for another one, that may have much data to prepare."""
_CHUNK_BYTES = 64 * 2**20


@dataclass(frozen=True)
class NodeFolders:
    """Where the ranks of all machines keep the job.

    Args:
        sees: whether this rank sees the folder of rank 0, and so uses it.
        heads: the first rank of each machine that does not, in order.
    """

    sees: bool = True
    heads: tuple[int, ...] = ()

    @property
    def keeps_folder(self) -> bool:
        """Whether this rank is the one that makes and removes folders where it saves."""
        return rank() == 0 or rank() in self.heads

    def collect(self, folder: Path) -> None:
        """Send what machines with folders of their own have saved in a checkpoint to rank 0, and remove it there.

        Args:
            folder: of the checkpoint, on this rank's disk. All ranks have written.
        """
        for head in self.heads:
            if rank() == head:
                _send_files(folder, 0)
                shutil.rmtree(folder, ignore_errors=True)
            elif rank() == 0:
                _receive_files(folder, head)

    def distribute(self, checkpoint: Path, own_checkpoints: Path) -> Path:
        """Send a checkpoint of rank 0's to machines that do not see it; where it is for this rank.

        Args:
            checkpoint: on the disk of rank 0.
            own_checkpoints: where this rank keeps checkpoints.
        """
        here = checkpoint if self.sees else own_checkpoints / checkpoint.name
        for head in self.heads:
            if rank() == 0:
                _send_files(checkpoint, head)
            elif rank() == head:
                _receive_files(here.parent / UNFINISHED / here.name, 0)
                publish(here.parent / UNFINISHED / here.name, here)
                discard_unfinished(here.parent)
        if self.heads:
            dist.barrier()
        return here


def meet(job: JobFolder) -> tuple[JobFolder, NodeFolders]:
    """Bring the processes of several machines together, and find out which see the folder of rank 0.

    Args:
        job: this machine's.

    Returns:
        The job that this rank works in: rank 0's wherever it is seen, else this machine's own.
    """
    if not on_several_machines():
        return job, NodeFolders()
    if torch.cuda.is_available():
        torch.cuda.set_device(local_rank())
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo", timeout=_LONGEST_WAIT)
    mark = job.path / _MARK
    token = secrets.token_hex(16)
    if rank() == 0:
        mark.write_text(token, encoding="ascii")
    path, token = from_rank_0((str(job.path.resolve()), token))
    sees = _reads(Path(path) / _MARK, token)
    known = [entry for (entry,) in gather_lists([(sees, local_rank())])]
    if rank() == 0:
        mark.unlink(missing_ok=True)
    heads = tuple(number for number, (other_sees, local) in enumerate(known) if not other_sees and local == 0)
    return JobFolder(Path(path)) if sees else job, NodeFolders(sees, heads)


def from_rank_0(value: Any) -> Any:
    """What rank 0 gives, on every rank."""
    held = [value]
    dist.broadcast_object_list(held, src=0)
    return held[0]


def _reads(path: Path, text: str) -> bool:
    with suppress(OSError, UnicodeError):
        return path.read_text(encoding="ascii") == text
    return False


def _send_files(folder: Path, to: int) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    dist.send_object_list([[(str(path.relative_to(folder)), path.stat().st_size) for path in files]], dst=to)
    for path in files:
        with path.open("rb") as stream:
            for size in _chunks(os.fstat(stream.fileno()).st_size):
                dist.send(torch.frombuffer(bytearray(stream.read(size)), dtype=torch.uint8).to(_device()), dst=to)


def _receive_files(folder: Path, sender: int) -> None:
    held: list[Any] = [None]
    dist.recv_object_list(held, src=sender)
    for name, whole in held[0]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            for size in _chunks(whole):
                chunk = torch.empty(size, dtype=torch.uint8, device=_device())
                dist.recv(chunk, src=sender)
                stream.write(chunk.cpu().numpy().tobytes())


def _chunks(size: int) -> Iterator[int]:
    while size > 0:
        yield min(size, _CHUNK_BYTES)
        size -= _CHUNK_BYTES


def _device() -> torch.device:
    return torch.device("cuda", local_rank()) if dist.get_backend() == "nccl" else torch.device("cpu")
