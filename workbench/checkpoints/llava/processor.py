"""How a LLaVA folder takes pictures and conversations: what transformers' ``AutoProcessor`` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.checkpoints.export.jinja_template import chat_template_of
from workbench.checkpoints.llava.language import IMAGE_TOKEN
from workbench.checkpoints.llava.tower import CLIP, PROCESSOR_FILE, vision_config
from workbench.checkpoints.llava.whole import WholeLlava
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import PromptTemplate, get_template
from workbench.errors import WorkbenchError
from workbench.i18n import _

_TEMPLATE_FILE = "chat_template.jinja"
_PICTURES_AS_TEXT = (
    "{% set said = namespace(messages=[]) %}"
    "{% for message in messages %}"
    "{% set said.text = '' %}"
    "{% if message['content'] is string %}{% set said.text = message['content'] %}"
    "{% else %}{% for part in message['content'] or [] %}"
    "{% if part['type'] == 'image' %}{% set said.text = said.text + '%IMAGE%\\n' %}"
    "{% elif part['type'] == 'text' %}{% set said.text = said.text + part['text'] %}{% endif %}"
    "{% endfor %}{% endif %}"
    "{% set said.messages = said.messages + [dict(message, content=said.text)] %}"
    "{% endfor %}"
    "{% set messages = said.messages %}"
).replace("%IMAGE%", IMAGE_TOKEN)
"""Before a chat template of texts: a picture becomes its mark and a new line, as LLaVA's data has it."""


def write_processor(folder: Path, model: WholeLlava, image_settings: dict[str, Any], strategy: str) -> list[str]:
    """Write the processor's files into a folder that holds the tokenizer; returns what the user should know.

    Args:
        image_settings: those of `image_settings_of`.
        strategy: which features of the tower become tokens, as ``config.json`` has it.
    """
    tower = vision_config(model.vision)
    processor = {
        "processor_class": "LlavaProcessor",
        "image_token": IMAGE_TOKEN,
        "patch_size": tower.get("patch_size"),
        "num_additional_image_tokens": int(tower.get("model_type") == CLIP),
        "vision_feature_select_strategy": strategy,
    }
    for name, content in ((PROCESSOR_FILE, image_settings), ("processor_config.json", processor)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return _write_chat_template(folder, model.prompt_template)


def image_settings_of(model: WholeLlava) -> dict[str, Any]:
    """Those of the tower; transformers' image processor of LLaVA pads to a square in the mean colour if asked to.

    Raises:
        WorkbenchError: the vision tower has no image processor.
    """
    path = model.vision.folder / PROCESSOR_FILE
    try:
        settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WorkbenchError(
            _("The vision tower's image processor is missing or damaged."),
            where=str(path),
            fix=_("Take tower and preprocessor_config.json from the same model."),
        ) from error
    if not model.pad_image_to_square:
        return settings
    defaults = {"do_center_crop": False} if "crop_size" not in settings else {}
    return defaults | settings | {"image_processor_type": "LlavaImageProcessor", "do_pad": True}


def _write_chat_template(folder: Path, name: str | None) -> list[str]:
    """The conversation as in the training, else as the tokenizer's own template has it."""
    path = folder / _TEMPLATE_FILE
    own = path.read_text(encoding="utf-8") if path.is_file() else None
    text = own
    if name is not None:
        try:
            template = get_template(name, LightTokenizer.from_folder(folder))
        except WorkbenchError as error:
            return [_("The folder has no chat template: {reason}").format(reason=error.what)]
        text = chat_template_of(template) if isinstance(template, PromptTemplate) else own
    if text is None:
        return []
    path.write_text(_PICTURES_AS_TEXT + text, encoding="utf-8")
    return []
