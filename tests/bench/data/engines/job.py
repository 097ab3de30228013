"""What every engine is asked for, and what it answers; for any Python, with the standard library alone."""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

MAX_LENGTH = 2048
TEMPLATE = "internlm2_chat"
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}"
)
"""The same text as TEMPLATE, for those that read Jinja; what is trained stands in ``generation``."""
Made = Iterable[tuple[int, int]]
"""Of each row that was made: its tokens, and how many of them are trained."""


@dataclass(frozen=True)
class Job:
    """One run.

    Args:
        data: the JSONL file.
        tokenizer: the folder of a tokenizer.
        scratch: an empty folder for everything that is written.
        processes: how many work; None is what the engine does by itself.
        packed: pack, or leave one row a sample to compare the samples.
        counted: count what was made, which takes longer than making it.
    """

    data: str
    tokenizer: str
    scratch: str
    processes: int | None = None
    packed: bool = True
    counted: bool = True

    @classmethod
    def asked_for(cls) -> Job:
        """The job whose file the command line names."""
        return cls(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))

    @property
    def finished_mark(self) -> Path:
        """Appears when what is measured is done; counting follows."""
        return Path(self.scratch) / "finished"

    @property
    def answer(self) -> Path:
        """Where the answer is written."""
        return Path(self.scratch) / "answer.json"


@dataclass(frozen=True)
class Answer:
    """What came out. ``seconds`` are those of the work, without imports; ``rows`` is empty if they were packed."""

    seconds: float
    tokens: int
    trained: int
    packs: int
    rows: list[list[int]]
    versions: dict[str, str]


def run(job: Job, engine: Callable[[Job], Callable[[], Made]], packages: Iterable[str]) -> None:
    """Measure one engine and write its answer.

    Args:
        engine: does the work and returns how to count what it made.
        packages: those whose versions decide what the figure means.
    """
    began = time.perf_counter()
    count = engine(job)
    seconds = time.perf_counter() - began
    job.finished_mark.touch()
    made = list(count()) if job.counted else []
    answer = Answer(
        seconds=seconds,
        tokens=sum(tokens for tokens, _trained in made),
        trained=sum(trained for _tokens, trained in made),
        packs=len(made),
        rows=[] if job.packed else [list(row) for row in made],
        versions={package: importlib.metadata.version(package) for package in packages},
    )
    job.answer.write_text(json.dumps(asdict(answer)), encoding="utf-8")
