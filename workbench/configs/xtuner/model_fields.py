"""The model, its adapter and its 4-bit base, from an XTuner config."""

from __future__ import annotations

from workbench.configs.xtuner import reasons
from workbench.configs.xtuner.preference_fields import carry_preference
from workbench.configs.xtuner.read import is_bare_model, kind_of
from workbench.configs.xtuner.report import Part, Report
from workbench.configs.xtuner.syntax import ConfigTree
from workbench.configs.xtuner.values import Reference, Settings, Unreadable, Value, template_name, type_name
from workbench.configs.xtuner.vision_fields import carry_own_sight, carry_vision
from workbench.configs.xtuner.weights_fields import (
    PATH,
    carry_adapter,
    carry_path,
    carry_start,
    is_set,
    refuse_other_class,
    why_unread,
)
from workbench.i18n import N_, _

_QUANTIZATION_CLASS = "BitsAndBytesConfig"


def carry_model(root: Part, tree: ConfigTree) -> None:
    """Carry over what is trained, and how."""
    report, kind = root.report, kind_of(tree)
    model = root.part("model")
    if model is None:
        return
    llm = model if is_bare_model(model.values) else model.part("llm")
    holder = root if is_bare_model(model.values) else model
    if kind == "InternVL_V1_5":
        carry_own_sight(model)
    elif llm is None:
        report.refuse(PATH, _("The config names no model here."), model.place("llm"))
    else:
        _carry_llm(llm)
    _carry_method(holder, llm)
    if kind == "LLaVAModel":
        carry_vision(model)
    carry_preference(model, kind)
    carry_start(model)
    model.carry("use_varlen_attn", "use_varlen_attn", bool)
    model.carry("max_position_embeddings", "max_position_embeddings", int)
    model.carry("use_activation_checkpointing", "use_activation_checkpointing", bool)
    model.leave_rest(reasons.MODEL)


def _carry_llm(llm: Part) -> None:
    carry_path(llm, PATH)
    llm.carry("attn_implementation", "attn_implementation", str)
    carry_precision(llm, "torch_dtype")


def carry_precision(part: Part, key: str) -> None:
    """The number format: float16 is how these configs are written, and bfloat16 what training used where it could."""
    value = part.raw(key)
    name = Reference(value).name if isinstance(value, str) else type_name(value)
    if name in ("bfloat16", "bf16"):
        part.report.carried.pop("precision", None)
        part.report.carry("precision", "bf16", part.full_name(key))
    elif name in ("float16", "fp16", "half"):
        note = _("float16 was what such configs say; bf16 is taken where the hardware has it, as under DeepSpeed")
        part.report.carry("precision", "auto", part.full_name(key), note)
    elif name in ("float32", "fp32"):
        part.report.carry("precision", "fp32", part.full_name(key))
    elif value not in (None, "auto"):
        part.leave(key)


def _carry_method(holder: Part, llm: Part | None) -> None:
    report = holder.report
    lora = holder.part("lora") if "lora" in holder.values else holder.part("llm_lora")
    in_few_bits = _carry_quantization(llm) if llm else is_set(holder, "quantization_llm", "method")
    if lora is not None:
        carry_adapter(lora, "lora", "method")
        report.carry("method", "qlora" if in_few_bits else "lora", lora.name)
        holder.raw("freeze_llm")  # an adapter is trained on a frozen model
    elif holder.values.get("lora") is not None:
        report.refuse("method", why_unread(holder, "lora"), holder.place("lora"))
    elif is_set(holder, "freeze_llm", "freeze_llm"):
        report.carry("method", "qlora" if in_few_bits else "full", holder.full_name("llm"))
        report.carry("freeze_llm", True, holder.full_name("freeze_llm"))
    elif in_few_bits:
        report.refuse("method", _("The base model is quantised and has no adapter, so nothing would be trained."))
    else:
        report.carry("method", "full", holder.full_name("lora"))
    if llm is not None:
        llm.leave_rest(reasons.LLM)


def _carry_quantization(llm: Part) -> bool:
    """Whether the base is held in 4 or 8 bits."""
    settings = llm.part("quantization_config")
    if settings is not None:
        refuse_other_class(settings, "method", _QUANTIZATION_CLASS)
    elif llm.values.get("quantization_config") is not None:
        llm.report.refuse("method", why_unread(llm, "quantization_config"), llm.place("quantization_config"))
    quantized = settings or llm
    in_eight_bits = is_set(quantized, "load_in_8bit", "method")
    if in_eight_bits:
        llm.report.carry("quantization.load_in_8bit", True, quantized.full_name("load_in_8bit"))
    in_four_bits = quantized.read("load_in_4bit", bool) is True
    if isinstance(quantized.values.get("load_in_4bit"), Unreadable):
        llm.report.refuse("method", why_unread(quantized, "load_in_4bit"), quantized.place("load_in_4bit"))
    if in_four_bits:
        quantized.carry("bnb_4bit_quant_type", "quantization.bnb_4bit_quant_type", str, absent="fp4")
        quantized.carry("bnb_4bit_use_double_quant", "quantization.bnb_4bit_use_double_quant", bool, absent=False)
        _carry_compute_type(quantized, "bnb_4bit_compute_dtype")
    if settings is not None:
        settings.leave_rest(reasons.QUANTIZATION)
    return in_four_bits or in_eight_bits


def _carry_compute_type(settings: Part, key: str) -> None:
    name = type_name(settings.raw(key)) or "float32"
    field = "quantization.bnb_4bit_compute_dtype"
    if name == "float16":
        settings.report.carry(field, "auto", settings.full_name(key), _("follows precision"))
    elif name in ("bfloat16", "float32"):
        settings.report.carry(field, name, settings.full_name(key))


def carry_template(report: Report, value: Value, source: str) -> bool:
    """Carry the dialogue format over by its name; whether it has one."""
    name = template_name(value)
    if name is not None:
        report.carry("prompt_template", name, source)
    return name is not None


def carry_tokenizer(root: Part) -> None:
    """Note what a config says about its tokenizer, which here is always that of the base model."""
    note_tokenizer(root)
    tokenizer = root.part("tokenizer")
    if tokenizer is not None:
        tokenizer.raw(PATH)
        tokenizer.leave_rest(reasons.TOKENIZER)


def note_tokenizer(owner: Part) -> None:
    """Note a tokenizer that is not the base model's."""
    tokenizer = owner.raw("tokenizer")
    path = tokenizer.get(PATH) if isinstance(tokenizer, Settings) else None
    if path != owner.report.value_of(PATH) and tokenizer is not None:
        owner.leave("tokenizer", N_("the tokenizer of the base model is taken"))
