"""The duel as one line of JSON, `duel-json/1`: numbers as numbers, the units' fields in the order of the text.

    {"turn":7,"hero":{"hp":31,"max":40,"shield":4,...,"cd":{"heal":0,...}},"foe":{...},
     "orders":[["hero","poison_strike"],["foe","guard"]]}

An answer is the same without `orders`, or `{"reject":"bad_number"}`. A text that does not follow the grammar, including
the number of digits, is `{"text":"turn 7\\n..."}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from turncheck.engine.duel.state import Battle
from turncheck.engine.duel.tables import FIELDS
from turncheck.engine.duel.text import MalformedTextError, read_answer
from turncheck.engine.json_text import as_object, as_word, without_doubles

_SLOTS = {field.label: field for field in FIELDS if field.kind == "slot"}
_PLAIN = {field.name: field for field in FIELDS if field.kind != "slot"}
_ORDER = re.compile(r"do (hero|foe) ([^ \n]+)\n")


def to_json(text: str) -> str:
    """Convert a text to one line of JSON."""
    return json.dumps(_value_of(text), separators=(",", ":"), ensure_ascii=False)


def _value_of(text: str) -> dict[str, Any]:
    """Return the value of a turn, a battle or a rejection; for any other text, the text itself."""
    if rejection := re.fullmatch(r"reject ([^ \n]+)\n", text):
        return {"reject": rejection[1]}
    head, orders = _parted(text)
    try:
        battle = read_answer(head)
    except MalformedTextError:
        return {"text": text}
    if not isinstance(battle, Battle) or orders is None:
        return {"text": text}
    units = {name: _unit_value(battle.unit(name)) for name in ("hero", "foe")}
    return {"turn": battle.turn, **units, **({"orders": orders} if orders else {})}


def _parted(text: str) -> tuple[str, list[list[str]] | None]:
    """Split a text into its first three lines and the orders after them.

    The orders are [] for a battle, and None if the other lines are not two orders.
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)  # str.splitlines splits at other characters too
    found = [_ORDER.fullmatch(line) for line in lines[3:]]
    orders = [list(order.groups()) for order in found if order]
    return "".join(lines[:3]), orders if len(orders) == len(found) and len(orders) in (0, 2) else None


def _unit_value(unit: object) -> dict[str, Any]:
    plain = {name: getattr(unit, name) for name in _PLAIN}
    return {**plain, "cd": {label: getattr(unit, field.name) for label, field in _SLOTS.items()}}


def from_json(content: str) -> str:
    """Convert a line of JSON to the text.

    Raises:
        ValueError: the line is not in this format, or gives as `text` what must be given in fields.
    """
    value = json.loads(content, object_pairs_hook=without_doubles)
    text = _text_of(value)
    if value.keys() == {"text"} and _value_of(text) != value:
        raise ValueError("text must be a text that the fields cannot express; use the fields")
    return text


def _text_of(value: object) -> str:
    table = as_object(value)
    for key in ("reject", "text"):
        if table.keys() == {key}:
            return f"reject {as_word(table[key])}\n" if key == "reject" else _text(table[key])
    keys = {"turn", "hero", "foe"}
    if table.keys() not in (keys, keys | {"orders"}):
        raise ValueError(f"its keys must be turn, hero, foe and, of a turn, orders, got {list(table)}")
    units = "".join(_unit_text(name, as_object(table[name])) for name in ("hero", "foe"))
    return f"turn {_digits(table['turn'], 2)}\n{units}{''.join(_order_texts(table.get('orders', [])))}"


def _unit_text(name: str, unit: dict[str, Any]) -> str:
    slots = as_object(unit.get("cd"))
    if unit.keys() != {*_PLAIN, "cd"} or slots.keys() != _SLOTS.keys():
        raise ValueError(f"{name} must have {', '.join(_PLAIN)} and cd")
    numbers = {field: _digits(unit[field], row.width) for field, row in _PLAIN.items()}
    hp = f"hp {numbers.pop('hp')}/{numbers.pop('max')}"
    pairs = [*numbers.items()], [(label, _digits(slots[label], row.width)) for label, row in _SLOTS.items()]
    plain, counters = (" ".join(f"{label} {number}" for label, number in each) for each in pairs)
    return f"{name} {hp} {plain} cd {counters}\n"


def _order_texts(orders: object) -> Iterator[str]:
    if not isinstance(orders, list):
        raise ValueError("orders must be a list of a unit and an action each")
    for order in orders:
        unit, action = order
        yield f"do {as_word(unit)} {as_word(action)}\n"


def _digits(number: object, width: int) -> str:
    """Write the number as the text does; a number that does not fit has too many digits."""
    if type(number) is not int:
        raise ValueError(f"a number must be an int, got {number!r}")
    return f"{number:0{width}}"


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError("text must be a text")
    return text
