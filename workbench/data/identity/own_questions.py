"""A person's own ways of asking an assistant who it is, beside those that come with workbench.

A text file has one question a line, under ``[intent]`` headings if they are not of the kind "who are you"; lines that
begin with ``*`` are kept for scoring, those with ``#`` are notes. A JSON file is an object of intents to lists of
questions, or a list of questions and of ``{"question", "intent", "language", "unseen"}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast, get_args

from workbench.data.identity.languages import KNOWN
from workbench.data.identity.questions import UNSEEN_MARK, Intent, Language, Question
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest, system_reason
from workbench.i18n import _

INTENTS: tuple[Intent, ...] = get_args(Intent)
_FIELDS = ("question", "intent", "language", "unseen")
_USUAL: Intent = "who"
_HEADING = re.compile(r"\[(.*)\]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def read_questions(path: Path) -> list[Question]:
    """The questions of a file, each once.

    Raises:
        WorkbenchError: the file cannot be read, holds no question, or names an intent that there is not.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = list(_of_json(path, json.loads(text)) if path.suffix == ".json" else _of_lines(path, text))
    except OSError as error:
        raise WorkbenchError(
            _("The file cannot be read: {reason}").format(reason=system_reason(error)), where=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise WorkbenchError(_("The file is not UTF-8 text."), where=str(path), fix=_("Save it as UTF-8.")) from error
    except (ValueError, RecursionError) as error:
        raise WorkbenchError(_("This is not JSON: {reason}.").format(reason=error), where=str(path)) from error
    if not found:
        raise WorkbenchError(_("The file holds no question."), where=str(path), fix=_("Write one question a line."))
    return list({question.text: question for question in found}.values())


def _of_lines(path: Path, text: str) -> Iterator[Question]:
    intent = _USUAL
    for number, line in enumerate(text.splitlines(), start=1):
        asked = line.strip()
        heading = _HEADING.fullmatch(asked)
        if heading:
            intent = _intent(heading.group(1).strip(), f"{path}:{number}")
        elif asked and not asked.startswith("#"):
            yield _question(asked, intent, f"{path}:{number}")


def _of_json(path: Path, content: Any) -> Iterator[Question]:
    if isinstance(content, dict):
        for name, rows in content.items():
            intent = _intent(name, f"{path}:{name}")
            if not isinstance(rows, list):
                raise WorkbenchError(_("An intent has a list of questions."), where=f"{path}:{name}")
            for number, row in enumerate(rows, start=1):
                yield _question(row, intent, f"{path}:{name}[{number}]")
        return
    if not isinstance(content, list):
        raise WorkbenchError(_("Questions are a list, or an object of intents to lists."), where=str(path))
    for number, row in enumerate(content, start=1):
        yield (
            _of_object(row, f"{path}:{number}") if isinstance(row, dict) else _question(row, _USUAL, f"{path}:{number}")
        )


def _of_object(row: dict[str, Any], where: str) -> Question:
    unknown = next((name for name in row if name not in _FIELDS), None)
    if unknown is not None:
        fix = _("Did you mean {names}?").format(names=listed(nearest(unknown, _FIELDS) or _FIELDS))
        raise WorkbenchError(_("There is no field {name}.").format(name=unknown), where=where, fix=fix)
    question = _question(row.get("question"), _intent(row.get("intent", _USUAL), f"{where}:intent"), where)
    language, unseen = row.get("language", question.language), row.get("unseen", question.unseen)
    if language not in KNOWN:
        raise WorkbenchError(_("A language is one of {names}.").format(names=listed(KNOWN)), where=f"{where}:language")
    if not isinstance(unseen, bool):
        raise WorkbenchError(_("unseen is true or false."), where=f"{where}:unseen")
    return Question(question.text, cast("Language", language), question.intent, unseen)


def _question(asked: Any, intent: Intent, where: str) -> Question:
    text = asked.removeprefix(UNSEEN_MARK).strip() if isinstance(asked, str) else ""
    if not text:
        raise WorkbenchError(_("A question is text, and not empty."), where=where)
    language: Language = "zh" if _CHINESE.search(text) else "en"
    return Question(text, language, intent, asked.startswith(UNSEEN_MARK))


def _intent(name: object, where: str) -> Intent:
    if name in INTENTS:
        return name
    close = listed(nearest(str(name), INTENTS) or INTENTS)
    raise WorkbenchError(
        _("There is no intent {name}.").format(name=name),
        where=where,
        fix=_("Did you mean {names}?").format(names=close),
    )
