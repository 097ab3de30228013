"""A checkpoint or a result in words, for the Checkpoints area. No widgets here."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from workbench.configs.evaluation_rules import score_text
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.sizes import in_words
from workbench.text import printable
from workbench.ui import answers_text
from workbench.ui.project_weights import ProjectWeights
from workbench.ui.shown_path import shown_path
from workbench.ui.weights_rows import CACHE, TRASH, CheckpointRow, Found, Made, Row, Section, Training
from workbench.ui.weights_use import reference_of
from workbench.weights.facts import Kind, WeightsFacts, described
from workbench.weights.scoring import is_scorer
from workbench.weights.trash import Trashed

_CHATS = N_("t chats with it.")
_KEYS = (
    ({Kind.ADAPTER}, N_("m merges it into its base.")),
    ({Kind.LLAVA}, N_("m makes one model of the parts and what they go with.")),
    ({Kind.CHECKPOINT, Kind.DEEPSPEED}, N_("c converts it into a model.")),
    ({Kind.PTH_FILE, Kind.PTH_FOLDER}, N_("i converts it into what others can load.")),
    ({Kind.BASE, Kind.MERGED, Kind.CONVERTED, Kind.ADAPTER, Kind.LLAVA}, _CHATS),
    ({Kind.BASE, Kind.MERGED, Kind.CONVERTED, Kind.ADAPTER, Kind.LLAVA}, N_("s scores it.")),
    ({Kind.BASE, Kind.MERGED, Kind.CONVERTED}, N_("e exports it for other programs.")),
)
"""What can be done with each kind."""


def detail_of(row: Row | None, weights: ProjectWeights) -> Content:
    """What is known of the row under the cursor."""
    match row:
        case Training():
            return _training(row)
        case CheckpointRow():
            return _checkpoint(row, weights.facts_of(row), _earlier(row, weights))
        case Made():
            shown = shown_path(row.path, weights.project)
            return _weights(shown, weights.facts_of(row), _earlier(row, weights), row.job.id)
        case Found():
            shown = shown_path(row.facts.path, weights.project)
            return _weights(row.name if row.place == CACHE else shown, row.facts, _earlier(row, weights))
        case Trashed():
            return _trashed(row, weights.project)
        case Section():
            return _section(row, weights)
        case None:
            return Content("")


def _earlier(row: Row, weights: ProjectWeights) -> list[Content]:
    """The scores that it was given since, each with the job that tells more."""
    try:
        found = weights.scores_of(reference_of(row))
    except WorkbenchError:  # the config of its training cannot be read; whoever needs it says so
        return []
    return [_line(score_text(one.name), f"{one.value:.1%}  {one.job}") for one in found]


def _training(training: Training) -> Content:
    return Content.assemble((printable(training.job.id) + "\n\n", "bold"), answers_text.scores_text(training.infos))


def _checkpoint(row: CheckpointRow, facts: WeightsFacts | None, earlier: list[Content]) -> Content:
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
        gone = "" if info.exists else "  " + _("(removed)")
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
    lines += earlier
    if info.validation_loss is not None:
        lines.append(Content(_("validation loss") + f": \t{info.validation_loss:.4f}"))
    samples = [*base.samples, *(info.samples if info is not base else [])]
    if facts is not None:
        lines += _fact_lines(facts)
    return Content("\n").join([*lines, Content(""), answers_text.samples_text(samples)])


def _weights(title: str, facts: WeightsFacts | None, earlier: list[Content], job: str | None = None) -> Content:
    lines = [Content.styled(printable(title), "bold")]
    if facts is None:
        return Content("\n").join([*lines, Content(_("There are no weights here."))])
    lines += [*_fact_lines(facts), *earlier]
    if job is not None:
        lines.append(_line(_("made by"), job))
    if facts.trouble is None:
        lines += [Content(""), Content("  ".join(_keys(facts)))]
    return Content("\n").join(lines)


def _keys(facts: WeightsFacts) -> list[str]:
    """What can be done with it; a reward model writes no text."""
    texts = [text for kinds, text in _KEYS if facts.kind in kinds]
    return [_(text) for text in texts if text is not _CHATS or not is_scorer(facts.path)]


def _fact_lines(facts: WeightsFacts) -> list[Content]:
    trouble = _("trouble")
    return [_line(name, value, "bold $text-error" if name == trouble else "") for name, value in described(facts)]


def _line(name: str, value: str, style: str = "") -> Content:
    return Content.assemble((f"{printable(name)}: ", "dim"), "\t", (printable(value), style))


def _trashed(item: Trashed, project: Path) -> Content:
    lines = [
        Content.styled(shown_path(item.origin, project), "bold"),
        _line(_("size"), in_words(item.bytes)),
        _line(_("kept in"), shown_path(item.place, project)),
        Content(""),
        Content(_("u brings it back; d removes it for good.")),
        Content(fate_of(item)),
    ]
    return Content("\n").join(lines)


def fate_of(item: Trashed) -> str:
    """Until when something deleted is kept."""
    if item.owner is None:
        return _("A command deleted it: it is kept until 'workbench checkpoints empty'.")
    if item.is_own or item.is_left_over:
        return _("It is kept until this app closes, then its room is freed.")
    return _("Another app that is open deleted it, and frees its room when it closes.")


def _section(section: Section, weights: ProjectWeights) -> Content:
    lines = [Content.styled(section.title, "bold")]
    if section.place == TRASH:
        return Content("\n").join([*lines, *(Content(text) for text in dict.fromkeys(map(fate_of, weights.trash)))])
    sizes = [one.facts.bytes for one in weights.found if one.place == section.place]
    if sizes:
        said = _("{count} weights, {size}").format(count=len(sizes), size=in_words(sum(sizes)))
        lines.append(Content(said))
    if section.place in map(str, weights.added):
        lines.append(Content(_("d takes the folder out of the list; nothing in it is deleted.")))
    return Content("\n").join(lines)
