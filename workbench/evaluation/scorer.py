"""A reward model, loaded: it gives a score to an answer, at the token that its training read it at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from workbench.configs.base_changes import changes_of
from workbench.data.conversation import Conversation, Sample
from workbench.data.encode import IMAGE_TOKEN, encode_all
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.evaluation.score_request import ScoreRequest
from workbench.i18n import _
from workbench.models.adapters import load_adapter
from workbench.models.base_changes import make_room
from workbench.models.load import load_language_model, load_tokenizer
from workbench.weights.scoring import TOKEN_FIELD, gives_no_scores, no_such_token, scores_by


class Scorer:
    """The model of a request on the first GPU, or the CPU.

    Raises:
        WorkbenchError: a part of it is missing or damaged, or it gives no scores.
    """

    def __init__(self, request: ScoreRequest) -> None:
        changes = changes_of(request.adapter)
        self._request = request
        self._tokenizer = load_tokenizer(request.model, new_tokens=changes.new_tokens)
        model = load_language_model(
            request.model,
            precision=request.precision,
            max_position_embeddings=changes.max_position_embeddings,
            rope_scaling_type=changes.rope_scaling_type,
            device_map={"": torch.cuda.current_device()} if torch.cuda.is_available() else None,
            scores=True,
        )
        if request.adapter is None and not scores_by(model.config.architectures):
            raise gives_no_scores(request.model)
        make_room(model, self._tokenizer, changes.new_tokens)
        model.config.get_text_config().pad_token_id = self._tokenizer.pad_token_id
        self._behind = self._end_tokens(model.config)
        self._model = (load_adapter(model, request.adapter) if request.adapter else model).eval()
        self._template = get_template(request.prompt_template, self._tokenizer)

    def scores(self, samples: Sequence[Sample], where: Sequence[str]) -> Iterator[tuple[int, float]]:
        """The number of each sample with its score, the shortest first.

        Args:
            where: file and row of each sample.

        Raises:
            WorkbenchError: a sample has no answer, pictures, or is longer than the request allows.
        """
        ids = self._ids(samples, where)
        order = sorted(range(len(ids)), key=lambda number: len(ids[number]))
        for first in range(0, len(order), self._request.batch_size):
            some = order[first : first + self._request.batch_size]
            yield from zip(some, self._batch([ids[number] for number in some]), strict=True)

    def _end_tokens(self, config: Any) -> list[int]:
        """What is put behind an answer, to read its score there; nothing if that is the answer's last token."""
        token = self._request.reward_token_id
        if token is None:  # of a model of the hub, which was fetched just now
            token = getattr(config, TOKEN_FIELD, None)
        count = config.get_text_config().vocab_size
        if token is not None and not 0 <= token < count:
            raise no_such_token(token, count, self._request.model, _("Name it: --reward-token-id."))
        return [] if token is None else [int(token)]

    def _ids(self, samples: Sequence[Sample], where: Sequence[str]) -> list[list[int]]:
        for sample, place in zip(samples, where, strict=True):
            if not _ends_with_answer(sample):
                raise WorkbenchError(
                    _("The row has no answer that could be given a score."),
                    where=place,
                    fix=_("Give dialogues that end with an answer, or pairs: prompt, chosen, rejected."),
                )
        encoded = encode_all(samples, self._template, self._tokenizer)
        most = self._request.max_length - len(self._behind)
        for one, place in zip(encoded, where, strict=True):
            if IMAGE_TOKEN in one.input_ids:
                raise WorkbenchError(_("Reward models read text only, and the row has a picture."), where=place)
            if len(one.input_ids) > most:
                raise WorkbenchError(
                    _("The answer with its question has {count} tokens, more than {most}.").format(
                        count=len(one.input_ids), most=most
                    ),
                    where=place,
                    fix=_("The score is read at its last token: allow more with --max-length, or leave the row out."),
                )
        return [one.input_ids + self._behind for one in encoded]

    @torch.inference_mode()
    def _batch(self, rows: list[list[int]]) -> list[float]:
        longest = max(map(len, rows))
        ids = torch.full((len(rows), longest), self._tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = torch.tensor(row)
            mask[number, : len(row)] = 1
        device = self._model.device
        scores = self._model(input_ids=ids.to(device), attention_mask=mask.to(device), use_cache=False).logits
        return [float(score) for score in scores.squeeze(-1).float().cpu()]


def _ends_with_answer(sample: Sample) -> bool:
    return isinstance(sample, Conversation) and bool(sample.turns) and sample.turns[-1].role == "assistant"
