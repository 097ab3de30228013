"""Loading tokenizers and language models, with errors a person can act on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import cached_file
from transformers.utils import logging as transformers_logging

from workbench.configs.method_settings import QuantizationSettings
from workbench.configs.model_settings import Attention, Method, RopeScaling
from workbench.data.light_tokenizer import processors_template
from workbench.data.piece_file import unsaid_ends
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models import internlm1, internlm2, internlm3
from workbench.models.attention import choose_attention
from workbench.models.base_changes import add_tokens
from workbench.models.few_bits import few_bit_settings
from workbench.models.precision import Precision, choose_precision, dtype_of
from workbench.models.rotary import stretch_context
from workbench.paths import resolve_model
from workbench.weights.model_folder import incomplete, require_config
from workbench.weights.own_sight import refuse_official_layout
from workbench.weights.scoring import refuse_scorer, scores_by

_OTHER_SIZES = ("ignore_mismatched_sizes", "automatic conversion of the weights")
"""What transformers' error says where a weight has not the size, or cannot be cut into the parts, of the config."""

_IS_TOKENIZER = re.compile(r"(tokenizer|vocab|tokenization_).*|.*\.(model|tiktoken)")
"""Names of files of which every tokenizer has one."""
SCORE_WEIGHT = "score.weight"
"""The head of a reward model, as transformers names it."""
_OTHER_HEADS = {"v_head": "score"}
"""The same head as InternLM2's reward models name it → as transformers does."""

for family in (internlm1, internlm2, internlm3):
    family.register()
transformers_logging.disable_progress_bar()


def load_tokenizer(path_or_name: str, trust_remote_code: bool = False, new_tokens: tuple[str, ...] = ()) -> Any:
    """The tokenizer of a model folder or Hugging Face name; right padding, with a pad token.

    Args:
        new_tokens: it has these as well.

    Raises:
        WorkbenchError: there is none, or it needs code of its own that is not allowed, or it has such a token already.
    """
    source = _existing(path_or_name)
    _require_tokenizer(Path(source), path_or_name)
    with load_errors(path_or_name):
        tokenizer = AutoTokenizer.from_pretrained(
            source, trust_remote_code=trust_remote_code, padding_side="right", **unsaid_ends(Path(source))
        )
        if tokenizer.chat_template is None:
            tokenizer.chat_template = _processors_template(source)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    add_tokens(tokenizer, new_tokens)
    return tokenizer


def _require_tokenizer(folder: Path, shown: str) -> None:
    if folder.is_dir() and not any(_IS_TOKENIZER.match(file.name) for file in folder.iterdir()):
        raise WorkbenchError(
            _("The model folder has no tokenizer."),
            where=shown,
            fix=_("Copy the files of its tokenizer, such as tokenizer.json, from the model that it was made of."),
        )


