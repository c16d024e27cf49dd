"""The duel as a domain: a turn-based battle of two units, built in, through the interface that every domain has.

    >>> from turncheck.duel import DOMAIN, duel
    >>> from turncheck.engine.duel import STANDARD
    >>> duel(STANDARD) is DOMAIN
    True
    >>> duel(STANDARD.without("E4")).described
    'duel/1 with no E4'

`docs/rules.md` has its rules. The parts that do not follow from its schema are in the `duel` folder of each package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from turncheck.engine.domain import Domain
from turncheck.engine.duel import samplers
from turncheck.engine.duel.aims import highest, played_on
from turncheck.engine.duel.alternatives import alternatives
from turncheck.engine.duel.describe import describe
from turncheck.engine.duel.json_text import from_json, to_json
from turncheck.engine.duel.recall import recall
from turncheck.engine.duel.resolve import resolve
from turncheck.engine.duel.rules import RULE_IDS, RULES_VERSION, STANDARD, Rules
from turncheck.engine.duel.size import size_of
from turncheck.engine.duel.state import Turn
from turncheck.engine.duel.text import REASONS, WORDS, DuelCodec, checks, layout
from turncheck.engine.duel.variants import described, read_rules
from turncheck.strategies.duel.edge_states import edge_states
from turncheck.strategies.duel.harmless import harmless
from turncheck.strategies.duel.synonyms import SYNONYMS

if TYPE_CHECKING:
    from turncheck.engine.stages import Stages
    from turncheck.properties.checking.law import Law

EXEMPT = {
    "A8": "waiting does nothing, with the rule or without it",
    "S1": "a fallen unit has nothing left that a strike could take, or that an effect could be laid on",
    "V1": "it states for a battle what T4 does in a turn and M11 in a text",
}
"""The rules that change no answer when they are left out, with the reasons."""


def duel(rules: Rules = STANDARD) -> Domain:
    """Return the duel under those rules; the same value for the same rules."""
    return DOMAIN if rules == STANDARD else _made(rules)


@lru_cache(maxsize=64)
def _made(rules: Rules) -> Domain:
    return _under(rules)


def _under(rules: Rules) -> Domain:
    state, orders = layout(rules)
    return Domain(
        RULES_VERSION,
        state=state,
        orders=orders,
        resolve=partial(resolve, rules=rules),
        start=lambda random: samplers.start(random, rules),
        checks=checks(),
        codec=DuelCodec(rules),
        words=WORDS,
        reasons=REASONS,
        rules=_rules_in_force(rules),
        alternatives=partial(_alternatives, rules),
        exempt=EXEMPT,
        without=lambda rule: duel(rules.without(rule)),
        variants=lambda text: duel(read_rules(text)),
        base=None if rules == STANDARD else DOMAIN,
        described=described(rules),
        fingerprint=repr(rules),
        variant=rules,
        samplers=_samplers(rules),
        arrays=partial(_arrays, rules),
        operators=_operators(rules),
        synonyms=SYNONYMS,
        harmless=harmless(rules),
        edge_states=edge_states(rules),
        size=size_of,
        edits=lambda: _edits(rules),
        describe=describe,
        recall=recall,
        aims=partial(highest, rules=rules),
        plays_on=played_on,
        laws=_laws,
        derives=False,
        held=rules == STANDARD,
        templates={"duel-json/1": (to_json, from_json)},
        stages=_stages if rules == STANDARD else None,
        model=Path(str(files("turncheck.model") / "checkpoints" / "duel-small.safetensors")),
    )


def _rules_in_force(rules: Rules) -> Mapping[str, str]:
    """Return the rules that are not left out, each with its sentence, in the published order."""
    sentences = {"V1": "a fallen unit may have something left", **RULE_IDS, **dict(REASONS.values())}
    return {rule: sentence for rule, sentence in sentences.items() if rules.holds(rule)}


def _alternatives(rules: Rules) -> Mapping[str, Domain]:
    # Not by `duel`: there are more than its cache holds.
    return {words: _under(changed) for words, changed in alternatives(rules).items()}


def _samplers(rules: Rules) -> Mapping[str, Callable[[Random], Any] | None]:
    own = {name: partial(_drawn, sampler, rules) for name, sampler in samplers.SAMPLERS.items()}
    return {**own, "uniform": None}


def _drawn(sampler: samplers.Sampler, rules: Rules, random: Random) -> Turn:
    return sampler(random, rules)


def _arrays(rules: Rules) -> Any:
    from turncheck.engine.duel.table import DuelArrays  # imports numpy, which is not always needed

    return DuelArrays(rules)


def _stages() -> Stages:
    from turncheck.engine.duel.stages import STAGES  # imports numpy

    return STAGES


def _operators(rules: Rules) -> Mapping[str, Callable[[Any, int], str]]:
    from turncheck.strategies.duel.operators import OPERATORS  # does not import Hypothesis

    return {reason: partial(operator, rules=rules) for reason, operator in OPERATORS.items()}


def _edits(rules: Rules) -> Any:
    from turncheck.properties.laws.duel.edits import DuelEdits

    return DuelEdits(rules)


def _laws() -> tuple[Law, ...]:
    from turncheck.properties.laws.duel import LAWS

    return LAWS


DOMAIN = _made(STANDARD)
"""The duel as published."""
