"""The base models of the catalogue, as they are named in config names."""

from __future__ import annotations

from workbench.configs.catalogue import models_internlm, models_llama, models_others, models_qwen

MODELS = (*models_internlm.MODELS, *models_qwen.MODELS, *models_llama.MODELS, *models_others.MODELS)
BY_KEY = {model.key: model for model in MODELS}
