"""Make the seeing part of the sample project again: ``python -m sample_data.seeing.build``."""

from __future__ import annotations

from pathlib import Path

from sample_data.seeing.files import write_seeing
from sample_data.seeing.tower import train_tower

FOLDER = Path(__file__).resolve().parent.parent


def main() -> None:
    write_seeing(FOLDER)
    train_tower(FOLDER / "vision_tower")


if __name__ == "__main__":
    main()
