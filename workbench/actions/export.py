"""Make a model usable by other programs."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from workbench.actions.python import module_command
from workbench.checkpoints.export.card import write_card
from workbench.checkpoints.export.known_models import architecture_of
from workbench.checkpoints.export.launch import export_serve
from workbench.checkpoints.export.llama_quantize import K_QUANTS, require_program
from workbench.checkpoints.export.modelfile import FILE_NAME, modelfile_of
from workbench.checkpoints.export.source import open_source
from workbench.checkpoints.export.whole_file import cannot_write, is_gguf, refuse_existing_file, write_small
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
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
        WorkbenchError: the folder holds no whole model or one that has no place in a GGUF file, there is no such
            prompt template, the target exists, or q4_k_m cannot be made here.
    """
    source = open_source(folder, template)
    architecture_of(source.config)
    if template:
        get_template(template, source.tokenizer)
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
        WorkbenchError: the folder holds no whole model, a Modelfile is there, the GGUF file is not or is none, or the
            folder cannot be written.
    """
    source = open_source(folder, template)
    if source.sees:
        architecture_of(source.config)  # refuses it
    place = (target or Path()).expanduser()
    file = gguf.expanduser() if gguf else Path(f"{source.name}-f16.gguf")
    if not file.is_file():
        raise WorkbenchError(
            _("The GGUF file is not there."),
            where=str(file),
            fix=_("Write it first: {command}").format(command=f"workbench export gguf {folder} {file}"),
        )
    if not is_gguf(file):
        raise WorkbenchError(_("This is no GGUF file."), where=str(file))
    path = place / FILE_NAME
    if path.exists() and not overwrite:
        raise WorkbenchError(
            _("The file exists."),
            where=str(path),
            fix=_("Choose another folder, or allow replacing it: --force."),
        )
    made = modelfile_of(source, str(file.resolve()))
    write_small(path, made.text)
    return path, made.notes


def export_card(folder: str, *, project: Path, overwrite: bool = False) -> Path:
    """Write a model card into the folder of a model or an adapter; returns the file.

    Raises:
        WorkbenchError: the folder holds neither, has a README.md that the user wrote, or cannot be written.
    """
    place = Path(resolve_model(folder))
    try:
        return write_card(place, project=project, overwrite=overwrite)
    except OSError as error:
        raise cannot_write(place, error) from error


def _require_library() -> None:
    if find_spec("gguf") is None:
        raise WorkbenchError(
            _("GGUF files are written with a library that is not installed."),
            where="gguf",
            fix=_("Install it: pip install 'workbench[export]'"),
        )
