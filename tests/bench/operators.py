"""Print the table of `docs/operators.md`: `python -m tests.bench.operators`."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from tests.turns import WORKED
from turncheck.engine.domain import AnyCase, Domain
from turncheck.engine.registry import load_domain
from turncheck.reports.table import plain_table
from turncheck.strategies.operators import ImpossibleDamageError
from turncheck.strategies.perturbations import Perturbation, perturbations_of

HEADERS = ("name", "family", "strengths", "what it does", "on the turn above")

MOST_CHANGES, LONGEST = 2, 50
"""Most changed places, and most characters of one place, that an example shows."""

AROUND = 2
"""Number of pieces and white space shown on each side of a change."""


def table(domain: Domain, case: AnyCase) -> str:
    """Return the table of a domain's perturbations, each with what it makes of the case, in Markdown."""
    rows = [
        (each.name, each.family, ", ".join(map(str, each.strengths)), each.about, example(each, case))
        for each in perturbations_of(domain).values()
    ]
    return plain_table(rows, HEADERS, style="github")


def example(perturbation: Perturbation, case: AnyCase) -> str:
    """Return what the weakest strength changes with choice 0, or the first choice that changes the case."""
    for choice in range(100):
        try:
            text = perturbation.apply(case, perturbation.strengths[0], choice)
        except ImpossibleDamageError:
            continue
        return shown(perturbation.domain.write(case), text)
    return "(does not apply)"


def shown(own: str, text: str) -> str:
    """Return the changed places of a text, before and after, each with a piece around it, in Markdown."""
    before, after = tokens(own), tokens(text)
    found = []
    for kind, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            there, here = around(before, start, end), around(after, begin, stop)
            found.append(f"{escaped(there)} becomes {escaped(here)}")
    more = [f"{len(found) - MOST_CHANGES} more"] * (len(found) > MOST_CHANGES)
    return "; ".join(found[:MOST_CHANGES] + more)


def around(parts: list[str], start: int, end: int) -> str:
    """Return the parts from start to end, with a piece on each side."""
    first = max(start - AROUND, 0)
    text = "".join(parts[first : end + AROUND])
    text = text.removeprefix(" ") if first else text
    return text.removesuffix(" ") if end + AROUND < len(parts) else text


def tokens(text: str) -> list[str]:
    """Split a text into pieces and the white space between them."""
    return re.findall(r"\s|\S+", text)


def escaped(text: str) -> str:
    """Return a part of a text as code in Markdown: in ASCII, cut in the middle, with odd white space escaped."""
    plain = text.encode("unicode_escape").decode("ascii")
    plain = re.sub(r"^ | $|(?<= ) | (?= |\\n)|(?<=\\n) ", r"\\x20", plain).replace("|", r"\x7c").replace("`", r"\x60")
    plain = plain if len(plain) <= LONGEST else f"{plain[: LONGEST // 2]}[...]{plain[-LONGEST // 3 :]}"
    return f"`{plain}`" if plain else "nothing"


def main() -> None:
    """Print the table."""
    print(table(load_domain("duel"), WORKED))


if __name__ == "__main__":
    main()
