"""The reference engine of the duel: state, tables, rules, `resolve`, text, samplers. Nothing here is learned."""

from turncheck.engine.duel.play import Play, turns_of
from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import RULE_IDS, RULES_VERSION, STANDARD, Rules, RulesError
from turncheck.engine.duel.state import (
    UNIT_NAMES,
    Battle,
    FieldError,
    Order,
    Turn,
    Unit,
    UnitName,
    UnknownNameError,
    other,
)
from turncheck.engine.duel.text import (
    REASONS,
    WORDS,
    MalformedTextError,
    read,
    read_answer,
    read_battle,
    resolve_text,
    write,
    write_rejection,
)

__all__ = [
    "REASONS",
    "RULES_VERSION",
    "RULE_IDS",
    "STANDARD",
    "UNIT_NAMES",
    "WORDS",
    "Battle",
    "FieldError",
    "MalformedTextError",
    "Order",
    "Play",
    "Rules",
    "RulesError",
    "Turn",
    "Unit",
    "UnitName",
    "UnknownNameError",
    "other",
    "read",
    "read_answer",
    "read_battle",
    "resolve",
    "resolve_text",
    "turns_of",
    "write",
    "write_rejection",
]
