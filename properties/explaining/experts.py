"""Which expert of a composition was wrong.

Where the domain's reference answers in stages of the same names (`turncheck.engine.stages`), each expert's answer is
compared with that of its stage to the same text: the first that differs is wrong. Without such stages, only whole
answers can be compared. If another expert, asked alone, is right, the expert that reads prompts was wrong to send the
prompt elsewhere; else the expert that gave the last answer was wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import attrs

from turncheck.engine.domain import Domain
from turncheck.engine.stages import HAND_ON, Composed, ExpertError, Step, hand_on, stages_of
from turncheck.engine.visible import quoted
from turncheck.properties.checking.interrupts import hearing_interrupts, is_interrupt
from turncheck.properties.checking.timeouts import time_limit

MISSING = "there is no such expert"

LONGEST = 60
"""Most characters of a text in a line."""


@attrs.frozen
class WrongExpert:
    """The expert that was wrong, and how.

    Attributes:
        expert: its name; for an answer that was handed to nobody, the name in that answer.
        asked: the text that it was asked.
        answered: its answer; for an expert that raised, what it raised; for a name that is no expert, `MISSING`.
        expected: the right answer to that text; empty if the reference has none.
    """

    expert: str
    asked: str
    answered: str
    expected: str

    def line(self) -> str:
        """Return one line: of the answers, the first lines that differ."""
        answered, expected = _differing(self.answered, self.expected)
        right = f", expected {quoted(expected, LONGEST)}" if self.expected else ""
        return f"{self.expert}, asked {quoted(self.asked, LONGEST)}, answered {quoted(answered, LONGEST)}{right}"


def _differing(one: str, other: str) -> tuple[str, str]:
    pairs = zip_longest(one.splitlines(keepends=True), other.splitlines(keepends=True), fillvalue="")
    return next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))


def wrong_expert(domain: Domain, composition: Composed, prompt: str, limit: float | None = None) -> WrongExpert | None:
    """Return the expert that made a composition's answer to a prompt wrong.

    None if the answer is right, or if asking took too long or raised something that is no expert's fault.

    Args:
        domain: the domain of the prompt.
        composition: the composition; it is asked the prompt again.
        prompt: any text.
        limit: most seconds for asking; None for no limit.
    """
    with hearing_interrupts():
        try:
            with time_limit(limit):
                return _wrong_expert(domain, composition, prompt)
        except BaseException as error:  # a composition that is a Python object may raise anything
            if is_interrupt(error):
                raise
            return None


def _wrong_expert(domain: Domain, composition: Composed, prompt: str) -> WrongExpert | None:
    expected = domain.resolve_text(prompt)
    try:
        (steps,) = composition.steps([prompt])
    except ExpertError as error:
        (steps,) = error.steps or [[]]
        raising = WrongExpert(error.expert, _handed(steps) or prompt, error.fault, "")
        return _by_stage(domain, steps, composition.names) or raising
    if domain.agrees(prompt, steps[-1].answer, expected):
        return None
    return _by_stage(domain, steps, composition.names) or _by_whole(domain, composition, steps, expected)


def count_experts(
    domain: Domain, composition: Composed, prompts: Iterable[str], limit: float | None = None
) -> Counter[str]:
    """Count for how many of the prompts each expert was wrong. Prompts that are answered correctly do not count."""
    found = (wrong_expert(domain, composition, prompt, limit) for prompt in prompts)
    return Counter(each.expert for each in found if each is not None)


def _handed(steps: Sequence[Step]) -> str:
    """Return the text that the steps hand on; empty if there is none."""
    if not steps:
        return ""
    handed = hand_on(steps[-1].answer)
    return (handed[1] if handed else "") or steps[-1].prompt


def _by_stage(domain: Domain, steps: Sequence[Step], names: Sequence[str]) -> WrongExpert | None:
    """Return the first expert whose answer is not its stage's; None if the stages do not tell."""
    stages = stages_of(domain)
    before: Step | None = None
    for step in steps:
        if stages is None or step.stage not in stages.answers:
            before = step
            continue
        try:
            right = stages.answers[step.stage](step.prompt)
        except Exception:  # the text is none for this stage: who handed it on is to blame
            return None if before is None else WrongExpert(before.stage, before.prompt, before.answer, "")
        if step.answer != right:
            return WrongExpert(step.stage, step.prompt, step.answer, right)
        before = step
    handed = hand_on(steps[-1].answer) if steps else None
    if stages is not None and handed is not None and handed[0] not in names:
        return WrongExpert(handed[0], _handed(steps), MISSING, "")
    return None


def _by_whole(domain: Domain, composition: Composed, steps: Sequence[Step], expected: str) -> WrongExpert:
    """Return the expert that reads prompts if another expert alone is right, else the one that answered last."""
    first, last = steps[0], steps[-1]
    for name in composition.names:
        if name not in {step.stage for step in steps}:
            (answer,) = composition.alone(name, [first.prompt])
            if domain.agrees(first.prompt, answer, expected):
                return WrongExpert(first.stage, first.prompt, first.answer, f"{HAND_ON} {name}\n")
    return WrongExpert(last.stage, last.prompt, last.answer, expected if last.prompt == first.prompt else "")
