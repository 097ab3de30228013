"""What a training that sees needs besides, looked at before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.actions.model_there import require_model
from workbench.configs.schema import TrainConfig
from workbench.data.picture import Picture, PictureFolders, is_address, look_at
from workbench.data.picture_words import go_on_without, problem_sentence
from workbench.data.read import DataRow
from workbench.data.readers.problems import place
from workbench.data.sources import SourceFile
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.text import printable
from workbench.weights.own_sight import require_known_kind
from workbench.weights.small_json import json_object

_ROWS_LOOKED_AT = 300
"""About so many of a file at most, from all parts of it."""
_EMBEDDINGS = {"embed_tokens", "tok_embeddings", "lm_head", "output"}


def check_vision(config: TrainConfig) -> None:
    """Look at the vision tower and at the pictures that the model is asked about.

    Raises:
        WorkbenchError: something is missing, or settings are given that need a vision tower.
    """
    if not config.sees:
        _require_no_sight(config)
        return
    if config.own_processor:
        _require_own_sight(config.pretrained_model_name_or_path)
    else:
        require_model(str(config.visual_encoder_name_or_path), "visual_encoder_name_or_path")
        _refuse_whole_embeddings(config)
    for image in config.evaluation_images:
        _require_picture(image)


def check_pictures(file: SourceFile, rows: Sequence[DataRow]) -> None:
    """Look at pictures of some rows of a file, those that are cut in the middle aside; the training looks at all.

    Raises:
        WorkbenchError: one cannot be used.
    """
    folders = PictureFolders(*file.picture_folders)
    for row in rows[:: len(rows) // _ROWS_LOOKED_AT + 1]:
        for number, name in enumerate(row.sample.images):
            path = folders.locate(name)
            picture = look_at(path, decode=False) if isinstance(path, Path) else Picture(path)
            if picture.problem is None:
                continue
            shown = printable(name).replace("\n", " ")
            raise WorkbenchError(
                f"{shown}: {problem_sentence(picture.problem, printable(picture.detail))}",
                where=place(file.path, row.number, f"images[{number}]"),
                fix=go_on_without(picture.problem),
            )


def _require_no_sight(config: TrainConfig) -> None:
    given = {
        "freeze_llm": config.freeze_llm,
        "pretrained_pth": config.pretrained_pth,
        "visual_encoder_method": config.visual_encoder_method != "frozen",
        "evaluation_images": config.evaluation_images,
        "image_probes": config.image_probes,
    }
    names = [name for name, value in given.items() if value]
    if names:
        raise WorkbenchError(
            _("A setting is given that needs a vision tower, and none is named."),
            where=", ".join(names),
            fix=_(
                "Set visual_encoder_name_or_path, for example to openai/clip-vit-large-patch14-336; or own_processor: true "
                "if the model sees by itself."
            ),
        )


def _refuse_whole_embeddings(config: TrainConfig) -> None:
    """The image token is a row of the embedding, which cannot be added to a copy that an adapter trains."""
    whole = sorted(_EMBEDDINGS & set(config.lora.modules_to_save or []))
    if whole and config.method != "full" and not config.freeze_llm:
        raise WorkbenchError(
            _("A model that is taught to see cannot train its embedding whole beside an adapter: {names}.").format(
                names=", ".join(whole)
            ),
            where="lora.modules_to_save",
            fix=_("Leave these names out, or set method: full."),
        )


def _require_own_sight(model: str) -> None:
    """Of a model on this machine; of others the training does it."""
    file = Path(resolve_model(model)) / "config.json"
    if file.is_file():
        require_known_kind(json_object(file), f"pretrained_model_name_or_path: {model}")


def _require_picture(image: str) -> None:
    if is_address(image):  # which the job fetches
        return
    problem = look_at(Path(resolve_model(image)), decode=True)
    if problem.problem is not None:
        raise WorkbenchError(problem_sentence(problem.problem, problem.detail), where=f"evaluation_images: {image}")
