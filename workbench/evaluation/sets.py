"""The question sets that a request names."""

from __future__ import annotations

from pathlib import Path

from workbench.data.probes import read_probes
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
    probes = [ProbeSet(name, read_probes(Path(resolve_model(path)))) for name, path in request.probes.items()]
    return [*probes, *([benchmark_set(request.benchmark)] if request.benchmark else [])]


def benchmark_set(benchmark: Benchmark) -> QuestionSet:
    """The questions of a benchmark's file; see `sets_of`. Without a folder of pictures, they lie beside the file."""
    path = Path(resolve_model(benchmark.data_path))
    images = Path(resolve_model(benchmark.image_folder)) if benchmark.image_folder else path.parent
    match benchmark.kind:
        case "mmbench":
            return MMBench(path)
        case "refcoco":
            return RefCoco(path, images)
        case "pope":
            return Pope(path, images)
