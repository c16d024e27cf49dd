"""A model whose answers take time by the test's clock, so that no test waits for it. It ignores poison."""

import re

from turncheck.engine.duel import resolve_text


class Clock:
    """A clock that goes on when the model answers, by so many seconds a prompt.

    Attributes:
        now: the time, in seconds.
        prompts: how many were answered.
    """

    def __init__(self, price):
        self.now, self.price, self.prompts = 0.0, price, 0

    def monotonic(self):
        return self.now

    def predict(self, prompts):
        self.now += self.price * len(prompts)
        self.prompts += len(prompts)
        return [resolve_text(re.sub(r"poison \d", "poison 0", prompt)) for prompt in prompts]
