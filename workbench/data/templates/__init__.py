"""Prompt templates: how a conversation becomes text, and which parts of it are trained."""

from __future__ import annotations

from workbench.data.templates.builtin import TEMPLATE_NAMES
from workbench.data.templates.chat_template import AUTO, ChatTemplate
from workbench.data.templates.find import get_template, keep_template, known_templates, template_for_model
from workbench.data.templates.prompt_template import PromptTemplate
from workbench.data.templates.segment import Segment, Special, Template

__all__ = [
    "AUTO",
    "TEMPLATE_NAMES",
    "ChatTemplate",
    "PromptTemplate",
    "Segment",
    "Special",
    "Template",
    "get_template",
    "keep_template",
    "known_templates",
    "template_for_model",
]
