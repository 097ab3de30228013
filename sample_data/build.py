"""Make the whole sample project again: ``python -m sample_data.build`` (about 75 minutes on two cores)."""

from __future__ import annotations

from pathlib import Path

from sample_data.copying import teach_copying
from sample_data.picture_words import teach_picture_words
from sample_data.pretrain import pretrain
from sample_data.sets import measure_and_write
from sample_data.tokenizer import build_tokenizer
from workbench.models.load import load_language_model, load_tokenizer

FOLDER = Path(__file__).resolve().parent


def main() -> None:
    model_folder = FOLDER / "model"
    model_folder.mkdir(exist_ok=True)
    tokenizer = build_tokenizer(model_folder)
    model = pretrain(tokenizer, model_folder)
    teach_picture_words(model, tokenizer, model_folder)
    teach_copying(model, tokenizer, model_folder)
    measure_and_write(load_language_model(str(model_folder)), load_tokenizer(str(model_folder)), FOLDER)


if __name__ == "__main__":
    main()
