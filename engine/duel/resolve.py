"""The reference engine: `resolve` computes a turn, with one function for each rule, named and numbered as published.

>>> from turncheck.engine.duel import Battle, Order, Turn, Unit, resolve
>>> turn = Turn(Battle(1, Unit(20, 20), Unit(9, 9, shield=2)), Order("hero", "attack"), Order("foe", "wait"))
>>> resolve(turn).foe.hp, resolve(turn).foe.fragile
(5, 1)
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import Battle, Order, Turn, Unit, UnitName, change, other
from turncheck.engine.duel.tables import BLANK, SLOTS, STATUSES, Action, Effect


def resolve(turn: Turn, rules: Rules = STANDARD) -> Battle:
    """Return the battle after the turn. Under non-standard rules, the result may lie outside the rules' own ranges."""
    battle = turn.battle
    if battle.over and rules.holds("T1"):
        return battle
    scene = Scene(battle.turn, Fighter.enter(battle.hero), Fighter.enter(battle.foe))
    for phase in rules.phases:
        scene = PHASE_RULES[phase](scene, turn, rules)
    return change(battle, turn=scene.turn, hero=scene.hero.leave(), foe=scene.foe.leave())


@attrs.frozen(slots=False)
class Fighter(Unit):
    """A unit in the middle of a turn, with the slots that it spent, and whether the rules have noticed its fall."""

    spent: tuple[str, ...] = ()
    down: bool = False

    @classmethod
    def enter(cls, unit: Unit) -> Fighter:
        """Make a fighter of a unit at the start of its turn."""
        fighter = object.__new__(cls)
        fighter.__dict__.update(unit.__dict__, spent=(), down=unit.hp == 0)
        return fighter

    def leave(self) -> Unit:
        """Return the unit at the end of its turn."""
        values = self.__dict__.copy()
        del values["spent"], values["down"]
        unit = object.__new__(Unit)
        unit.__dict__.update(values)
        return unit


@attrs.frozen
class Scene:
    """A battle in the middle of a turn."""

    turn: int
    hero: Fighter
    foe: Fighter

    def fighter(self, name: UnitName) -> Fighter:
        """Return the fighter of that name."""
        return self.hero if name == "hero" else self.foe

    def placed(self, name: UnitName, fighter: Fighter, opponent: Fighter) -> Scene:
        """Return the scene with both fighters replaced, `fighter` on the side of that name."""
        hero, foe = (fighter, opponent) if name == "hero" else (opponent, fighter)
        return Scene(self.turn, hero, foe)


# --- the phases of a turn --------------------------------------------------------------------------------------------


def carry_out_orders(scene: Scene, turn: Turn, rules: Rules) -> Scene:
    """T2: carry out one order after the other, in the order in which they are given."""
    orders = turn.orders if rules.holds("T2") else (turn.order("hero"), turn.order("foe"))
    for order in orders:
        scene = carry_out(scene, order, rules)
    return scene


def at_the_end(rule: str, work: Callable[[Fighter, Rules], Fighter]) -> Phase:
    """T3: return the phase that applies a rule of the end of the turn to each unit that still stands."""

    def phase(scene: Scene, turn: Turn, rules: Rules) -> Scene:
        if not (rules.holds("T3") and rules.holds(rule)):
            return scene
        hero = scene.hero if scene.hero.down else work(scene.hero, rules)
        foe = scene.foe if scene.foe.down else work(scene.foe, rules)
        return Scene(scene.turn, hero, foe)

    return phase


def fall(fighter: Fighter, rules: Rules) -> Fighter:
    """T4: a unit that has fallen has its shield, statuses and cooldown slots set to 0."""
    blank = dict.fromkeys(BLANK, 0) if rules.holds("T4") else {}
    return change(fighter, down=True, **blank)


def advance(scene: Scene, turn: Turn, rules: Rules) -> Scene:
    """T5: the turn counter rises by 1, to at most 99."""
    step = rules.turn_step if rules.holds("T5") else 0
    return Scene(min(scene.turn + step, rules.turn.high), scene.hero, scene.foe)


# --- carrying out an order -------------------------------------------------------------------------------------------


def carry_out(scene: Scene, order: Order, rules: Rules) -> Scene:
    """O1 to O4: perform the order and spend its slot, unless something hinders the unit."""
    actor, opponent = scene.fighter(order.unit), scene.fighter(other(order.unit))
    action = rules.action(order.action)
    if is_hindered(actor, action, rules) or not rules.holds("O4"):
        return scene
    if action.slot:
        actor = change(actor, spent=(*actor.spent, action.slot))
    if rules.holds(action.rule):
        actor, opponent = perform(action, actor, opponent, rules)
    return scene.placed(order.unit, actor, opponent)


def is_hindered(actor: Fighter, action: Action, rules: Rules) -> bool:
    """O1, O2, O3: whether the actor has fallen, is stunned, or has the action on cooldown."""
    if actor.down and rules.holds("O1"):
        return True
    if actor.stun > 0 and rules.holds("O2"):
        return True
    return action.slot is not None and getattr(actor, action.slot) > 0 and rules.holds("O3")


def perform(action: Action, actor: Fighter, opponent: Fighter, rules: Rules) -> tuple[Fighter, Fighter]:
    """A1 to A8: return the actor and its opponent after the action."""
    if action.aim == "self":
        actor = target = receive(action, actor, rules)
    else:
        opponent = target = receive(action, opponent, rules)
    if action.power:
        actor = prick(actor, target, rules)
    return actor, opponent


def receive(action: Action, target: Fighter, rules: Rules) -> Fighter:
    """Return the target after the action: a strike if the action has power, else only its effects."""
    if action.power:
        return strike(action, target, rules)
    return apply_effects(action, target, rules)


