"""The duel in three stages: read the text, carry out one order at a time, work out the end of the turn.

The texts between the stages are ordinary: the battle, then the orders that are still to be carried out. A slot that was
spent holds its action's cooldown plus one, so that the end of the turn counts every slot down alike.

    >>> from turncheck.engine.duel import Turn, write
    >>> text = write(Turn()).replace("do hero wait", "do hero guard")
    >>> [(step.stage, step.answer.splitlines()[3:]) for step in STAGES.steps(text)]
    [('read', []), ('orders', ['do foe wait', '> orders']), ('orders', ['> end']), ('end', [])]
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from turncheck.engine.duel.array_rows import battle_rows
from turncheck.engine.duel.array_samplers import sample_arrays
from turncheck.engine.duel.arrays import SLOT_ROWS, Battles, TurnBlock, Turns, resolve_all
from turncheck.engine.duel.resolve import PHASE_RULES, Fighter, Scene, carry_out
from turncheck.engine.duel.rules import STANDARD
from turncheck.engine.duel.state import UNIT_NAMES, Battle, Order, Turn, Unit, change
from turncheck.engine.duel.tables import ACTION_NAMES, ACTIONS, SLOTS
from turncheck.engine.duel.text import MalformedTextError, layout, read, read_battle, resolve_text, write
from turncheck.engine.schema import Schema
from turncheck.engine.stages import HAND_ON, Block, Stages

READ, ORDERS, END = "read", "orders", "end"

Rows = npt.NDArray[np.int16]

COOLDOWNS = {action.slot: action.cooldown for action in ACTIONS if action.slot}


# --- as texts --------------------------------------------------------------------------------------------------------


def read_stage(text: str) -> str:
    """Answer a text that is no turn; hand a turn on."""
    try:
        read(text)
    except MalformedTextError:
        return resolve_text(text)
    return f"{HAND_ON} {ORDERS}\n"


def orders_stage(text: str) -> str:
    """Carry out the first of one or two orders. Of two orders, none is carried out if the battle is over."""
    battle, orders = _parted(text)
    if len(orders) == 2 and battle.over:
        return write(battle)
    first, *left = orders
    scene = carry_out(Scene(battle.turn, Fighter.enter(battle.hero), Fighter.enter(battle.foe)), first, STANDARD)
    after = write(change(battle, hero=_left(scene.hero), foe=_left(scene.foe)))
    waiting = "".join(f"do {order.unit} {order.action}\n" for order in left)
    return f"{after}{waiting}{HAND_ON} {ORDERS if left else END}\n"


def end_stage(text: str) -> str:
    """Work out the end of the turn."""
    battle = read_battle(text)
    scene = Scene(battle.turn, Fighter.enter(battle.hero), Fighter.enter(battle.foe))
    for phase in STANDARD.phases[1:]:
        scene = PHASE_RULES[phase](scene, Turn(battle), STANDARD)
    return write(change(battle, turn=scene.turn, hero=scene.hero.leave(), foe=scene.foe.leave()))


def _parted(text: str) -> tuple[Battle, list[Order]]:
    lines = text.splitlines(keepends=True)
    orders = [Order(*line.split()[1:]) for line in lines[3:]]  # type: ignore[arg-type]  # a unit's name
    return read_battle("".join(lines[:3])), orders


def _left(fighter: Fighter) -> Unit:
    """Return the unit after an order, with the spent slot one above its cooldown, unless the unit has fallen."""
    spent = {} if fighter.down else {slot: COOLDOWNS[slot] + 1 for slot in fighter.spent}
    return change(fighter, **spent).leave()


# --- as rows ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _schemas() -> dict[str, Schema]:
    """Return the schemas of the texts, by what follows the battle."""
    battle, both = layout()
    kinds: dict[str, Any] = dict(both.fields)
    one = Schema("do {second.unit} {second.action}", **{name: kinds[name] for name in both.names[2:]})
    return {
        "both": battle + both,
        "one": battle + one,
        "none": battle,
        "one, hand on": battle + one + Schema(f"{HAND_ON} {ORDERS}"),
        "none, hand on": battle + Schema(f"{HAND_ON} {END}"),
    }


def draw_blocks(stages: tuple[str, ...], sampler: str, seed: int, count: int, start: int = 0) -> list[Block]:
    """See `turncheck.engine.stages.DrawsBlocks`. The stage that reads has no rows: its texts are damaged."""
    turns = sample_arrays(sampler, seed, count, start)
    schemas, orders = _schemas(), order_rows(turns)
    before = battle_rows(turns.battles)
    whole = np.hstack([before, orders])
    if not stages:
        return [Block(schemas["both"], whole, schemas["none"], battle_rows(resolve_all(turns)))]
    over = (turns.battles.units[0] == 0).any(0)
    first, second = battles_between(turns)
    after = [np.hstack([battle_rows(first), orders[:, 2:]]), battle_rows(second)]
    blocks = []
    if ORDERS in stages:
        blocks += [
            Block(schemas["both"], whole[~over], schemas["one, hand on"], after[0][~over]),
            Block(schemas["both"], whole[over], schemas["none"], before[over]),
            Block(schemas["one"], after[0][~over], schemas["none, hand on"], after[1][~over]),
        ]
    if END in stages:
        ended = battle_rows(resolve_all(turns))
        blocks.append(Block(schemas["none"], after[1][~over], schemas["none"], ended[~over]))
    return blocks


def order_rows(turns: Turns) -> Rows:
    """(n, 4): the fields of the orders of turns, as rows."""
    fields = layout()[1].fields
    places = np.array([fields["first.action"].words.index(name) for name in ACTION_NAMES])  # type: ignore[attr-defined]  # a choice
    foe_first = turns.foe_first
    hero, foe = places[turns.actions]
    rows = np.empty((len(turns), 4), np.int16)
    for at, is_foe in ((0, foe_first), (2, ~foe_first)):
        words = fields[("first.unit", "second.unit")[at // 2]].words  # type: ignore[attr-defined]  # a choice
        unit_places = np.array([words.index(name) for name in UNIT_NAMES])
        rows[:, at] = unit_places[is_foe.astype(int)]
        rows[:, at + 1] = np.where(is_foe, foe, hero)
    return rows


def battles_between(turns: Turns) -> tuple[Battles, Battles]:
    """Return the battles after the first order and after both, as if no battle were over."""
    block = TurnBlock(turns, STANDARD)
    block.swap()
    found = []
    for who in (0, 1):
        block.carry_out(who)
        _count_spent(block)
        block.swap()
        found.append(Battles(block.units.copy(), turns.battles.turn))
        block.swap()
    return found[0], found[1]


def _count_spent(block: TurnBlock) -> None:
    """Set the slots that were spent one above their cooldowns."""
    slots = block.units[SLOT_ROWS]
    column = np.array([COOLDOWNS[slot] + 1 for slot in SLOTS], slots.dtype)[:, None, None]
    slots ^= (slots ^ column) & block.spent & ~block.down
    block.spent[:] = 0


STAGES = Stages(READ, {READ: read_stage, ORDERS: orders_stage, END: end_stage}, draw_blocks)
"""The stages of the standard duel."""
