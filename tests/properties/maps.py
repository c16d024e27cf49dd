"""Operators, models and maps for tests of the brittleness map."""

import attrs

from turncheck.duel import DOMAIN
from turncheck.engine.learned import Training
from turncheck.properties.checking.subject import Subject
from turncheck.properties.mapping.plan import MapPlan
from turncheck.properties.mapping.run import Map
from turncheck.strategies.operators import ImpossibleDamageError


@attrs.frozen
class Replacing:
    """An operator that replaces a piece of the text, `strength` times, in every second case."""

    name: str
    old: str
    new: str
    family: str = "labels"
    strengths: tuple = (1,)
    keeps_valid: bool = False
    domain: object = DOMAIN

    def apply(self, case, strength, choice):
        text = self.domain.write(case)
        if self.old not in text:
            raise ImpossibleDamageError(self.name, "it has no such piece")
        return text.replace(self.old, self.new, strength)


MISSPELT = Replacing("misspelt", "poison", "poisom", strengths=(1, 2))
LATER = Replacing("another turn", "turn 0", "turn 1", family="harmless", keeps_valid=True)
OPERATORS = {each.name: each for each in (MISSPELT, LATER)}


class Model:
    """A model made of a function from a text to a text, which may know what it was trained on."""

    def __init__(self, answer, training=None):
        self.answer, self._training = answer, training

    def predict(self, prompts):
        return [self.answer(prompt) for prompt in prompts]

    def training(self):
        return self._training


def subject(answer, name="a model", domain=DOMAIN, operators=None, kind="py", **more):
    """A subject that was trained with those operators; without any, nobody knows how it was trained."""
    training = None if operators is None else Training(("play",), tuple(operators))
    return Subject(name, kind, Model(answer, training), domain, **more)


def right(prompt):
    return DOMAIN.resolve_text(prompt)


def repaired(prompt):
    return right(prompt.replace("poisom", "poison"))


def begun(folder, *subjects, operators=OPERATORS, turns=10, seed=0, sampler="mixed", resume=False):
    return Map(subjects, MapPlan(sampler, seed, turns), operators, folder, resume, lasts=False)


def run(work):
    for model in work.models:
        for _ in work.chunks(model):
            pass
    return work