def apply_effects(action: Action, target: Fighter, rules: Rules, was_fragile: bool = False) -> Fighter:
    """Apply the action's effects to its target, one after the other."""
    for effect in action.effects:
        if was_fragile or not effect.if_fragile:
            target = change(target, **{effect.field: affected(effect, target, rules)})
    return target


def affected(effect: Effect, target: Fighter, rules: Rules) -> int:
    """Return the new value of the effect's field."""
    current: int = getattr(target, effect.field)
    if effect.operation == "clear":
        return 0
    if effect.operation == "at least":
        return max(current, effect.amount)
    row = rules.field(effect.field)
    cap = row.widest if not effect.capped else target.max if effect.field == "hp" else row.high
    return min(current + effect.amount, cap)


# --- a strike --------------------------------------------------------------------------------------------------------


def strike(action: Action, target: Fighter, rules: Rules) -> Fighter:
    """S1 to S5: return the target after the strike."""
    if target.down and rules.holds("S1"):
        return target
    was_fragile = target.fragile > 0
    damage = strike_damage(action.power, was_fragile, rules)
    shield = target.shield
    target = absorb(target, damage, rules)
    target = break_shield(target, shield, damage, rules)
    if target.hp == 0:
        target = fall(target, rules)
    if not target.down and rules.holds("S5"):
        target = apply_effects(action, target, rules, was_fragile)
    return target


def strike_damage(power: int, was_fragile: bool, rules: Rules) -> int:
    """S2: return the strike's power; against a fragile target times 3, divided by 2, rounded down."""
    if not was_fragile or not rules.holds("S2"):
        return power
    return power * rules.fragile_numerator // rules.fragile_denominator


def absorb(target: Fighter, damage: int, rules: Rules) -> Fighter:
    """S3: the shield absorbs damage first; the rest is subtracted from hp."""
    absorbed = min(target.shield, damage) if rules.holds("S3") else 0
    left = damage - absorbed
    return change(target, shield=target.shield - absorbed, hp=max(target.hp - left, 0))


def break_shield(target: Fighter, shield: int, damage: int, rules: Rules) -> Fighter:
    """S4: a shield that was above 0 and could not absorb all the damage leaves its unit fragile."""
    if not 0 < shield < damage or not rules.holds("S4"):
        return target
    return change(target, fragile=max(target.fragile, rules.broken_fragile))


def prick(striker: Fighter, target: Fighter, rules: Rules) -> Fighter:
    """S6: a target that still stands and has thorns costs the striker hp, past its shield."""
    if target.down or target.thorns == 0 or not rules.holds("S6"):
        return striker
    striker = change(striker, hp=max(striker.hp - rules.thorns_damage, 0))
    return fall(striker, rules) if striker.hp == 0 else striker


# --- the end of the turn, for a unit that still stands ---------------------------------------------------------------


def poison_hurts(fighter: Fighter, rules: Rules) -> Fighter:
    """E1: hp falls by poison, past the shield."""
    damage = fighter.poison * rules.poison_damage
    return change(fighter, hp=max(fighter.hp - damage, 0))


def burn_hurts(fighter: Fighter, rules: Rules) -> Fighter:
    """E2: if burn is above 0, deal damage, which the shield absorbs first. Burn breaks no shield."""
    if fighter.burn == 0:
        return fighter
    absorbed = min(fighter.shield, rules.burn_damage)
    left = rules.burn_damage - absorbed
    return change(fighter, shield=fighter.shield - absorbed, hp=max(fighter.hp - left, 0))


def notice_fall(fighter: Fighter, rules: Rules) -> Fighter:
    """E3: a unit whose hp is now 0 has fallen, and the rest of the end of the turn skips it."""
    return fall(fighter, rules) if fighter.hp == 0 else fighter


def regenerate(fighter: Fighter, rules: Rules) -> Fighter:
    """E4: if regen is above 0, hp rises, at most to max."""
    if fighter.regen == 0:
        return fighter
    cap = fighter.max if rules.regen_capped else rules.field("hp").widest
    return change(fighter, hp=min(fighter.hp + rules.regen_heal, cap))


def count_down(fighter: Fighter, rules: Rules) -> Fighter:
    """E5: every status falls by 1, including statuses given this turn. Shield does not fall."""
    return change(fighter, **{name: max(getattr(fighter, name) - rules.status_step, 0) for name in STATUSES})


def cool_down(fighter: Fighter, rules: Rules) -> Fighter:
    """E6: every cooldown slot that was not spent this turn falls by 1."""
    unspent = [slot for slot in SLOTS if slot not in fighter.spent]
    return change(fighter, **{slot: max(getattr(fighter, slot) - rules.slot_step, 0) for slot in unspent})


def spend(fighter: Fighter, rules: Rules) -> Fighter:
    """E7: a slot that was spent this turn takes its action's cooldown."""
    cooldowns = {action.slot: action.cooldown for action in rules.actions}
    return change(fighter, **{slot: cooldowns[slot] for slot in fighter.spent})


Phase = Callable[[Scene, Turn, Rules], Scene]

# fmt: off
PHASE_RULES: dict[str, Phase] = {
    "T2": carry_out_orders,
    "E1": at_the_end("E1", poison_hurts),
    "E2": at_the_end("E2", burn_hurts),
    "E3": at_the_end("E3", notice_fall),
    "E4": at_the_end("E4", regenerate),
    "E5": at_the_end("E5", count_down),
    "E6": at_the_end("E6", cool_down),
    "E7": at_the_end("E7", spend),
    "T5": advance,
}
"""What each phase does. `Rules.phases` gives the order."""
# fmt: on
