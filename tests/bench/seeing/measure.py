"""The figures of models that see."""

from __future__ import annotations

from tests.bench.measurement import Figure, Measurement, Settings


def measure(settings: Settings) -> list[Figure]:
    """All three, one after the other."""
    from tests.bench.seeing.first_token import first_token_figures
    from tests.bench.seeing.pipeline import pipeline_figures
    from tests.bench.seeing.steps import step_figures

    return [*pipeline_figures(settings), *step_figures(settings), *first_token_figures(settings)]


SEEING = Measurement(
    "seeing",
    "Models that see",
    how="The input pipeline reads JPEG files of 640x480 pixels with two loading processes and CLIP's image processor at "
    "336 pixels; the plain data loader opens each file with Pillow and calls the same processor. A step is forward and "
    "backward of the first stage (projector before the frozen sample model, fp32, 40 tokens of text each); the first "
    "token of an answer is timed by the chat engine itself, with the reading of the picture in it.",
    limits="Files come from the page cache. The language model is the sample's of 3.7 million parameters, so a step saves "
    "more by known features than before a model of billions, where the tower is a smaller part.",
    run=measure,
)
