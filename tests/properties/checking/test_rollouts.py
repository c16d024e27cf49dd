"""Laws about plays: what a subject is fed, what breaks them, and errors that only build up over turns."""

from contextlib import suppress

import attrs
import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Battle, Order, Play, Unit, read, resolve, resolve_text, turns_of, write
from turncheck.engine.duel.state import change
from turncheck.model.adapters.python import PythonFunction
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.counterexamples import asked, counterexample
from turncheck.properties.checking.draw import Budget, run
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import rollouts
from turncheck.properties.session.loading import load_subject
from turncheck.strategies.duel import plays

LOCK_STEP, LED, ALLOWED, OVER, COUNTED, UNHEALED, WORN = rollouts.LAWS
WAIT = Order("hero", "wait"), Order("foe", "wait")
GUARD = Order("hero", "guard"), Order("foe", "wait")


def answering(answer):
    return Subject("mine", "py", PythonFunction(lambda prompts: [answer(prompt) for prompt in prompts]), DOMAIN)


def late(prompt):
    """Counts two turns for each."""
    turn = read(prompt)
    return write(change(resolve(turn), turn=min(turn.battle.turn + 2, 99)))


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_in_lock_step_every_prompt_is_a_turn_of_the_reference_s_play():
    play = Play(Battle(), (WAIT, GUARD, WAIT))
    prompts, answers = asked(LOCK_STEP, answering(late), play)
    assert prompts == [write(turn) for turn in turns_of(play)]
    assert answers == [late(prompt) for prompt in prompts]


def test_fed_its_own_answers_each_prompt_is_the_last_answer_and_the_next_orders():
    play = Play(Battle(), (WAIT, GUARD, WAIT))
    prompts, answers = asked(LED, answering(late), play)
    assert prompts == [
        write(Battle()) + DOMAIN.write_orders(WAIT),
        answers[0] + DOMAIN.write_orders(GUARD),
        answers[1] + DOMAIN.write_orders(WAIT),
    ]
    assert [answer[:8] for answer in answers] == ["turn 03\n", "turn 05\n", "turn 07\n"]


@pytest.mark.parametrize("answer", ["", "what?\n", "reject truncated\n", write(Battle()).replace("01/01", "02/01", 1)])
def test_a_play_ends_where_an_answer_leads_to_no_turn_and_breaks_the_law(answer):
    play = Play(Battle(), (WAIT, WAIT, WAIT))
    prompts, answers = asked(LED, answering(lambda prompt: answer), play)
    assert (len(prompts), answers) == (1, [answer])
    for law in (LED, ALLOWED, OVER, COUNTED):
        assert counterexample(law, answering(lambda prompt: answer), play).place == 0


def test_the_turns_of_many_plays_go_to_a_model_together():
    sizes = []

    def predict(prompts):
        sizes.append(len(prompts))
        return [resolve_text(prompt) for prompt in prompts]

    check_law(LED, Subject("mine", "py", PythonFunction(predict), DOMAIN), Budget(60))
    assert len(sizes) <= 17  # a turn's prompts are one call; of the first turn's, a few go ahead to show what they cost
    assert sizes[0] + sizes[1] > 20


# --- what breaks them ------------------------------------------------------------------------------------------------


def revived(prompt):
    """Lets a fallen unit rise again."""
    after = resolve(read(prompt))
    return write(change(after, hero=Unit(1, after.hero.max))) if read(prompt).battle.over else write(after)


def overfull(prompt):
    """Forgets the cap of the shield."""
    turn = read(prompt)
    after = resolve(turn)
    return write(change(after, hero=change(after.hero, shield=25))) if after.hero.shield == 20 else write(after)


def healed(prompt):
    """Gives a unit that waits 1 hp where its hp is odd."""
    after = resolve(read(prompt))
    gained = after.hero.hp % 2 if 0 < after.hero.hp < after.hero.max else 0
    return write(change(after, hero=change(after.hero, hp=after.hero.hp + gained)))


def lasting(prompt):
    """Keeps the last turn of thorns."""
    after, before = resolve(read(prompt)), read(prompt).battle
    return write(change(after, foe=change(after.foe, thorns=before.foe.thorns))) if after.foe.hp else write(after)


@pytest.mark.parametrize(
    ("law", "bug"),
    [(LOCK_STEP, late), (LED, late), (COUNTED, late), (OVER, revived), (ALLOWED, overfull), (UNHEALED, healed),
     (WORN, lasting)],
    ids=lambda value: getattr(value, "id", getattr(value, "__name__", "")),
)  # fmt: skip
def test_a_law_about_plays_catches_its_bug_and_says_at_which_turn(law, bug):
    result = check_law(law, answering(bug), Budget(100))
    witness = result.failures[0].witness
    assert result.verdict == "FAIL"
    assert 1 <= witness.step <= witness.case.count("\ndo ") // 2
    assert bug(witness.turn) == witness.got != witness.expected == resolve_text(witness.turn)


def slipping(prompt):
    """Drops the shield where it has become 15 and more, which takes three guards from nothing."""
    after = resolve(read(prompt))
    return write(change(after, hero=change(after.hero, shield=0))) if after.hero.shield >= 15 else write(after)


def test_what_took_three_turns_to_build_up_is_shown_by_one():
    fresh = attrs.evolve(LED, cases=lambda domain: plays(rules=domain.variant))
    result = check_law(fresh, answering(slipping), Budget(200, seed=1))
    (witness,) = {failure.witness for failure in result.failures}
    assert (witness.step, witness.steps, witness.short) == (1, 1, "hero shield 15")


# --- what builds up --------------------------------------------------------------------------------------------------


class _ReachedError(Exception):
    """Ends the drawing of plays."""


def turns_until(reached, seed, rules=STANDARD):
    """How many turns are played before one after which that is so, in the plays that a law draws; None if in none."""
    law = attrs.evolve(LED, cases=lambda domain: plays(rules=domain.variant))
    seen = []

    def play_it(play):
        seen.extend(reached(resolve(turn, rules)) for turn in turns_of(play, rules))
        if True in seen:
            raise _ReachedError

    with suppress(_ReachedError):
        run(law, duel(rules), Budget(200, seed), play_it)
    return seen.index(True) + 1 if True in seen else None


def test_four_stacked_poisons_are_found_by_every_seed_within_1600_turns():
    lasting_poison = STANDARD.without("E5")
    found = [turns_until(lambda battle: battle.foe.poison >= 4, seed, lasting_poison) for seed in range(10)]
    assert None not in found
    assert max(found) < 1600


def test_three_guards_that_nothing_breaks_are_found_by_every_seed_within_1600_turns():
    # Of orders that are drawn one by one from all eight, no seed of six found them.
    found = [turns_until(lambda battle: max(battle.hero.shield, battle.foe.shield) >= 15, seed) for seed in range(10)]
    assert None not in found
    assert max(found) < 1600


def test_the_reference_breaks_none():
    for law in rollouts.LAWS:
        assert check_law(law, load_subject("reference", DOMAIN), Budget(40, seed=5)).verdict == "PASS"
