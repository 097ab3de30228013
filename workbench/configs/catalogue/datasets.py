"""What the catalogue's configs train on, as it is named in config names."""

from __future__ import annotations

from workbench.configs.catalogue import datasets_open, datasets_own

DATASETS = (*datasets_open.DATASETS, *datasets_own.DATASETS)
BY_KEY = {data.key: data for data in DATASETS}
