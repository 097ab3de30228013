"""Which models and settings one sequence can be shared for (``sequence_parallel_size``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig

FIELD = "sequence_parallel_size"
_ATTENTION = ("auto", "sdpa", "flash_attention_2", "flash_attention_3")


def heads_problem(heads: int, key_value_heads: int, size: int) -> WorkbenchError | None:
    """Why heads cannot be shared among ``size`` processes; None if they can.

    Each process gets as many heads of queries; heads of keys and values are shared, or repeated where there are fewer.
    """
    if heads % size == 0 and (key_value_heads % size == 0 or size % key_value_heads == 0):
        return None
    possible = [
        str(other)
        for other in range(2, heads + 1)
        if heads % other == 0 and (key_value_heads % other == 0 or other % key_value_heads == 0)
    ]
    return WorkbenchError(
        _("{heads} attention heads ({key_value} of keys and values) cannot be shared among {size} processes.").format(
            heads=heads, key_value=key_value_heads, size=size
        ),
        where=FIELD,
        fix=_("Set sequence_parallel_size to one of: {sizes}.").format(sizes=", ".join(["1", *possible])),
    )


def require_shareable(config: TrainConfig, processes: int) -> None:
    """Refuse what cannot work with shared sequences, before anything is started.

    Args:
        processes: that train together, on all machines.

    Raises:
        WorkbenchError: the reason, and the setting that can.
    """
    size = config.sequence_parallel_size
    if size == 1:
        return
    if processes % size:
        possible = [str(count) for count in (processes // size * size, (processes // size + 1) * size) if count]
        raise WorkbenchError(
            _("Sequences cannot be shared in groups of {size} by so many processes: {processes}.").format(
                processes=processes, size=size
            ),
            where=FIELD,
            fix=_("Start a multiple of {size} processes in all, such as: {possible} (--nproc).").format(
                size=size, possible=", ".join(possible)
            ),
        )
    if config.sees:
        raise WorkbenchError(
            _("Sequences with pictures cannot be shared among processes."),
            where=FIELD,
            fix=_("Set sequence_parallel_size: 1, with a smaller max_length if the memory does not suffice."),
        )
    if config.attn_implementation not in _ATTENTION:
        raise WorkbenchError(
            _("One sequence cannot be shared among processes with {attention} attention.").format(
                attention=config.attn_implementation
            ),
            where="attn_implementation",
            fix=_("Set attn_implementation: sdpa, or flash_attention_2 where it is installed."),
        )
