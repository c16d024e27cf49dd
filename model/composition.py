"""Several engines behind one `predict`: each answers for a part of the domain, and may hand on to another.

    >>> class Engine:
    ...     def __init__(self, answer):
    ...         self.answer = answer
    ...     def predict(self, prompts):
    ...         return [self.answer for _ in prompts]
    >>> whole = Composition("read", {"read": lambda: Engine("> add\\n"), "add": lambda: Engine("042")})
    >>> whole.predict(["07+35="])
    ['042']
    >>> [step.stage for step in whole.steps(["07+35="])[0]]
    ['read', 'add']

An expert is loaded when it is first asked, or when all are asked what they were trained on. `turncheck.engine.stages`
says how an answer hands on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import attrs

from turncheck.engine.learned import LearnedEngine, Trained, Training, UnavailableError, checked, described
from turncheck.engine.stages import HAND_ON, MOST_STAGES, ExpertError, Step, hand_on


@attrs.frozen
class Route:
    """A line of a stated router: texts that contain a text go to an expert. An empty text is in every text."""

    contains: str
    expert: str


class Router:
    """A stated router: the first of its routes that fits names the expert. Its answers hand the prompt on."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return for each prompt the line that hands it on; nothing if no route fits."""
        return [self._routed(prompt) for prompt in prompts]

    def _routed(self, prompt: str) -> str:
        found = next((route.expert for route in self.routes if route.contains in prompt), None)
        return f"{HAND_ON} {found}\n" if found else ""


class Composition:
    """Several engines as one.

    Args:
        first: the name of the engine that reads a prompt.
        makers: for each name, a function that loads its engine.
    """

    def __init__(self, first: str, makers: Mapping[str, Callable[[], LearnedEngine]]) -> None:
        self.first, self.names = first, tuple(makers)
        self._makers, self._loaded = dict(makers), dict[str, LearnedEngine]()
        self._faults: dict[str, str] = {}

    @property
    def loaded(self) -> tuple[str, ...]:
        """The engines that were asked so far."""
        return tuple(self._loaded)

    def expert(self, name: str) -> LearnedEngine:
        """Return the engine of that name, loading it if it was never asked.

        Raises:
            ExpertError: it cannot be loaded. It is not tried again.
        """
        if name in self._faults:
            raise ExpertError(name, self._faults[name])
        if name not in self._loaded:
            try:
                self._loaded[name] = self._makers[name]()
            except Exception as error:
                self._faults[name] = described(error)
                raise ExpertError(name, self._faults[name]) from error
        return self._loaded[name]

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        """Return the last answer to each prompt."""
        return [steps[-1].answer for steps in self.steps(prompts)]

    def steps(self, prompts: Sequence[str], /) -> list[list[Step]]:
        """Return who was asked what for each prompt, and what they answered.

        An answer that hands on to nobody, or after `MOST_STAGES` answers, is the last one.

        Raises:
            ExpertError: an expert cannot be loaded, raised, or did not give one text for each prompt.
        """
        found: list[list[Step]] = [[] for _ in prompts]
        waiting = [(index, self.first, prompt) for index, prompt in enumerate(prompts)]
        for _ in range(MOST_STAGES):
            try:
                asked = self._asked(waiting)
            except ExpertError as error:
                error.steps = found
                raise
            handed = []
            for index, step in asked:
                found[index].append(step)
                to = hand_on(step.answer)
                if to is not None and to[0] in self._makers:
                    handed.append((index, to[0], to[1] or step.prompt))
            waiting = handed
            if not waiting:
                break
        return found

    def _asked(self, waiting: Sequence[tuple[int, str, str]]) -> list[tuple[int, Step]]:
        """Ask each expert all that waits for it, together."""
        of_stage: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for index, stage, prompt in waiting:
            of_stage[stage].append((index, prompt))
        asked = []
        for stage, items in of_stage.items():
            answers = self._answers(stage, [prompt for _, prompt in items])
            asked += [
                (index, Step(stage, prompt, answer)) for (index, prompt), answer in zip(items, answers, strict=True)
            ]
        return asked

    def _answers(self, name: str, prompts: list[str]) -> list[str]:
        """Ask one expert."""
        engine = self.expert(name)
        try:
            return checked(engine.predict(prompts), len(prompts))
        except UnavailableError:  # the caller stops asking after several of these
            raise
        except Exception as error:
            raise ExpertError(name, described(error)) from error

    def alone(self, name: str, prompts: Sequence[str], /) -> list[str]:
        """Return what one expert, asked alone, answers to each prompt; nothing where it raises.

        An expert may raise on any text that is not for it, and then each text is asked by itself.
        """
        if not prompts:
            return []
        try:
            return self._answers(name, list(prompts))
        except ExpertError:
            return [""] if len(prompts) == 1 else [self.alone(name, [prompt])[0] for prompt in prompts]

    def training(self) -> Training | None:
        """Return what the engine that reads prompts was trained on; None if nobody recorded it.

        The number of cases, the core-hours and the texts seen are those of all experts together, of an engine with two
        names once; cases or core-hours that one expert does not know are left out. A stated router learns nothing.
        """
        found = _training_of(self.expert(self.first))
        if found is None:
            return None
        every = [_training_of(engine) for engine in self._engines()]
        known = [each for each in every if each is not None]
        turns = [each.turns for each in known if each.turns is not None]
        hours = [each.core_hours for each in known if each.core_hours is not None]
        return attrs.evolve(
            found,
            turns=sum(turns) if len(turns) == len(every) else None,
            core_hours=sum(hours) if len(hours) == len(every) else None,
            seen=sum(each.seen for each in known),
        )

    def _engines(self) -> list[LearnedEngine | None]:
        """Return the experts, each once and without a stated router; None for one that cannot be loaded."""
        engines: dict[int, LearnedEngine | None] = {}
        for name in self.names:
            try:
                engine = self.expert(name)
            except ExpertError:  # it is reported when it is asked
                engines[id(name)] = None
                continue
            if not isinstance(engine, Router):
                engines[id(engine)] = engine
        return list(engines.values())

    def close(self) -> None:
        """Close the experts that were loaded."""
        for engine in self._loaded.values():
            close = getattr(engine, "close", None)
            if callable(close):
                close()


def _training_of(engine: LearnedEngine | None) -> Training | None:
    return engine.training() if isinstance(engine, Trained) else None
