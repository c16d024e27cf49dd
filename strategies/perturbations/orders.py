"""Changes of the orders: the lines that follow a state."""

from __future__ import annotations

from collections.abc import Sequence

from turncheck.engine.case import Case
from turncheck.strategies.choices import Choices, NoOptionError
from turncheck.strategies.page import CasePage
from turncheck.strategies.perturbations.labels import misspelt
from turncheck.strategies.perturbations.perturbation import Row
from turncheck.strategies.perturbations.places import actions_on, each_of, state_lines

# fmt: off
NO_ACTIONS = (
    "none", "nothing", "skip", "pass", "fireball", "undo", "help", "use", "cast", "flee", "jump", "act", "go",
    "default", "auto", "any", "all", "both", "x", "?", "-", "0",
)
# fmt: on


def _lines(page: CasePage) -> range:
    return range(state_lines(page), len(page.lines))


# --- lines -----------------------------------------------------------------------------------------------------------


def doubled(page: CasePage, strength: int, choices: Choices) -> str:
    """Write an order again behind itself, that many times."""
    line = choices.pick(_lines(page))
    page.lines[line:line] = [list(page.lines[line]) for _ in range(strength)]
    return page.text


def missing(page: CasePage, strength: int, choices: Choices) -> str:
    """Leave out that many lines of the orders, the last first."""
    for line in sorted(each_of(choices, _lines(page)[::-1], strength), reverse=True):
        del page.lines[line]
    return page.text


def before_the_state(page: CasePage, strength: int, choices: Choices) -> str:
    """Write the orders before the state."""
    if not _lines(page):
        raise NoOptionError
    at = state_lines(page)
    page.lines = page.lines[at:] + page.lines[:at]
    return page.text


# --- values ----------------------------------------------------------------------------------------------------------


def swapped(page: CasePage, strength: int, choices: Choices) -> str:
    """Give two orders in the other order: exchange the values of two groups of the orders."""
    first, second = _two_groups(page, choices)
    fields = _siblings(page, first, second)
    return page.domain.prompt.write(_exchanged(page.fields, fields))


def actions_exchanged(page: CasePage, strength: int, choices: Choices) -> str:
    """Exchange one of the values of two orders: each is given the action of the other."""
    first, second = _two_groups(page, choices)
    actions = {page.wanted(place).names[0] for place in actions_on(page)}
    pairs = [pair for pair in _siblings(page, first, second) if pair[0] in actions]
    return page.domain.prompt.write(_exchanged(page.fields, [choices.pick(pairs)]))


def for_the_same(page: CasePage, strength: int, choices: Choices) -> str:
    """Give two orders for the same: copy a value of one order to another, such as the unit that is ordered."""
    first, second = _two_groups(page, choices)
    one, other = choices.pick(
        [pair for pair in _siblings(page, first, second) if page.fields[pair[0]] != page.fields[pair[1]]]
    )
    changes = ({other: page.fields[one]}, {one: page.fields[other]})
    return page.domain.prompt.write(page.fields.changed(choices.pick(changes)))


def _two_groups(page: CasePage, choices: Choices) -> tuple[str, str]:
    """Pick two groups of the orders that have fields in common."""
    orders = page.domain.orders
    groups = sorted(orders.groups, key=[name.partition(".")[0] for name in orders.names].index) if orders else []
    pairs = [(one, other) for at, one in enumerate(groups) for other in groups[at + 1 :] if _siblings(page, one, other)]
    return choices.pick(pairs)


def _siblings(page: CasePage, first: str, second: str) -> list[tuple[str, str]]:
    names = page.domain.orders.names if page.domain.orders is not None else ()
    own = [name.removeprefix(f"{first}.") for name in names if name.startswith(f"{first}.")]
    return [(f"{first}.{name}", f"{second}.{name}") for name in own if f"{second}.{name}" in names]


def _exchanged(case: Case, pairs: Sequence[tuple[str, str]]) -> Case:
    there = {one: case[other] for one, other in pairs}
    return case.changed({**there, **{other: case[one] for one, other in pairs}})


# --- actions ---------------------------------------------------------------------------------------------------------


def misspelt_action(page: CasePage, strength: int, choices: Choices) -> str:
    """Misspell the action of an order by that many edits."""
    place = choices.pick(actions_on(page))
    page[place] = misspelt(page[place], strength, choices, page.words)
    return page.text


def unknown_action(page: CasePage, strength: int, choices: Choices) -> str:
    """Order that many actions that do not exist: words that are in no grammar, or words of the grammar for others."""
    for place in each_of(choices, actions_on(page), strength):
        page[place] = choices.pick([word for word in (*NO_ACTIONS, *page.words) if word != page[place]])
    return page.text


ORDERS = (
    Row("orders swapped", swapped, (1,), keeps_valid=True),
    Row("actions exchanged", actions_exchanged, (1,), keeps_valid=True),
    Row("order doubled", doubled),
    Row("order missing", missing),
    Row("orders for the same", for_the_same, (1,)),
    Row("orders before the state", before_the_state, (1,)),
    Row("misspelt action", misspelt_action),
    Row("unknown action", unknown_action),
)
