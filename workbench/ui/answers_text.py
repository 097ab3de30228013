"""Sample answers and scores of a job's checkpoints in words; no widgets here."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from workbench.actions.recommended import recommendation_among
from workbench.configs.evaluation_rules import score_text
from workbench.i18n import _
from workbench.jobs.checkpoints import CheckpointInfo
from workbench.jobs.events import Sample
from workbench.text import printable


def samples_text(samples: list[Sample]) -> Content:
    """Each question with its answers by iteration: before training, then the newest first."""
    if not samples:
        return Content(_("No sample answers yet. They come at the start, every evaluation_freq and at each save."))
    by_prompt: dict[str, list[Sample]] = {}
    for sample in samples:
        by_prompt.setdefault(sample.asked, []).append(sample)
    return Content("\n").join(_answers(prompt, answers) for prompt, answers in by_prompt.items())


def _answers(prompt: str, answers: list[Sample]) -> Content:
    before = [sample for sample in answers if sample.iter == 0][-1:]
    later = {sample.iter: sample for sample in answers if sample.iter > 0}
    ordered = [*before, *(later[iteration] for iteration in sorted(later, reverse=True))]
    labels = [_("before") if sample.iter == 0 else _("iter {iter}").format(iter=sample.iter) for sample in ordered]
    width = max(cell_len(label) for label in labels)
    lines = [Content.styled("❯ \t" + printable(prompt), "bold $text-primary")]
    for label, sample in zip(labels, ordered, strict=True):
        answer = " ⏎ ".join(printable(sample.output).strip().splitlines()) or _("(empty)")
        style = "dim" if sample.iter == 0 else "$text-accent"
        lines.append(Content.assemble("  ", (set_cell_size(label, width), style), "  \t", answer))
    return Content("\n").join(lines) + "\n"


def scores_text(infos: list[CheckpointInfo]) -> Content:
    """A row per checkpoint: its scores, and the mark of the recommended one with the reason below."""
    names = list(dict.fromkeys(name for info in infos for name in info.scores))
    best = recommendation_among(infos)
    if not names and len(infos) <= 1:
        return Content(_("No checkpoint yet. Each one is scored when it is saved, if the config names probes."))
    title = _("checkpoint")
    width = max(cell_len(title), *(cell_len(info.name) for info in infos)) + 2
    losses = [info.validation_loss for info in infos]
    titles = [*map(score_text, names), *([_("validation")] if any(loss is not None for loss in losses) else [])]
    widths = [max(12, cell_len(text) + 2) for text in map(printable, titles)]
    header = "  " + set_cell_size(title, width) + "".join(map(_right_aligned, map(printable, titles), widths))
    lines = [Content.styled(header, "dim")]
    for info in infos:
        is_best = best is not None and info.name == best.checkpoint
        figures = [*(_share(info, name) for name in names), _loss(info)][: len(titles)]
        shares = "".join(map(_right_aligned, figures, widths))
        gone = "" if info.path is None or info.exists else "  " + _("(removed)")
        line = ("★ " if is_best else "  ") + set_cell_size(info.name, width) + shares + gone
        lines.append(Content.styled(line, "bold $text-success" if is_best else ""))
    if best is not None:
        lines.append(Content(f"\n★ {best.checkpoint}: \t{best.reason}"))
    return Content("\n").join(lines)


def _right_aligned(text: str, cells: int) -> str:
    return " " * max(cells - cell_len(text), 0) + text


def _loss(info: CheckpointInfo) -> str:
    return "–" if info.validation_loss is None else f"{info.validation_loss:.4f}"


def _share(info: CheckpointInfo, name: str) -> str:
    return f"{info.scores[name].value:.1%}" if name in info.scores else "–"
