"""Ollama's Modelfile: which file, which template, which stop words.

Format: https://docs.ollama.com/modelfile; templates are Go's text/template with ``.System``, ``.Prompt`` and
``.Response``. Ollama runs one for every exchange and, for the last one, leaves out what follows ``.Response``; it puts
the beginning-of-text token before the whole text itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.checkpoints.export.pieces import ROUND, Pieces, pieces_of
from workbench.checkpoints.export.source import ExportSource
from workbench.errors import WorkbenchError
from workbench.i18n import _

FILE_NAME = "Modelfile"
_MUCH_CONTEXT = 8192
_SAMPLING = ("temperature", "top_p", "top_k")
_DELIMITERS = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True)
class Modelfile:
    """The text of the file, and what its user should know about it."""

    text: str
    notes: list[str]


def ollama_name(folder: str) -> str:
    """The name of a folder as one that Ollama takes: small letters, digits and ``.-_``, a letter or digit first."""
    return re.sub(r"[^a-z0-9._-]+", "-", folder.lower()).strip(".-_") or "model"


def modelfile_of(source: ExportSource, gguf: str) -> Modelfile:
    """The Modelfile of a model.

    Args:
        gguf: the GGUF file, as a path from the Modelfile's folder.

    Raises:
        WorkbenchError: a text cannot be written in a Modelfile.
    """
    template, tokenizer = source.template, source.tokenizer
    notes: list[str] = []
    lines = [f"FROM {gguf}"]
    pieces = pieces_of(template, tokenizer.bos_token or "", tokenizer.eos_token or "") if template else None
    if pieces is None:
        notes.append(
            _("No TEMPLATE is written, as the chat template is no plain one: Ollama takes the one in the GGUF file.")
        )
    else:
        lines.append(f"TEMPLATE {_block(go_template(pieces), 'TEMPLATE')}")
        if ROUND in pieces.opening + pieces.asking:
            notes.append(_("The prompt template counts the questions; in Ollama every question is the first."))
    lines += [f"PARAMETER stop {_quoted(word)}" for word in (template.stop_words if template else ())]
    lines.append(f"PARAMETER num_ctx {source.context_length}")
    if source.context_length > _MUCH_CONTEXT:
        notes.append(
            _(
                "num_ctx is the model's whole length, {count} tokens, for which Ollama sets memory aside: lower it in the "
                "Modelfile if that is too much."
            ).format(count=source.context_length)
        )
    lines += _sampling(source)
    if source.provenance.system:
        lines.append(f"SYSTEM {_block(source.provenance.system, 'SYSTEM')}")
    return Modelfile("\n".join(lines) + "\n", notes)


def go_template(pieces: Pieces) -> str:
    """The template of one exchange in Go's text/template."""
    opening = _literal(pieces.opening)
    if pieces.has_system:
        told = _literal(pieces.before_system) + "{{ .System }}" + _literal(pieces.after_system)
        opening = f"{{{{ if .System }}}}{told}{{{{ else }}}}{opening}{{{{ end }}}}"
    return f"{opening}{{{{ .Prompt }}}}{_literal(pieces.asking)}{{{{ .Response }}}}{_literal(pieces.closing)}"


def _literal(text: str) -> str:
    """A fixed text; what would begin or end an action becomes an action that writes it."""
    return _DELIMITERS.sub(lambda found: f'{{{{ "{found[0]}" }}}}', text.replace(ROUND, "1"))


def _sampling(source: ExportSource) -> list[str]:
    values = {name: source.generation.get(name) for name in _SAMPLING}
    return [
        f"PARAMETER {name} {value}"
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]


def _quoted(text: str) -> str:
    return _block(text, "stop") if "\n" in text else f'"{text}"'


def _block(text: str, what: str) -> str:
    """A text over several lines: it ends at the first line that ends with three quotes."""
    if any(line.rstrip().endswith('"""') for line in text.split("\n")[:-1]):
        raise WorkbenchError(
            _("A line of the text ends with three quotes, which a Modelfile cannot hold."),
            where=what,
            fix=_("Change the text, or write the Modelfile yourself."),
        )
    return f'"""{text}"""'
