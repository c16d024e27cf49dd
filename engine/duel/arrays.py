"""The vectorised twin of `resolve`: many turns at once, as numpy arrays, under the same `Rules`.

`resolve` has one function for each rule and handles one turn. `resolve_all` has one method of the same name for each
rule and handles a block of turns. A condition is a mask, -1 (all bits) where it is true and 0 elsewhere, and values
are changed with bit operations, without branches. Tests compare the two on every sampled turn, under the standard
rules and under every variant.

While a turn is resolved, index 0 holds the unit whose order comes first. The rules treat hero and foe alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import UNIT_NAMES, Battle, Order, Turn, Unit, change
from turncheck.engine.duel.tables import ACTION_NAMES, FIELDS, SLOTS, STATUSES, Action, Effect

__all__ = ["BLOCK", "Battles", "Turns", "battles_of", "resolve_all", "turns_of"]

Int8 = npt.NDArray[np.int8]
Values = npt.NDArray[Any]
"""int8, or int16 under rules with damage above 127."""
Mask = npt.NDArray[Any]
"""The same type as the values: -1 where the condition is true, else 0."""

BLOCK = 32_768
"""Number of turns to resolve at a time, so that their arrays stay in the cache."""

ROWS = {field.name: row for row, field in enumerate(FIELDS)}
HP, MAX, SHIELD, POISON, BURN, REGEN = (ROWS[name] for name in ("hp", "max", "shield", "poison", "burn", "regen"))
THORNS, STUN, FRAGILE = (ROWS[name] for name in ("thorns", "stun", "fragile"))
STATUS_ROWS = slice(ROWS[STATUSES[0]], ROWS[STATUSES[-1]] + 1)
SLOT_ROWS = slice(ROWS[SLOTS[0]], ROWS[SLOTS[-1]] + 1)
BLANK_ROWS = slice(SHIELD, len(FIELDS))
"""The rows of the shield, the statuses and the slots, which are adjacent."""


@attrs.frozen(eq=False)
class Battles:
    """Battles as arrays.

    Attributes:
        units: (15, 2, n) int8, a row for each of `FIELDS`; hero at 0 and foe at 1.
        turn: (n,) int8, the turn counter.
    """

    units: Int8
    turn: Int8

    def __len__(self) -> int:
        return len(self.turn)

    def __getitem__(self, part: slice) -> Battles:
        return Battles(self.units[:, :, part], self.turn[part])

    def battle(self, index: int, rules: Rules = STANDARD) -> Battle:
        """Return the battle at that index."""
        hero, foe = (
            change(Unit(), limits=rules.limits, **dict(zip(ROWS, column.tolist(), strict=True)))
            for column in self.units[:, :, index].T
        )
        return change(Battle(), turn=int(self.turn[index]), hero=hero, foe=foe, limits=rules.limits)


@attrs.frozen(eq=False)
class Turns:
    """Turns as arrays.

    Attributes:
        battles: the n battles.
        actions: (2, n) int8, the actions of hero and foe, as indices into `ACTION_NAMES`.
        foe_first: (n,) bool, whether the foe's order comes first.
    """

    battles: Battles
    actions: Int8
    foe_first: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.battles)

    def __getitem__(self, part: slice) -> Turns:
        return Turns(self.battles[part], self.actions[:, part], self.foe_first[part])

    def turn(self, index: int, rules: Rules = STANDARD) -> Turn:
        """Return the turn at that index."""
        names = (ACTION_NAMES[action] for action in self.actions[:, index])
        first, second = (Order(unit, action) for unit, action in zip(UNIT_NAMES, names, strict=True))
        if self.foe_first[index]:
            first, second = second, first
        return change(Turn(), battle=self.battles.battle(index, rules), first=first, second=second)


def battles_of(battles: Sequence[Battle]) -> Battles:
    """Convert battles to arrays."""
    rows = [[[getattr(unit, name) for unit in (each.hero, each.foe)] for each in battles] for name in ROWS]
    units = np.array(rows, np.int8).reshape(len(ROWS), len(battles), 2).transpose(0, 2, 1)
    return Battles(np.ascontiguousarray(units), np.array([each.turn for each in battles], np.int8))


def turns_of(turns: Sequence[Turn]) -> Turns:
    """Convert turns to arrays."""
    actions = [[ACTION_NAMES.index(each.order(name).action) for each in turns] for name in UNIT_NAMES]
    foe_first = np.array([each.first.unit == "foe" for each in turns], bool)
    return Turns(battles_of([each.battle for each in turns]), np.array(actions, np.int8), foe_first)


def resolve_all(turns: Turns, rules: Rules = STANDARD) -> Battles:
    """Return the battles after the turns, each equal to what `resolve` returns for its turn."""
    after = Battles(np.empty_like(turns.battles.units), np.empty_like(turns.battles.turn))
    for part in _parts(len(turns)):
        block = TurnBlock(turns[part], rules)
        after.units[:, :, part], after.turn[part] = block.resolved()
    return after


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))


# --- a block of turns ------------------------------------------------------------------------------------------------


class TurnBlock:
    """A block of turns that is being resolved.

    Attributes:
        units: (15, 2, n); index 0 is the unit whose order comes first.
        actions: (2, n); likewise.
        down: (2, n) mask: the units that have fallen, as far as the rules have noticed.
        spent: (6, 2, n) mask: the slots that were spent this turn.
    """

    def __init__(self, turns: Turns, rules: Rules) -> None:
        self.rules, self.before = rules, turns.battles
        self.type = np.int8 if _fits_int8(rules) else np.int16
        self.units: Values = turns.battles.units.astype(self.type)
        self.turn: Values = turns.battles.turn.astype(self.type)
        self.actions: Values = turns.actions.astype(self.type)
        self.swapped = self.where(turns.foe_first) if rules.holds("T2") else None
        self.down = self.where(self.units[HP] == 0)
        self.spent: Mask = np.zeros((len(SLOTS), *self.down.shape), self.type)

    def where(self, condition: npt.NDArray[np.bool_]) -> Mask:
        """Return the mask of a condition."""
        bits: Values = condition.view(np.int8) if self.type is np.int8 else condition.astype(self.type)
        return np.negative(bits)

    def resolved(self) -> tuple[Values, Values]:
        """Return the units, hero first again, and the turn counters after the turns."""
        over = self.down[0] | self.down[1]
        self.swap()
        for phase in self.rules.phases:
            PHASES[phase](self)
        self.swap()
        if self.rules.holds("T1"):
            self.units ^= (self.units ^ self.before.units) & over
            self.turn ^= (self.turn ^ self.before.turn) & over
        return self.units, self.turn

    def swap(self) -> None:
        """Exchange both units where the foe's order comes first."""
        if self.swapped is None:
            return
        for rows in (self.units, self.actions[None], self.down[None]):
            difference = (rows[:, 0] ^ rows[:, 1]) & self.swapped
            rows[:, 0] ^= difference
            rows[:, 1] ^= difference

    # --- the phases of a turn ---

    def carry_out_orders(self) -> None:
        """T2: carry out one order after the other."""
        if self.rules.holds("O4"):
            self.carry_out(0)
            self.carry_out(1)

    def fall(self, who: int | slice, mask: Mask) -> None:
        """T4: units that have fallen have their shield, statuses and slots set to 0."""
        self.down[who] |= mask
        if self.rules.holds("T4"):
            self.units[BLANK_ROWS, who] &= ~mask

    def advance(self) -> None:
        """T5: the turn counter rises, to at most its highest."""
        step = self.rules.turn_step if self.rules.holds("T5") else 0
        self.turn += np.minimum(self.rules.turn.high - self.turn, self.type(step))

    # --- carrying out an order ---

    def carry_out(self, who: int) -> None:
        """O1 to O4: perform the units' orders and spend their slots, unless something hinders them."""
        ordered = {action: self.where(self.actions[who] == place) for place, action in enumerate(self.rules.actions)}
        free = ~self.hindered(who, ordered)
        for action, mask in ordered.items():
            mask &= free
            if action.slot:
                self.spent[SLOTS.index(action.slot), who] |= mask
        performed = {action: mask for action, mask in ordered.items() if self.rules.holds(action.rule)}
        for target, aim in ((who, "self"), (1 - who, "other")):
            aimed = {action: mask for action, mask in performed.items() if action.aim == aim}
            self.strike(who, target, {action: mask for action, mask in aimed.items() if action.power})
            for action, mask in aimed.items():
                if not action.power:
                    self.apply_effects(action.effects, target, mask)

    def hindered(self, who: int, ordered: dict[Action, Mask]) -> Mask:
        """O1, O2, O3: return where the actor has fallen, is stunned, or has the action on cooldown."""
        mask: Mask = np.zeros_like(self.turn)
        if self.rules.holds("O1"):
            mask |= self.down[who]
        if self.rules.holds("O2"):
            mask |= self.where(self.units[STUN, who] > 0)
        if self.rules.holds("O3"):
            for action, chosen in ordered.items():
                if action.slot:
                    mask |= chosen & self.where(self.units[ROWS[action.slot], who] > 0)
        return mask

    def apply_effects(self, effects: Sequence[Effect], who: int, mask: Mask, was_fragile: Mask | None = None) -> None:
        """Apply the effects to the units, one after the other."""
        for effect in effects:
            if not effect.if_fragile:
                self.affect(effect, who, mask)
            elif was_fragile is not None:
                self.affect(effect, who, mask & was_fragile)

    def affect(self, effect: Effect, who: int, mask: Mask) -> None:
        """Apply the effect to its field."""
        value = self.units[ROWS[effect.field], who]
        amount = self.type(effect.amount)
        if effect.operation == "clear":
            value &= ~mask
        elif effect.operation == "at least":
            np.maximum(value, mask & amount, out=value)
        else:
            value += np.minimum(self.cap(effect, who) - value, amount) & mask

    def cap(self, effect: Effect, who: int) -> Values | np.integer[Any]:
        """Return the highest value that a gain can reach."""
        row = self.rules.field(effect.field)
        if effect.capped and effect.field == "hp":
            highest: Values = self.units[MAX, who]
            return highest
        return self.type(row.high if effect.capped else row.widest)

    # --- a strike ---

    def strike(self, who: int, target: int, strikes: dict[Action, Mask]) -> None:
        """S1 to S6: apply the units' strikes to their targets, and the targets' thorns to the strikers."""
        if not strikes:
            return
        struck: Mask = np.bitwise_or.reduce(list(strikes.values()))
        hit = struck & ~self.down[target] if self.rules.holds("S1") else struck.copy()
        hp, shield, fragile = (self.units[row, target] for row in (HP, SHIELD, FRAGILE))
        was_fragile = self.where(fragile > 0)
        damage = self.strike_damage(strikes, was_fragile) & hit
        whole = shield.copy()
        if self.rules.holds("S3"):
            absorbed = np.minimum(shield, damage)
            shield -= absorbed
            self.hurt(hp, damage - absorbed)
        else:
            self.hurt(hp, damage)
        if self.rules.holds("S4"):
            broken = self.where(whole > 0) & self.where(whole < damage)
            np.maximum(fragile, broken & self.type(self.rules.broken_fragile), out=fragile)
        self.fall(target, hit & self.where(hp == 0))
        if self.rules.holds("S5"):
            lands = hit & ~self.down[target]
            for action, mask in strikes.items():
                self.apply_effects(action.effects, target, mask & lands, was_fragile)
        if self.rules.holds("S6"):
            self.prick(who, target, struck)

    def strike_damage(self, strikes: dict[Action, Mask], was_fragile: Mask) -> Values:
        """S2: return the strikes' power; against a fragile target times 3, divided by 2, rounded down."""
        damage: Values = np.zeros_like(self.turn)
        for action, mask in strikes.items():
            plain, strong = action.power, _strong(action, self.rules)
            # Where the target was fragile, flip the bits in which the two differ.
            damage |= mask & ((was_fragile & self.type(plain ^ strong)) ^ self.type(plain))
        return damage

    def prick(self, who: int, target: int, struck: Mask) -> None:
        """S6: targets that still stand and have thorns cost their strikers hp, past the shield."""
        pricked = struck & ~self.down[target] & self.where(self.units[THORNS, target] > 0)
        hp = self.units[HP, who]
        self.hurt(hp, pricked & self.type(self.rules.thorns_damage))
        self.fall(who, pricked & self.where(hp == 0))

    def hurt(self, hp: Values, damage: Values) -> None:
        """Subtract damage from hp, to no less than 0."""
        hp -= np.minimum(hp, damage)

    # --- the end of the turn, for the units that still stand ---

    def poison_hurts(self) -> None:
        """E1: hp falls by poison, past the shield."""
        self.hurt(self.units[HP], self.units[POISON] * self.type(self.rules.poison_damage) & ~self.down)

    def burn_hurts(self) -> None:
        """E2: where burn is above 0, damage, absorbed by the shield first."""
        damage = self.where(self.units[BURN] > 0) & ~self.down & self.type(self.rules.burn_damage)
        absorbed = np.minimum(self.units[SHIELD], damage)
        self.units[SHIELD] -= absorbed
        self.hurt(self.units[HP], damage - absorbed)

    def notice_fall(self) -> None:
        """E3: units whose hp is now 0 have fallen."""
        self.fall(slice(None), self.where(self.units[HP] == 0) & ~self.down)

    def regenerate(self) -> None:
        """E4: where regen is above 0, hp rises, at most to max."""
        hp = self.units[HP]
        cap = self.units[MAX] if self.rules.regen_capped else self.type(self.rules.field("hp").widest)
        gained = np.minimum(cap - hp, self.type(self.rules.regen_heal))
        hp += gained & self.where(self.units[REGEN] > 0) & ~self.down

    def count_down(self) -> None:
        """E5: every status falls by 1."""
        statuses = self.units[STATUS_ROWS]
        statuses -= np.minimum(statuses, self.type(self.rules.status_step)) & ~self.down

    def cool_down(self) -> None:
        """E6: every slot that was not spent this turn falls by 1."""
        slots = self.units[SLOT_ROWS]
        slots -= np.minimum(slots, self.type(self.rules.slot_step)) & ~(self.spent | self.down)

    def spend(self) -> None:
        """E7: a slot that was spent this turn takes its action's cooldown."""
        slots = self.units[SLOT_ROWS]
        cooldowns = {action.slot: action.cooldown for action in self.rules.actions}
        column = np.array([cooldowns[slot] for slot in SLOTS], self.type)[:, None, None]
        slots ^= (slots ^ column) & self.spent & ~self.down


