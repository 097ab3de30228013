"""``workbench eval_refcoco``: RefCOCO on a file of it."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands import asked_model
from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench eval_refcoco ./my_llava --data-path refcoco.json --image-folder coco
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "eval_refcoco",
        help=_("Score how well a model that sees finds what RefCOCO's sentences speak of."),
        epilog=examples(_EXAMPLES),
    )(eval_refcoco)


def eval_refcoco(
    model: asked_model.Model,
    data_path: Annotated[str, typer.Option(metavar="JSON", help=_("Rows with sentences and their boxes."))],
    image_folder: asked_model.ImageFolder = None,
    llava: asked_model.Llava = None,
    visual_encoder: asked_model.VisualEncoder = None,
    visual_select_layer: asked_model.VisualSelectLayer = None,
    prompt_template: asked_model.PromptTemplate = None,
    system: asked_model.System = "",
    bits: asked_model.Bits = None,
    torch_dtype: asked_model.TorchDtype = asked_model.Precision.auto,
    stop_words: asked_model.StopWords = None,
    max_new_tokens: asked_model.MaxNewTokens = 100,
    work_dir: asked_model.WorkDir = None,
    as_json: asked_model.AsJson = False,
) -> None:
    """Start the job and follow it."""
    from workbench.commands.asking import ask
    from workbench.evaluation.request import Benchmark

    ask(
        model,
        "wrong_answers",
        benchmark=Benchmark(kind="refcoco", data_path=data_path),
        image_folder=image_folder,
        llava=llava,
        visual_encoder=visual_encoder,
        visual_select_layer=visual_select_layer,
        prompt_template=prompt_template,
        system=system,
        bits=bits,
        torch_dtype=torch_dtype,
        stop_words=stop_words,
        max_new_tokens=max_new_tokens,
        work_dir=work_dir,
        as_json=as_json,
    )
