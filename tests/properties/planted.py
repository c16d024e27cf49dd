"""Engines with a bug each, and the laws that catch it. Most are the reference under other rules, some edit its answers.

What is planted is known, so that a law that catches nothing, or a bug that nothing catches, shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from turncheck.engine import (
    STANDARD,
    UNIT_NAMES,
    Battle,
    MalformedTextError,
    Rules,
    Turn,
    Unit,
    read,
    resolve,
    resolve_text,
    write,
)
from turncheck.engine.learned import LearnedEngine
from turncheck.engine.state import change
from turncheck.engine.tables import clear
from turncheck.properties.law import MALFORMED, STABILITY
from turncheck.properties.laws import LAWS
from turncheck.properties.spec import PythonFunction
from turncheck.properties.subject import Subject

Predict = Callable[[Sequence[str]], list[str]]


def by_rules(rules: Rules) -> Predict:
    """The reference under those rules."""
    return lambda prompts: [resolve_text(prompt, rules) for prompt in prompts]


def by_turn(answer: Callable[[Turn], str]) -> Predict:
    """Valid turns are answered so; the rest as the reference does."""

    def answered(prompt: str) -> str:
        try:
            return answer(read(prompt))
        except MalformedTextError:
            return resolve_text(prompt)

    return lambda prompts: [answered(prompt) for prompt in prompts]


def by_unit(edit: Callable[[Unit, Unit], Unit]) -> Predict:
    """Each unit ends a turn as `edit` makes it of the unit before the turn and after it; not in finished battles."""

    def answer(turn: Turn) -> str:
        after = resolve(turn)
        if turn.battle.over:
            return write(after)
        units = {name: edit(turn.battle.unit(name), after.unit(name)) for name in UNIT_NAMES}
        return write(change(after, **units))

    return by_turn(answer)


def by_reason(answer: Callable[[str, str], str]) -> Predict:
    """Malformed texts are answered so, by the text and its reason; valid turns as the reference does."""

    def answered(prompt: str) -> str:
        try:
            read(prompt)
        except MalformedTextError as error:
            return answer(prompt, error.reason)
        return resolve_text(prompt)

    return lambda prompts: [answered(prompt) for prompt in prompts]


# --- edited answers --------------------------------------------------------------------------------------------------


def _healed_by_poison(before: Unit, after: Unit) -> Unit:
    return change(after, hp=min(after.hp + 2 * before.poison, after.max)) if after.hp else after


def _spared_by_even_poison(before: Unit, after: Unit) -> Unit:
    return change(after, hp=min(after.hp + before.poison, after.max)) if before.poison % 2 == 0 and after.hp else after


def _grown(before: Unit, after: Unit) -> Unit:
    return change(after, max=min(after.max + 1, 99)) if before.regen and after.hp else after


def _burnt_past_the_shield(turn: Turn) -> str:
    if turn.battle.over:
        return write(turn.battle)
    after = resolve(turn, STANDARD.without("E2"))
    return write(change(after, **{name: _burnt(turn.battle.unit(name), after.unit(name)) for name in UNIT_NAMES}))


def _burnt(before: Unit, after: Unit) -> Unit:
    return change(after, hp=after.hp - 3) if before.burn and after.hp > 3 else after


def _second_self_aimed_order_lost(turn: Turn) -> str:
    if all(STANDARD.action(order.action).aim == "self" for order in turn.orders):
        turn = attrs.evolve(turn, second=attrs.evolve(turn.second, action="wait"))
    return write(resolve(turn))


def _rejected_at_turn_99(turn: Turn) -> str:
    return "reject out_of_range\n" if turn.battle.turn == 99 else write(resolve(turn))


def _mumbled(turn: Turn) -> str:
    answer = write(resolve(turn))
    return answer.replace("hero hp", "hero up") if turn.battle.hero.shield > 9 else answer


def _unstopped(turn: Turn) -> str:
    answer = write(resolve(turn))
    return answer * 2 if turn.battle.foe.poison > 3 else answer


def _raised_at_stun(turn: Turn) -> str:
    if turn.battle.hero.stun:
        raise ZeroDivisionError("the hero is stunned")
    return write(resolve(turn))


def _accepted(prompt: str, reason: str) -> str:
    return write(Battle()) if reason == "hp_above_max" else f"reject {reason}\n"


def _confused(prompt: str, reason: str) -> str:
    return f"reject {reason.replace('misplaced', 'unknown')}\n"


class Forgetful:
    """Answers a prompt that it was asked before as if the battle were new."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def predict(self, prompts: Sequence[str], /) -> list[str]:
        answers = [write(Battle()) if prompt in self.asked else resolve_text(prompt) for prompt in prompts]
        self.asked.update(prompts)
        return answers


# --- the table -------------------------------------------------------------------------------------------------------

AGREES = "answer_agrees_with_the_reference"
ABOUT_TURNS = frozenset(law.id for law in LAWS if law.kind not in (MALFORMED, STABILITY))


@attrs.frozen
class Bug:
    """A planted bug.

    Attributes:
        name: what is wrong.
        engine: makes the engine that has it, a new one for each subject.
        law: the law that names it; its smallest witness stands in `witnesses.py`.
        also: the other laws that catch it.
    """

    name: str
    engine: Callable[[], LearnedEngine]
    law: str
    also: frozenset[str] = attrs.field(converter=frozenset, kw_only=True)

    def subject(self) -> Subject:
        """The engine under test, which remembers nothing."""
        return Subject(self.name, "py", self.engine())


