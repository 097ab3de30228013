"""How serving engines run a model: their command lines, with the files that these name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workbench.checkpoints.export.serve import Launch, launch_of
from workbench.checkpoints.export.served_adapter import note_of, read_adapter_facts
from workbench.checkpoints.export.source import open_source
from workbench.checkpoints.export.whole_file import write_small


def export_serve(
    folder: str, *, engine: str, adapters: Sequence[Path], project: Path, template: str | None = None
) -> Launch:
    """The launch lines of an engine; files that they name are written into the project.

    Args:
        engine: vllm, lmdeploy, sglang, llama.cpp or ollama.

    Raises:
        WorkbenchError: the folder holds no whole model, an adapter folder no adapter that the engine can load, or the
            project cannot be written.
    """
    source = open_source(folder, template)
    base_type = str(source.config.get("model_type"))
    facts = [read_adapter_facts(path.expanduser().resolve(), base_type) for path in adapters]
    known = note_of(facts, needs_template=template is None)
    launch = launch_of(engine, replace(source, folder=source.folder.resolve(), of_adapter=known), facts)
    for name, text in launch.files.items():
        write_small(project / name, text)
    return launch
