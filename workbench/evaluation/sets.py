"""The question sets that a request names."""

from __future__ import annotations

from pathlib import Path

from workbench.data.probes import read_open_probes, read_probes
from workbench.evaluation.benchmarks.mmbench import MMBench
from workbench.evaluation.benchmarks.pope import Pope
from workbench.evaluation.benchmarks.refcoco import RefCoco
from workbench.evaluation.question_set import ProbeSet, QuestionSet
from workbench.evaluation.request import Benchmark, EvaluationRequest
from workbench.paths import resolve_model


def sets_of(request: EvaluationRequest) -> list[QuestionSet]:
    """All of them, read whole.

    Raises:
        WorkbenchError: a file or picture cannot be used (names file:row:field).
    """
    images = Path(resolve_model(request.image_folder)) if request.image_folder else None
    probes = [ProbeSet(name, read_probes(Path(resolve_model(path)), images)) for name, path in request.probes.items()]
    return [*probes, *open_sets_of(request), *([_benchmark(request.benchmark, images)] if request.benchmark else [])]


def open_sets_of(request: EvaluationRequest) -> list[ProbeSet]:
    """Those that need not say what is right.

    Raises:
        WorkbenchError: a file or picture cannot be used (names file:row:field).
    """
    images = Path(resolve_model(request.image_folder)) if request.image_folder else None
    return [
        ProbeSet(name, read_open_probes(Path(resolve_model(path)), images)) for name, path in request.questions.items()
    ]


def _benchmark(benchmark: Benchmark, images: Path | None) -> QuestionSet:
    path = Path(resolve_model(benchmark.data_path))
    match benchmark.kind:
        case "mmbench":
            return MMBench(path)
        case "refcoco":
            return RefCoco(path, images or path.parent)
        case "pope":
            return Pope(path, images or path.parent)