def _strong(action: Action, rules: Rules) -> int:
    """Return the damage of a strike against a fragile target."""
    if not rules.holds("S2"):
        return action.power
    return action.power * rules.fragile_numerator // rules.fragile_denominator


def _fits_int8(rules: Rules) -> bool:
    """Whether no intermediate number is above 127."""
    strikes = [_strong(action, rules) for action in rules.actions]
    return max(*strikes, rules.field("poison").widest * rules.poison_damage) <= 127


def _at_the_end(rule: str, work: Any) -> Any:
    """T3: return the phase of a rule at the end of the turn; it does nothing if the rule is left out."""

    def phase(block: TurnBlock) -> None:
        if block.rules.holds("T3") and block.rules.holds(rule):
            work(block)

    return phase


PHASES = {
    "T2": TurnBlock.carry_out_orders,
    "E1": _at_the_end("E1", TurnBlock.poison_hurts),
    "E2": _at_the_end("E2", TurnBlock.burn_hurts),
    "E3": _at_the_end("E3", TurnBlock.notice_fall),
    "E4": _at_the_end("E4", TurnBlock.regenerate),
    "E5": _at_the_end("E5", TurnBlock.count_down),
    "E6": _at_the_end("E6", TurnBlock.cool_down),
    "E7": _at_the_end("E7", TurnBlock.spend),
    "T5": TurnBlock.advance,
}
