"""Shrinking in batches: the result breaks the law in the same mode, and no single simplification of it does."""

import attrs
import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit, read, resolve_text, write
from turncheck.engine.duel.samplers import sample
from turncheck.model.adapters.calibration import Noisy
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.counterexamples import counterexample
from turncheck.properties.checking.shrink import BATCH, is_minimal, shrink
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.laws.duel.edits import edited, mirrored

BY_ID = {law.id: law for law in LAWS}
AGREES = BY_ID["answer_agrees_with_the_reference"]
SWAPS = BY_ID["swapped_units_swap_the_answer"]
BUGS = {
    "regen gives 4": attrs.evolve(STANDARD, regen_heal=4),
    "thorns cost 3": attrs.evolve(STANDARD, thorns_damage=3),
    "no cap of poison": STANDARD.with_field("poison", high=5),
    "hero first": STANDARD.without("T2"),
    "no stun": STANDARD.without("O2"),
}


class Counting:
    """The reference under other rules; notes how many prompts came in each call, and which."""

    def __init__(self, rules):
        self.rules, self.calls, self.prompts = rules, [], []

    def predict(self, prompts, /):
        self.calls.append(len(prompts))
        self.prompts += prompts
        return [resolve_text(prompt, self.rules) for prompt in prompts]


def subject_of(engine):
    return Subject("mine", "py", engine, DOMAIN)


def breaches(law, subject, count=400):
    turns = [turn for turn in sample("mixed", 4, count) if law.applies(turn, DOMAIN)]
    return [found for turn in turns if (found := counterexample(law, subject, turn)) is not None]


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize("law", [AGREES, SWAPS], ids=lambda law: law.id)
def test_what_comes_out_is_smaller_breaks_the_law_so_and_is_minimal(law, bug):
    subject = Subject("mine", "py", Counting(BUGS[bug]), DOMAIN)
    for start in breaches(law, subject)[:5]:
        small = shrink(law, subject, start)
        assert small.simplicity <= start.simplicity
        again = counterexample(law, subject, small.case)
        assert (again.witness(law), again.mode) == (small.witness(law), start.mode)
        assert is_minimal(law, subject, small)


def test_a_bug_is_shrunk_to_the_turn_that_one_would_write():
    subject = Subject("mine", "py", Counting(BUGS["regen gives 4"]), DOMAIN)
    smallest = {write(shrink(AGREES, subject, start).case) for start in breaches(AGREES, subject)[:20]}
    # With max at 5 the wrong answer would be max, which is another mode. Of two mirrored turns the text decides.
    assert write(Turn(Battle(1, Unit(1, 1), Unit(1, 6, regen=1)))) in smallest
    assert write(Turn(Battle(1, Unit(1, 6, regen=1), Unit(1, 1)))) not in smallest


def test_few_turns_are_asked_and_each_is_smaller_than_the_smallest_that_broke_the_law_so_far():
    engine = Counting(BUGS["regen gives 4"])
    subject = Subject("mine", "py", engine, DOMAIN)
    for start in breaches(AGREES, subject)[:20]:
        engine.calls.clear()
        engine.prompts.clear()
        small = shrink(AGREES, subject_of(engine), start)
        assert len(engine.prompts) == len(set(engine.prompts)) < 300
        prompts, smallest = iter(tuple(engine.prompts)), start.simplicity
        for size in tuple(engine.calls):
            batch = [next(prompts) for _ in range(size)]
            assert all(DOMAIN.simplicity(prompt) < smallest for prompt in batch)
            smallest = min(
                [smallest, *(DOMAIN.simplicity(prompt) for prompt in batch if _breaks_so(subject, prompt, start))]
            )
        assert small.simplicity == smallest


def _breaks_so(subject, prompt, start):
    found = counterexample(AGREES, subject, read(prompt))
    return found is not None and found.mode is start.mode


def test_a_turn_that_can_be_simplified_is_not_minimal():
    subject = Subject("mine", "py", Counting(BUGS["regen gives 4"]), DOMAIN)
    start = breaches(AGREES, subject)[0]
    assert not is_minimal(AGREES, subject, start)


def test_mirrored_turns_exchange_units_and_orders():
    turn = Turn(Battle(7, Unit(5, 9, shield=3), Unit(4, 4)), Order("foe", "attack"), Order("hero", "heal"))
    wanted = Turn(Battle(7, Unit(4, 4), Unit(5, 9, shield=3)), Order("hero", "attack"), Order("foe", "heal"))
    assert mirrored(turn) == wanted
    assert mirrored(wanted) == turn


def test_no_batch_is_larger_than_said():
    engine = Counting(BUGS["thorns cost 3"])
    subject = Subject("mine", "py", engine, DOMAIN)
    start = breaches(AGREES, subject)[0]
    engine.calls.clear()
    shrink(AGREES, subject, start)
    assert max(engine.calls) <= BATCH


def test_the_same_breach_is_shrunk_to_the_same_turn():
    found = [shrink(AGREES, subject, breaches(AGREES, subject)[0]).witness(AGREES) for subject in (noisy(), noisy())]
    assert found[0] == found[1]


def noisy():
    return Subject("mine", "py", Noisy(DOMAIN, 0.5), DOMAIN)


def test_the_mode_stays():
    def predict(prompts):
        return ["" if "hero hp 9" in prompt else resolve_text(prompt, BUGS["regen gives 4"]) for prompt in prompts]

    subject = Subject("mine", "py", PythonFunction(predict), DOMAIN)
    by_mode = {start.mode: start for start in breaches(AGREES, subject)}
    assert {mode.mode for mode in by_mode} >= {"no_answer", "wrong_value"}
    for mode, start in by_mode.items():
        assert shrink(AGREES, subject, start).mode is mode


def test_an_edit_leaves_a_valid_turn_or_none():
    turn = Turn(Battle(7, Unit(5, 9, shield=3), Unit(4, 4)), Order("foe", "attack"), Order("hero", "heal"))
    assert edited(turn, {}, STANDARD) == turn
    assert edited(turn, {("hero", "hp"): 10}, STANDARD) is None
    assert edited(turn, {("hero", "hp"): 0}, STANDARD) is None
    edit = {("turn", ""): 1, ("hero", "shield"): 0, ("orders", "hero"): "wait", ("orders", "first"): "hero"}
    wanted = Turn(Battle(1, Unit(5, 9), Unit(4, 4)), Order("hero", "wait"), Order("foe", "attack"))
    assert edited(turn, edit, STANDARD) == wanted
