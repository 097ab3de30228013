"""What an endpoint serves: a base and what is put on it, each under a name of its own."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from workbench.chat.protocol import Load, Parts
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.paths import resolve_model
from workbench.serving.address import url_of
from workbench.weights.seeing import is_seeing_folder


class Served(BaseModel):
    """One job's models. ``parts``: by the name that requests give; the first one answers requests without a name."""

    model_config = ConfigDict(extra="forbid")

    load: Load
    parts: dict[str, Parts]
    host: str
    port: int
    at_once: int = 8
    """Answers that come side by side; further requests wait."""

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"{url_of(self.host, self.port)}/v1"

    def example(self, *, needs_key: bool = False) -> str:
        """A command line that asks the first model."""
        body = {"model": next(iter(self.parts)), "messages": [{"role": "user", "content": "Hello"}]}
        header = " -H 'Authorization: Bearer KEY'" if needs_key else ""
        said = shlex.quote(json.dumps(body, ensure_ascii=False))
        return f"curl {self.url}/chat/completions -H 'Content-Type: application/json'{header} -d {said}"


def served_parts(load: Load, adapters: list[str]) -> dict[str, Parts]:
    """The names: adapters first, as given in ``NAME=FOLDER`` or by their folder, then the base.

    Args:
        load: the base, with what was asked to be on it.

    Raises:
        WorkbenchError: two have the same name, or adapters were given to a LLaVA folder.
    """
    llava = load.model if is_seeing_folder(Path(resolve_model(load.model))) else load.llava
    if llava is not None:
        if adapters:
            raise WorkbenchError(
                _("An adapter and a LLaVA folder were given; only one of them can be used."), where="--adapter"
            )
        named = [(Path(llava).name, load.model_dump(include=set(Parts.model_fields)) | {"llava": llava})]
    else:
        named = [(name, {"adapter": folder}) for name, folder in map(name_and_folder, adapters)]
        named.append((Path(load.model).name, {}))
    parts: dict[str, Parts] = {}
    for name, on_base in named:
        if name in parts:
            raise WorkbenchError(
                _("Two models would have the name {name}.").format(name=name),
                where="--adapter",
                fix=_("Name one of them: --adapter NAME=FOLDER"),
            )
        parts[name] = Parts.model_validate({"prompt_template": load.prompt_template} | on_base)
    return parts


def name_and_folder(adapter: str) -> tuple[str, str]:
    """Of ``NAME=FOLDER``; the folder's name where none is given, with that of its job if it is a checkpoint."""
    name, sign, folder = adapter.partition("=")
    if sign and name and "/" not in name:
        return name, folder
    path = Path(adapter)
    is_checkpoint = path.parent.name == "checkpoints" and len(path.parts) > 3
    return (f"{path.parts[-4]}/{path.name}" if is_checkpoint else path.name), adapter
