"""A checkpoint or a result in words, for the Checkpoints area. No widgets here."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from workbench.configs.provenance import read_provenance
from workbench.evaluation.recommend import score_text
from workbench.i18n import _
from workbench.text import printable
from workbench.ui import answers_text
from workbench.ui.project_weights import Made, Training
from workbench.ui.shown_path import shown_path
from workbench.ui.widgets.weights_tree import CheckpointRow, Row


def detail_of(row: Row | None) -> Content:
    """What is known of the row under the cursor."""
    match row:
        case Training():
            return _training(row)
        case CheckpointRow():
            return _checkpoint(row)
        case Made():
            return _made(row)
        case None:
            return Content("")


def _training(training: Training) -> Content:
    return Content.assemble((printable(training.job.id) + "\n\n", "bold"), answers_text.scores_text(training.infos))


def _checkpoint(row: CheckpointRow) -> Content:
    info, training = row.info, row.training
    base = training.infos[0]
    if info.path is None:
        title = _("The base, before training")
    else:
        title = _("{name}: iteration {iter}, optimiser step {step}").format(
            name=info.name, iter=info.iter, step=info.step
        )
    lines = [Content.styled(printable(title), "bold")]
    if info.path is not None:
        gone = "" if info.exists else "  " + _("(removed: save_total_limit keeps only the newest)")
        lines.append(Content.styled(shown_path(info.path, Path(training.job.record.project)) + gone, "dim"))
    if row.is_best and training.best is not None:
        said = _("Recommended. {reason}").format(reason=training.best.reason)
        lines.append(Content.styled("★ \t" + said, "bold $text-success"))
    for name, score in info.scores.items():
        before = base.scores.get(name)
        was = (
            _("  (before training {share})").format(share=f"{before.value:.1%}") if before and info is not base else ""
        )
        share = _("{right} of {total} right").format(right=score.right, total=score.total)
        lines.append(Content(f"{printable(score_text(name))}: \t{score.value:.1%}, {share}{was}"))
    samples = [*base.samples, *(info.samples if info is not base else [])]
    return Content("\n").join([*lines, Content(""), answers_text.samples_text(samples)])


def _made(made: Made) -> Content:
    lines = [Content.styled(shown_path(made.path, Path(made.job.record.project)), "bold")]
    known = read_provenance(made.path)
    if known is not None:
        facts = (
            (_("base"), known.base_model),
            (_("method"), known.method),
            (_("prompt template"), known.prompt_template),
            (_("from"), known.job),
            (_("iteration"), known.iter),
            *((score_text(name), f"{share:.1%}") for name, share in known.scores.items()),
        )
        lines += [
            Content.assemble((f"{name}: ", "dim"), "\t", printable(str(value)))
            for name, value in facts
            if value is not None
        ]
    lines += [
        Content(""),
        Content(_("t chats with it.") + ("  " + _("m merges it into its base.") if made.kind == "adapter" else "")),
    ]
    return Content("\n").join(lines)
