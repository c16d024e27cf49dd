"""Mutants whose answers are states with wrong numbers: stale ones, a neighbour's, wrong in rare cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from tests.mutants.mutant import Answer, Mutant
from turncheck.engine.duel import STANDARD, UNIT_NAMES, Battle, Turn, Unit, resolve, write
from turncheck.engine.duel.state import change
from turncheck.engine.duel.tables import FIELDS, SLOTS, STATUSES

BattleEdit = Callable[[Turn, Battle], Battle]
UnitEdit = Callable[[Unit, Unit], Unit]


def by_battle(edit: BattleEdit) -> Answer:
    """A turn ends as `edit` makes it of the turn and the battle after it."""
    return lambda prompt: write(edit(prompt.turn, prompt.after)) if prompt.turn else prompt.right


def by_unit(edit: UnitEdit) -> Answer:
    """Each unit ends a turn as `edit` makes it of the unit before it and after it; not in finished battles."""

    def edited(turn: Turn, after: Battle) -> Battle:
        units = {name: edit(turn.battle.unit(name), after.unit(name)) for name in UNIT_NAMES}
        return after if turn.battle.over else change(after, **units)

    return by_battle(edited)


def by_standing_unit(edit: UnitEdit) -> Answer:
    """Likewise, where a unit that has fallen is left as it is."""
    return by_unit(lambda before, after: edit(before, after) if after.hp else after)


# --- for each field --------------------------------------------------------------------------------------------------


def stale_fields() -> Iterator[Mutant]:
    """Every field that can change, left in both units as it was before the turn."""
    for field in FIELDS:
        if field.name != "max":
            yield Mutant.of(f"stale_{field.name}", "stale copies", f"{field.name} stays as it was", _stale(field.name))


def _stale(field: str) -> Answer:
    return by_unit(lambda before, after: change(after, **{field: getattr(before, field)}))


def fields_of_the_other() -> Iterator[Mutant]:
    """Every field of the hero, written with what is the foe's."""
    for field in FIELDS:
        wrong = f"the hero's {field.name} is the foe's"
        yield Mutant.of(f"{field.name}_of_the_foe", "numbers out of place", wrong, _from_the_foe(field.name))


def _from_the_foe(field: str) -> Answer:
    return by_battle(lambda turn, after: change(after, hero=change(after.hero, **{field: getattr(after.foe, field)})))


def fields_of_the_neighbour() -> Iterator[Mutant]:
    """Every status and slot, written with what stands before it: burn as poison, regen as burn."""
    for before, field in pairwise(STATUSES + SLOTS):
        wrong = f"{field} is what {before} is"
        yield Mutant.of(f"{field}_as_{before}", "numbers out of place", wrong, _from_the_neighbour(before, field))


def _from_the_neighbour(source: str, field: str) -> Answer:
    return by_unit(lambda before, after: change(after, **{field: getattr(after, source)}))


# --- edits of a unit -------------------------------------------------------------------------------------------------


def _healed(unit: Unit, by: int) -> Unit:
    """The unit with more hp, or with less than none of it, within what it can have."""
    return change(unit, hp=max(min(unit.hp + by, unit.max), 0))


def healed_by_poison(before: Unit, after: Unit) -> Unit:
    """Poison adds what it should take."""
    return _healed(after, 2 * before.poison)


def spared_by_even_poison(before: Unit, after: Unit) -> Unit:
    """An even number of stacks does nothing."""
    return after if before.poison % 2 else _healed(after, before.poison)


def shielded_from_poison(before: Unit, after: Unit) -> Unit:
    """The shield absorbs poison."""
    absorbed = min(after.shield, before.poison)
    return _healed(change(after, shield=after.shield - absorbed), absorbed)


def grown_by_regen(before: Unit, after: Unit) -> Unit:
    """Regen raises max."""
    return change(after, max=min(after.max + 1, 99)) if before.regen else after


