"""Samplers: named, seeded distributions of turns.

A sampler makes one turn from one `random.Random`. `sample(name, seed, count, start)` numbers its turns: turn `i` of a
seed does not depend on what was drawn before it, so a sample can be cut, resumed and split over processes. The turns
of one seed are unrelated to each other, and to those of another sampler.

    >>> from turncheck.engine.duel.samplers import sample
    >>> [turn.battle.turn for turn in sample("play", seed=0, count=3)] == [
    ...     turn.battle.turn for turn in sample("play", seed=0, count=3)
    ... ]
    True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import STANDARD, Rules
from turncheck.engine.duel.state import Battle, Order, Turn, Unit, UnitName
from turncheck.engine.duel.tables import ACTION_NAMES, BLANK, STATUSES
from turncheck.engine.sampling import UnknownSamplerError, stream

Sampler = Callable[[Random, Rules], Turn]


def mixed(random: Random, rules: Rules = STANDARD) -> Turn:
    """Any valid state, with every boundary of every field often.

    | what | mixture |
    |---|---|
    | turn | 1: 10 %, 99: 10 %, 98: 5 %, else uniform |
    | finished battles | 3 %: one unit fallen (half of them each), one in ten of these both |
    | max | 1: 5 %, 99: 10 %, else uniform 1..99 |
    | hp of a standing unit | max: 25 %, max - 1: 5 %, 1: 5 %, uniform in its lowest 12: 30 %, else uniform |
    | shield | 0: 45 %, 20: 8 %, 19: 2 %, uniform 1..8: 30 %, else uniform |
    | stun | 0: 75 %, else uniform 1..3 |
    | other statuses | 0: 50 %, 1: 10 %, highest: 15 %, else uniform |
    | slots | 0: 60 %, 1: 10 %, highest: 10 %, else uniform; the ordered action's: half of the time 0 instead |
    | orders | both actions uniform over the eight, either unit first |
    """
    orders = _orders(random)
    fallen = _fallen_units(random)
    hero, foe = (
        _mixed_unit(random, rules, name in fallen, action) for name, action in zip(("hero", "foe"), orders, strict=True)
    )
    turn = _weighted(random, (0.10, 1), (0.10, rules.turn.high), (0.05, max(rules.turn.high - 1, 1)))
    if turn is None:
        turn = random.randint(1, rules.turn.high)
    return _turn(random, Battle(turn, hero, foe, limits=rules.limits), *orders)


def _mixed_unit(random: Random, rules: Rules, fallen: bool, action: str) -> Unit:
    highest = rules.field("max").high
    most = _weighted(random, (0.05, 1), (0.10, highest))
    if most is None:
        most = random.randint(1, highest)
    if fallen:
        return Unit(0, most, limits=rules.limits)
    values = {name: _mixed_number(random, name, rules) for name in BLANK}
    if random.random() < 0.5 and f"cd_{action}" in values:
        values[f"cd_{action}"] = 0
    return Unit(_mixed_hp(random, most), most, **values, limits=rules.limits)


def _mixed_hp(random: Random, most: int) -> int:
    hp = _weighted(random, (0.25, most), (0.05, max(most - 1, 1)), (0.05, 1), (0.30, random.randint(1, min(most, 12))))
    return random.randint(1, most) if hp is None else hp


def _mixed_number(random: Random, name: str, rules: Rules) -> int:
    high = rules.field(name).high
    if high == 0:
        return 0
    if name == "shield":
        low = random.randint(1, min(high, 8))
        number = _weighted(random, (0.45, 0), (0.08, high), (0.02, high - 1), (0.30, low))
    elif name == "stun":
        number = _weighted(random, (0.75, 0), (0.25, random.randint(1, high)))
    elif name in STATUSES:
        number = _weighted(random, (0.50, 0), (0.10, 1), (0.15, high))
    else:
        number = _weighted(random, (0.60, 0), (0.10, 1), (0.10, high))
    return random.randint(0, high) if number is None else number


def _fallen_units(random: Random) -> tuple[UnitName, ...]:
    if random.random() >= 0.03:
        return ()
    if random.random() < 0.1:
        return "hero", "foe"
    return ("hero",) if random.random() < 0.5 else ("foe",)


def play(random: Random, rules: Rules = STANDARD) -> Turn:
    """One turn of a battle played at random from a random start, at a random depth.

    | what | mixture |
    |---|---|
    | start | turn 1; each unit's max uniform 10..99, all else 0 except |
    | hp at the start | max: 60 %, else uniform 1..max |
    | shield at the start | 0: 70 %, else uniform 1..10 |
    | depth | uniform 0..15 turns played before this one |
    | orders | either unit first; each action: 80 % uniform over those that are not on cooldown, else over all eight |
    | a battle that ends before that depth | the turn in which it ended: 96 %, the finished battle: 4 % |

    Each turn comes from its own battle, so turns are independent.
    """
    battle = start(random, rules)
    for _ in range(random.randint(0, 15)):
        turn = _played_turn(random, battle)
        after = resolve(turn, rules)
        if after.over:
            return turn if random.random() < 0.96 else _played_turn(random, after)
        battle = after
    return _played_turn(random, battle)


def start(random: Random, rules: Rules = STANDARD) -> Battle:
    """Draw the start of a battle, as described in `play`."""
    return Battle(1, _start_unit(random, rules), _start_unit(random, rules), limits=rules.limits)


def _start_unit(random: Random, rules: Rules) -> Unit:
    highest = rules.field("max").high
    most = random.randint(min(10, highest), highest)
    hp = most if random.random() < 0.6 else random.randint(1, most)
    shield = 0 if random.random() < 0.7 else random.randint(1, 10)
    return Unit(hp, most, min(shield, rules.field("shield").high), limits=rules.limits)


def _played_turn(random: Random, battle: Battle) -> Turn:
    return _turn(random, battle, *(_ready_action(random, unit) for unit in (battle.hero, battle.foe)))


def _ready_action(random: Random, unit: Unit) -> str:
    if random.random() < 0.2:
        return random.choice(ACTION_NAMES)
    return random.choice([name for name in ACTION_NAMES if not getattr(unit, f"cd_{name}", 0)])


def _orders(random: Random) -> tuple[str, str]:
    return random.choice(ACTION_NAMES), random.choice(ACTION_NAMES)


def _turn(random: Random, battle: Battle, hero_action: str, foe_action: str) -> Turn:
    orders = Order("hero", hero_action), Order("foe", foe_action)
    first, second = orders if random.random() < 0.5 else orders[::-1]
    return Turn(battle, first, second)


def _weighted(random: Random, *choices: tuple[float, int]) -> int | None:
    """Return each value with its probability; None with the remaining probability."""
    point = random.random()
    for probability, value in choices:
        if point < probability:
            return value
        point -= probability
    return None


SAMPLERS: dict[str, Sampler] = {"mixed": mixed, "play": play}
"""The samplers by name."""


def sample(name: str, seed: int, count: int, start: int = 0, rules: Rules = STANDARD) -> Iterator[Turn]:
    """Return turns `start` to `start + count - 1` of a sampler and seed.

    Raises:
        UnknownSamplerError: no sampler has that name.
    """
    if name not in SAMPLERS:
        raise UnknownSamplerError(name, tuple(SAMPLERS))
    return (SAMPLERS[name](stream(name, seed, index), rules) for index in range(start, start + count))
