"""What to prepare: everything that the tokens depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.configs.model_settings import Stage
from workbench.configs.preference_settings import PAIR_STAGES
from workbench.configs.schema import TrainConfig
from workbench.data.sources import Source, SourceFile, sources_of

BadRows = Literal["stop", "leave_out"]


@dataclass(frozen=True)
class PrepareRequest:
    """Data, how to read it, and how to render it.

    Args:
        template: a prompt template's name.
        max_length: the most tokens of one sample.
        most_rows: use only so many rows, drawn by ``seed``; None uses all.
        bad_rows: what to do at a row that is not what its format says.
        sees: the model takes pictures; otherwise rows with pictures are not what can be trained.
        stage: says what rows must be: pairs of answers, whole texts, or for ``sft`` anything that has answers.
    """

    sources: tuple[Source, ...]
    template: str
    max_length: int
    most_rows: int | None = None
    seed: int = 42
    bad_rows: BadRows = "stop"
    sees: bool = False
    stage: Stage = "sft"

    @property
    def compares(self) -> bool:
        """Whether both answers of pairs are prepared."""
        return self.stage in PAIR_STAGES

    @classmethod
    def of(cls, config: TrainConfig) -> PrepareRequest:
        """What a config asks for."""
        return cls(
            sources=sources_of(config),
            template=config.prompt_template,
            max_length=config.max_length,
            most_rows=config.max_dataset_length,
            seed=config.seed,
            bad_rows=config.bad_rows,
            sees=config.sees,
            stage=config.stage,
        )

    def files(self) -> list[SourceFile]:
        """The files of all sources; what is on a hub is fetched first.

        Raises:
            WorkbenchError: nothing is there.
        """
        return [file for source in self.sources for file in source.files()]
