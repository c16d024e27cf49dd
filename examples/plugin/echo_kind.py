"""The kind `echo:WORD`: a model that answers every turn by one word, so that it breaks most laws."""

from __future__ import annotations

from collections.abc import Sequence

from turncheck import EngineError


class Echo:
    """Answers a text, whatever it is asked."""

    def __init__(self, text: str) -> None:
        self.text = text

    def predict(self, prompts: Sequence[str]) -> list[str]:
        """The text, for each prompt."""
        return [self.text for _ in prompts]


def echo(target: str, *, times: int = 1) -> Echo:
    """Makes the model of what stands behind `echo:`; `times` is an option."""
    if not target:
        raise EngineError("echo needs a word, as in echo:turn")
    return Echo(" ".join([target] * times) + "\n")