def _processors_template(source: str) -> Any:
    file = cached_file(
        source,
        "chat_template.json",
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    return processors_template(Path(file).parent) if file else None


def load_language_model(
    path_or_name: str,
    *,
    method: Method = "full",
    precision: Precision = "auto",
    quantization: QuantizationSettings | None = None,
    attn_implementation: Attention = "auto",
    max_position_embeddings: int | None = None,
    rope_scaling_type: RopeScaling = "linear",
    trust_remote_code: bool = False,
    device_map: Any = None,
    offload_folder: str | None = None,
    scores: bool = False,
) -> Any:
    """A causal language model, its weights in the given precision, or in 4 or 8 bits for ``qlora``.

    Args:
        max_position_embeddings: stretch the context window to so many tokens by RoPE scaling.
        device_map: as in transformers; None leaves the weights where they load (the CPU).
        offload_folder: where weights go that the devices of ``device_map`` have no room for.
        scores: instead of its output head it has one that gives one score to a text; a new one if the model has written
            text so far.

    Raises:
        WorkbenchError: the folder is missing or incomplete, the architecture is unknown, or it gives scores though it
            is to write text.
    """
    source = _existing(path_or_name)
    if not scores:
        refuse_scorer(Path(source))
    dtype = dtype_of(choose_precision(precision))
    chosen: dict[str, Any] = {"dtype": dtype, "trust_remote_code": trust_remote_code}
    if method == "qlora":
        chosen["quantization_config"] = few_bit_settings(quantization or QuantizationSettings(), dtype)
        device_map = device_map or ({"": torch.cuda.current_device()} if torch.cuda.is_available() else None)
    if device_map is not None:
        chosen |= {"device_map": device_map, "offload_folder": offload_folder}
    with load_errors(path_or_name):
        config = AutoConfig.from_pretrained(source, trust_remote_code=trust_remote_code)
        refuse_official_layout(config.to_dict(), path_or_name)
        if max_position_embeddings:
            stretch_context(config, max_position_embeddings, rope_scaling_type)
        attention = choose_attention(attn_implementation, dtype).name
        if scores:
            config.get_text_config().num_labels = 1
            chosen["key_mapping"] = _OTHER_HEADS
        kind = AutoModelForSequenceClassification if scores else AutoModelForCausalLM
        model, report = kind.from_pretrained(
            source, config=config, attn_implementation=attention, output_loading_info=True, **chosen
        )
    new = {SCORE_WEIGHT} if scores and not scores_by(config.architectures) else set()
    missing = set(report["missing_keys"]) - new
    require_all_weights(model, missing, path_or_name)
    _require_no_bias_left(report["unexpected_keys"], path_or_name)
    return model


def _existing(path_or_name: str) -> str:
    """The folder behind a name, checked if it is one; a Hugging Face name is passed on."""
    source = resolve_model(path_or_name)
    folder = Path(source)
    if folder.is_dir():
        require_config(folder, path_or_name)
        return str(folder)
    if _looks_like_path(source):
        raise WorkbenchError(
            _("The model folder does not exist."),
            where=path_or_name,
            fix=_("Check pretrained_model_name_or_path; a Hugging Face name looks like owner/model."),
        )
    return source


def _looks_like_path(source: str) -> bool:
    return source.startswith((".", "/", "~")) or source.count("/") != 1


def require_all_weights(model: Any, missing: Iterable[str], shown: str) -> None:
    """transformers gives random values to weights that are not there, with no more than a warning in the log."""
    names = sorted(set(missing) - set(getattr(model, "all_tied_weights_keys", ())))
    if names:
        raise WorkbenchError(
            _("Weights are missing: {names}.").format(names=", ".join(names[:3])), where=shown, fix=incomplete()
        )


def _require_no_bias_left(unexpected: Iterable[str], shown: str) -> None:
    """A bias that the config does not speak of is passed over by transformers, and the model computes another thing."""
    names = sorted(name for name in unexpected if name.endswith("_proj.bias"))
    if names:
        raise WorkbenchError(
            _("The weights have biases of which config.json does not speak: {names}.").format(
                names=", ".join(names[:3])
            ),
            where=shown,
            fix=_("Set bias: true in config.json if the model was trained with them."),
        )


@contextmanager
def load_errors(shown: str) -> Iterator[None]:
    """Turn what transformers raises for a bad folder or name into one sentence and a mend."""
    try:
        yield
    except SafetensorError as error:
        raise WorkbenchError(
            _("The weight file is damaged: {reason}").format(reason=error), where=shown, fix=incomplete()
        ) from error
    except RuntimeError as error:
        if not any(sign in str(error) for sign in _OTHER_SIZES):
            raise
        raise WorkbenchError(
            _("The weights have other sizes than config.json says."), where=shown, fix=incomplete()
        ) from error
    except StrictDataclassError as error:
        raise WorkbenchError(
            _("The model cannot be loaded: {reason}").format(reason=" ".join(str(error).split())[:300]),
            where=f"{shown}/config.json",
        ) from error
    except (OSError, ValueError, KeyError, ImportError) as error:
        first_line = (str(error) or type(error).__name__).strip().splitlines()[0]
        raise WorkbenchError(
            _("The model cannot be loaded: {reason}").format(reason=first_line[:300]),
            where=_damaged_json(shown) if isinstance(error, json.JSONDecodeError) else shown,
            fix=_mend(str(error)),
        ) from error


def _damaged_json(shown: str) -> str:
    """The file of a folder that is no JSON; the folder if it is none of them."""
    for path in sorted(Path(shown).glob("*.json")):
        try:
            json.loads(path.read_bytes())
        except ValueError:
            return str(path)
    return shown


def _mend(reason: str) -> str:
    lowered = reason.lower()
    if "trust_remote_code" in lowered:
        return _("It needs Python code of its own; allow that only for models you trust: trust_remote_code: true.")
    if "safetensors" in lowered or "pytorch_model" in lowered or "no file named" in lowered:
        return incomplete()
    if "pip install" in lowered:
        return _("Install that package beside workbench.")
    if "connect" in lowered or "offline" in lowered or "not a valid model identifier" in lowered:
        return _("Fetch the model where there is a network, and give the path of its folder.")
    return _("Check that the folder holds a complete Hugging Face model.")