def revived_by_regen(before: Unit, after: Unit) -> Unit:
    """Regen brings a fallen unit back."""
    return after if after.hp or not before.regen else change(after, hp=min(3, after.max))


def never_falling(before: Unit, after: Unit) -> Unit:
    """Nobody falls."""
    return after if after.hp else change(after, hp=1)


def broken_by_burn(before: Unit, after: Unit) -> Unit:
    """A shield that burn takes is broken."""
    taken = before.burn and before.shield and not after.shield
    return change(after, fragile=max(after.fragile, 1)) if taken else after


def wrapped_to_nine(before: Unit, after: Unit) -> Unit:
    """What counts down from 0 comes to 9."""
    return change(after, fragile=9) if before.fragile == after.fragile == 0 else after


def stuck_at_the_highest(before: Unit, after: Unit) -> Unit:
    """A status at its highest stays there."""
    highest = {name: STANDARD.field(name).high for name in STATUSES}
    return change(after, **{name: high for name, high in highest.items() if getattr(before, name) == high})


def without_borrowing(before: Unit, after: Unit) -> Unit:
    """The tens of hp stay where its ones go below 0."""
    borrowed = after.hp // 10 < before.hp // 10
    return change(after, hp=before.hp // 10 * 10 + after.hp % 10) if borrowed else after


def with_digits_swapped(before: Unit, after: Unit) -> Unit:
    """The two digits of hp trade places."""
    return change(after, hp=after.hp % 10 * 10 + after.hp // 10)


def off_by_one_above_90(before: Unit, after: Unit) -> Unit:
    """One hp too few where there are many."""
    return change(after, hp=after.hp - 1) if after.hp > 90 else after


def keeping_a_shield_of_one(before: Unit, after: Unit) -> Unit:
    """The last point of a shield is not absorbed."""
    return change(after, shield=1) if before.shield and not after.shield else after


def counting_shields(before: Unit, after: Unit) -> Unit:
    """Shields fall with the statuses."""
    return change(after, shield=max(after.shield - 1, 0))


# --- edits of a battle -----------------------------------------------------------------------------------------------


def burnt_past_the_shield(turn: Turn, after: Battle) -> Battle:
    """Burn takes hp and no shield."""
    unburnt = resolve(turn, STANDARD.without("E2"))
    units = {name: _burnt(turn.battle.unit(name), unburnt.unit(name)) for name in UNIT_NAMES}
    return after if turn.battle.over else change(unburnt, **units)


def _burnt(before: Unit, after: Unit) -> Unit:
    return change(after, hp=after.hp - 3) if before.burn and after.hp > 3 else after


def pricked_through_the_shield(turn: Turn, after: Battle) -> Battle:
    """The striker's shield absorbs what thorns cost."""
    unhurt = resolve(turn, STANDARD.without("S6"))
    units = {name: _behind_its_shield(after.unit(name), unhurt.unit(name)) for name in UNIT_NAMES}
    return change(after, **units)


def _behind_its_shield(pricked: Unit, unhurt: Unit) -> Unit:
    absorbs = pricked.hp < unhurt.hp and unhurt.shield > 1
    return change(unhurt, shield=unhurt.shield - 2) if absorbs else pricked


def everything_as_it_was(turn: Turn, after: Battle) -> Battle:
    """The turn counter alone goes on."""
    return change(turn.battle, turn=after.turn)


def nothing_done(turn: Turn, after: Battle) -> Battle:
    """The battle is copied, the turn counter with it."""
    return turn.battle


def contents_swapped(turn: Turn, after: Battle) -> Battle:
    """Each unit is written with what is the other's."""
    return change(after, hero=after.foe, foe=after.hero)


def one_survivor(turn: Turn, after: Battle) -> Battle:
    """Where both fall the hero is left standing."""
    both = after.hero.fallen and after.foe.fallen and not turn.battle.over
    return change(after, hero=change(after.hero, hp=1)) if both else after


def finished_and_counted(turn: Turn, after: Battle) -> Battle:
    """The counter goes on when the battle is over."""
    return change(after, turn=min(turn.battle.turn + 1, 99))


def counter_wrapped(turn: Turn, after: Battle) -> Battle:
    """After 99 comes 1."""
    return change(after, turn=1) if turn.battle.turn == 99 and not turn.battle.over else after


def hurt_at_turn_42(turn: Turn, after: Battle) -> Battle:
    """The hero has one hp less, and has fallen or not with it."""
    return change(after, hero=_healed(after.hero, -1)) if turn.battle.turn == 42 else after


def hurt_when_both_are_stunned(turn: Turn, after: Battle) -> Battle:
    """The foe has one hp less."""
    both = turn.battle.hero.stun and turn.battle.foe.stun
    return change(after, foe=_healed(after.foe, -1)) if both else after


# --- the tables ------------------------------------------------------------------------------------------------------

# fmt: off
STANDING_UNITS = (
    ("poison_heals",            "poison adds to hp what it should take",            healed_by_poison),
    ("even_poison_is_harmless", "an even number of poison stacks does nothing",     spared_by_even_poison),
    ("poison_meets_the_shield", "the shield absorbs poison",                        shielded_from_poison),
    ("max_creeps_up",           "regen raises max by 1",                            grown_by_regen),
    ("burn_breaks_shields",     "a shield that burn takes leaves its unit fragile", broken_by_burn),
    ("fragile_wraps",           "fragile counts down from 0 to 9",                  wrapped_to_nine),
    ("stuck_at_the_highest",    "a status at its highest does not count down",      stuck_at_the_highest),
    ("forgets_to_borrow",       "the tens of hp stay where they should fall",       without_borrowing),
    ("swaps_digits",            "the digits of hp trade places",                    with_digits_swapped),
    ("errs_above_90",           "hp above 90 is one too low",                       off_by_one_above_90),
    ("keeps_one_shield",        "a shield that is used up is left at 1",            keeping_a_shield_of_one),
    ("shields_wear_off",        "a shield falls by 1 at the end of the turn",       counting_shields),
)

UNITS = (
    ("regen_revives",           "a unit that falls with regen stands up again",     revived_by_regen),
    ("nobody_falls",            "a unit that should fall is left with 1 hp",        never_falling),
)

BATTLES = (
    ("burn_passes_the_shield",  "burn takes hp past the shield",                    burnt_past_the_shield),
    ("thorns_meet_the_shield",  "the striker's shield absorbs what thorns cost",    pricked_through_the_shield),
    ("one_survivor",            "where both fall the hero is left with 1 hp",       one_survivor),
    ("counts_when_over",        "the turn counter rises in a finished battle",      finished_and_counted),
    ("counter_wraps",           "turn 99 is followed by turn 1",                    counter_wrapped),
    ("errs_at_turn_42",         "the hero has one hp less after turn 42",           hurt_at_turn_42),
    ("errs_at_two_stuns",       "the foe has one hp less where both are stunned",   hurt_when_both_are_stunned),
)

WHOLE = (
    ("stale_units",      "stale copies",         "both units stay as they were",                  everything_as_it_was),
    ("stale_battle",     "stale copies",         "the battle stays as it was",                    nothing_done),
    ("contents_swapped", "numbers out of place", "each unit is written with what is the other's", contents_swapped),
)
# fmt: on

MUTANTS = (
    *stale_fields(),
    *fields_of_the_other(),
    *fields_of_the_neighbour(),
    *(Mutant.of(name, group, wrong, by_battle(edit)) for name, group, wrong, edit in WHOLE),
    *(Mutant.of(name, "wrong numbers", wrong, by_standing_unit(edit)) for name, wrong, edit in STANDING_UNITS),
    *(Mutant.of(name, "wrong numbers", wrong, by_unit(edit)) for name, wrong, edit in UNITS),
    *(Mutant.of(name, "wrong numbers", wrong, by_battle(edit)) for name, wrong, edit in BATTLES),
)