def plain(predict: Predict) -> Callable[[], LearnedEngine]:
    """An engine that remembers nothing can be used again."""
    return lambda: PythonFunction(predict)


BUGS = (
    Bug(
        "poison_heals",
        plain(by_unit(_healed_by_poison)),
        "hp_never_rises_under_poison",
        also={AGREES, "more_poison_never_leaves_more_hp"},
    ),
    Bug("stunned_units_act", plain(by_rules(STANDARD.without("O2"))), "stunned_unit_does_nothing", also={AGREES}),
    Bug(
        "slots_hinder_nothing",
        plain(by_rules(STANDARD.without("O3"))),
        "action_on_cooldown_is_wait",
        also={AGREES, "cooldowns_count_down"},
    ),
    Bug("slots_stand_still", plain(by_rules(STANDARD.without("E6"))), "cooldowns_count_down", also={AGREES}),
    Bug(
        "slots_are_never_spent", plain(by_rules(STANDARD.without("E7"))), "spent_slot_takes_its_cooldown", also={AGREES}
    ),
    Bug(
        "heal_cools_for_4_turns",
        plain(by_rules(STANDARD.with_action("heal", cooldown=4))),
        "spent_slot_takes_its_cooldown",
        also={AGREES},
    ),
    Bug(
        "finished_battles_go_on",
        plain(by_rules(STANDARD.without("T1"))),
        "finished_battle_stays_as_it_is",
        also={AGREES},
    ),
    Bug(
        "hero_is_always_first", plain(by_rules(STANDARD.without("T2"))), "swapped_units_swap_the_answer", also={AGREES}
    ),
    Bug(
        "turn_counter_stands_still", plain(by_rules(STANDARD.without("T5"))), "turn_counter_rises_by_one", also={AGREES}
    ),
    Bug(
        "turn_99_is_rejected",
        plain(by_turn(_rejected_at_turn_99)),
        "turn_counter_changes_only_itself",
        also={
            "finished_battle_stays_as_it_is",
            "self_aimed_orders_commute",
            "nobody_is_healed_above_max",
            "fallen_unit_is_left_blank",
            "action_on_cooldown_is_wait",
            "guard_never_leaves_less_hp",
            "thick_shield_takes_an_attack",
            "spent_slot_takes_its_cooldown",
            "hp_never_rises_under_poison",
            "burn_meets_the_shield_first",
            "statuses_count_down",
        },
    ),
    Bug(
        "second_self_aimed_order_is_lost",
        plain(by_turn(_second_self_aimed_order_lost)),
        "self_aimed_orders_commute",
        also={AGREES, "stunned_unit_does_nothing", "action_on_cooldown_is_wait", "spent_slot_takes_its_cooldown"},
    ),
    Bug("max_creeps_up", plain(by_unit(_grown)), "max_never_changes", also={AGREES}),
    Bug(
        "regen_passes_max",
        plain(by_rules(attrs.evolve(STANDARD, regen_capped=False))),
        "nobody_is_healed_above_max",
        also={AGREES},
    ),
    Bug("fallen_units_keep_all", plain(by_rules(STANDARD.without("T4"))), "fallen_unit_is_left_blank", also={AGREES}),
    Bug(
        "guard_drops_the_shield",
        plain(by_rules(STANDARD.with_action("guard", effects=(clear("shield"),)))),
        "guard_never_leaves_less_hp",
        also={AGREES, "thick_shield_takes_an_attack", "spent_slot_takes_its_cooldown"},
    ),
    Bug(
        "shield_absorbs_nothing", plain(by_rules(STANDARD.without("S3"))), "thick_shield_takes_an_attack", also={AGREES}
    ),
    Bug(
        "burn_ignores_the_shield",
        plain(by_turn(_burnt_past_the_shield)),
        "burn_meets_the_shield_first",
        also={AGREES, "fallen_unit_is_left_blank", "more_poison_never_leaves_more_hp"},
    ),
    Bug("statuses_stay", plain(by_rules(STANDARD.without("E5"))), "statuses_count_down", also={AGREES}),
    Bug(
        "even_poison_does_nothing",
        plain(by_unit(_spared_by_even_poison)),
        "more_poison_never_leaves_more_hp",
        also={AGREES},
    ),
    Bug(
        "hp_above_max_is_accepted",
        plain(by_reason(_accepted)),
        "malformed_turn_gets_no_state",
        also={"malformed_turn_gets_its_reason"},
    ),
    Bug("misplaced_is_called_unknown", plain(by_reason(_confused)), "malformed_turn_gets_its_reason", also=()),
    Bug(
        "mumbles_behind_a_shield",
        plain(by_turn(_mumbled)),
        "thick_shield_takes_an_attack",
        also=ABOUT_TURNS - {"thick_shield_takes_an_attack"},
    ),
    Bug("does_not_stop", plain(by_turn(_unstopped)), "max_never_changes", also=ABOUT_TURNS - {"max_never_changes"}),
    Bug(
        "raises_at_a_stunned_hero",
        plain(by_turn(_raised_at_stun)),
        "stunned_unit_does_nothing",
        also=ABOUT_TURNS - {"stunned_unit_does_nothing"},
    ),
    Bug(
        "forgets_what_it_said", Forgetful, "same_answer_asked_again_alone", also={"same_answer_asked_again_in_a_batch"}
    ),
)
