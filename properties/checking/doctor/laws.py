"""Checks of a domain's laws: whether each is true, applies, and is broken by some wrong answer."""

from __future__ import annotations

from collections import Counter

from turncheck.engine.attached import LawFunctionError
from turncheck.engine.learned import described
from turncheck.properties.checking.catches import drawn_for
from turncheck.properties.checking.doctor.looked import DRAWN, MOST_SHOWN, Finding, Looked, some
from turncheck.properties.checking.law import Law, text_of
from turncheck.properties.checking.mutants import fields_left_out
from turncheck.properties.checking.simplest import simplest_false
from turncheck.properties.checking.trial import MISTAKES, broken_by, is_held
from turncheck.properties.checking.truth import holds_of_reference


def laws(looked: Looked) -> Finding:
    """Check that the domain has laws."""
    if not looked.laws:
        return Finding("fails", "it has no law", "attach one, @DOMAIN.law, or leave derives=True")
    kinds = Counter(law.kind for law in looked.laws)
    return Finding("holds", f"{len(looked.laws)} laws: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}")


def laws_are_true(looked: Looked) -> Finding | None:
    """Check that every law is true of the reference."""
    if not looked.laws:
        return None
    domain = looked.domain
    tried = [law for law in looked.laws if not is_held(law, domain)]
    false = [(law, shown) for law in tried if (shown := _false_on(law, looked))]
    if false:
        found = "; ".join(
            f"{law.id} is not true of the reference, shown by {shown}" for law, shown in false[:MOST_SHOWN]
        )
        more = f" (and {len(false) - MOST_SHOWN} more)" if len(false) > MOST_SHOWN else ""
        return Finding("fails", found + more, "fix the law or narrow its cases, or fix the reference")
    held = len(looked.laws) - len(tried)
    cases = sum(len(looked.trials[law.id]) for law in tried)
    found = f"{len(tried)} laws hold for the reference on {cases:,} cases" + (
        f"; {held} were checked before" if held else ""
    )
    return Finding("holds", found)


def _false_on(law: Law, looked: Looked) -> str:
    """Return the simplest case found on which the law is not true; empty if it always is."""
    domain = looked.domain
    try:
        false = [case for case in looked.trials[law.id] if not holds_of_reference(law, case, domain)]
        if not false:
            return ""
        first = min(false, key=lambda case: domain.simplicity(text_of(case, domain)))
        case = simplest_false(law, domain, first)
        why = " ".join(str(broken_by(law, case, domain)).split())
        return f"{text_of(case, domain)!r:.200}" + (f" ({why[:100]})" if why else "")
    except MISTAKES:
        raise
    except Exception as error:
        raise LawFunctionError(law.id, f"it raised {described(error)}: fix it, or narrow its cases") from error


def laws_apply(looked: Looked) -> Finding | None:
    """Check that every law applies to some sampled case."""
    if not looked.laws:
        return None
    never = [law for law in looked.laws if not looked.trials[law.id]]
    dead = [law.id for law in never if not drawn_for(law, looked.domain, DRAWN, looked.seed)]
    if dead:
        return Finding("look", f"never apply: {some(dead)}", "widen their cases, or drop them: they check nothing")
    if never:
        found = f"apply to no sampled case, so a sweep never checks them: {some([law.id for law in never])}"
        return Finding("look", found, "widen their cases, or give it a sampler that draws such cases")
    fewest = min(looked.laws, key=lambda law: len(looked.trials[law.id]))
    return Finding("holds", f"each applies to {len(looked.trials[fewest.id])} cases or more ({fewest.id})")


def laws_bite(looked: Looked) -> Finding | None:
    """Check that every law catches some derived mutant."""
    if not looked.laws:
        return None
    idle = looked.catches.idle
    if idle:
        todo = "see whether they check anything: a law that no wrong answer breaks passes every model"
        return Finding("look", f"catch no derived mutant: {some(idle)}", todo)
    return Finding("holds", "each catches a derived mutant")


def mutants(looked: Looked) -> Finding | None:
    """Check that every derived mutant that changes an answer is caught by some law."""
    if not looked.laws:
        return None
    found, left = looked.catches, fields_left_out(looked.domain)
    if found.missed:
        return Finding("look", f"caught by no law: {some(found.missed)}", "write a law that one of them breaks")
    said = f"{len(found.caught_by)} caught"
    if found.by_agreement_alone:
        said += f", by agreement only: {some(found.by_agreement_alone)}"
    said += f"; no answer is changed by: {some(found.equivalent)}" if found.equivalent else ""
    return Finding("holds", said + (f"; {left} fields not mutated" if left else ""))
