"""Make a model usable by other programs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from workbench.actions.python import module_command
from workbench.checkpoints.export.card import write_card
from workbench.checkpoints.export.llama_quantize import K_QUANTS, require_program
from workbench.checkpoints.export.modelfile import FILE_NAME, modelfile_of
from workbench.checkpoints.export.serve import Launch, launch_of, read_adapter_facts
from workbench.checkpoints.export.source import ExportSource, open_source
from workbench.checkpoints.export.whole_file import refuse_existing_file
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.launch import start_job
from workbench.paths import resolve_model

__all__ = ["export_card", "export_ollama", "export_serve", "start_gguf"]


def start_gguf(
    folder: str,
    target: Path | None = None,
    *,
    project: Path,
    kind: str = "f16",
    template: str | None = None,
    overwrite: bool = False,
) -> JobFolder:
    """Write a GGUF file in a job of its own.

    Args:
        folder: a model folder, or ``sample:…``.
        target: the file to write; ``NAME-KIND.gguf`` in the project if it is None.
        kind: f16, bf16, f32, q8_0 or q4_k_m.
        template: the prompt template to put in instead of the one the folder names.

    Raises:
        WorkbenchError: the folder holds no whole model, the target exists, or q4_k_m cannot be made here.
    """
    source = open_source(folder, template)
    _require_library()
    if kind in K_QUANTS:
        require_program()
    file = (target.expanduser() if target else project / f"{source.name}-{kind}.gguf").resolve()
    refuse_existing_file(file, overwrite=overwrite)
    return start_job(
        "export",
        f"export-{source.name}-{kind}",
        module_command("workbench.checkpoints.export.export_job", "{job}"),
        project=project,
        arguments={
            "folder": str(source.folder.resolve()),
            "target": str(file),
            "type": kind,
            "template": template,
            "overwrite": overwrite,
        },
    )


def export_ollama(
    folder: str,
    target: Path | None = None,
    *,
    gguf: Path | None = None,
    template: str | None = None,
    overwrite: bool = False,
) -> tuple[Path, list[str]]:
    """Write a Modelfile; returns it and what its user should know.

    Args:
        target: the folder for it; the current one if it is None.
        gguf: the GGUF file that it names.

    Raises:
        WorkbenchError: the folder holds no whole model, a Modelfile is there, or the GGUF file is not.
    """
    source = open_source(folder, template)
    place = (target or Path()).expanduser()
    file = gguf.expanduser() if gguf else Path(f"{source.name}-f16.gguf")
    if not file.is_file():
        raise WorkbenchError(
            _("The GGUF file is not there."),
            where=str(file),
            fix=_("Write it first: {command}").format(command=f"workbench export gguf {folder} {file}"),
        )
    path = place / FILE_NAME
    if path.exists() and not overwrite:
        raise WorkbenchError(
            _("The file exists."),
            where=str(path),
            fix=_("Choose another folder, or allow replacing it: --force."),
        )
    made = modelfile_of(source, str(file.resolve()))
    place.mkdir(parents=True, exist_ok=True)
    write_atomic(path, made.text)
    return path, made.notes


def export_serve(
    folder: str, *, engine: str, adapters: list[Path], project: Path, template: str | None = None
) -> Launch:
    """The launch lines of an engine; files that they name are written into the project.

    Args:
        engine: vllm, lmdeploy, sglang, llama.cpp or ollama.

    Raises:
        WorkbenchError: the folder holds no whole model, or an adapter folder no adapter.
    """
    source = open_source(folder, template)
    launch = launch_of(
        engine, _absolute(source), [read_adapter_facts(path.expanduser().resolve()) for path in adapters]
    )
    for name, text in launch.files.items():
        write_atomic(project / name, text)
    return launch


def export_card(folder: str, *, project: Path, overwrite: bool = False) -> Path:
    """Write a model card into the folder of a model or an adapter; returns the file.

    Raises:
        WorkbenchError: the folder holds neither, or has a README.md that the user wrote.
    """
    return write_card(Path(resolve_model(folder)), project=project, overwrite=overwrite)


def _require_library() -> None:
    if find_spec("gguf") is None:
        raise WorkbenchError(
            _("GGUF files are written with a library that is not installed."),
            where="gguf",
            fix=_("Install it: pip install 'workbench[export]'"),
        )


def _absolute(source: ExportSource) -> ExportSource:
    return ExportSource(source.folder.resolve(), source.config, source.asked)
