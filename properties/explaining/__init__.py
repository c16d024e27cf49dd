"""As-if explanations: which other input, or which other rules, would make a wrong answer right.

    >>> from turncheck.duel import DOMAIN
    >>> from turncheck.properties.explaining import explain
    >>> prompt = DOMAIN.write(DOMAIN.case(**{"hero.regen": 2, "hero.hp": 5, "hero.max": 20}))
    >>> given = DOMAIN.without("E4").resolve_text(prompt)
    >>> explain(DOMAIN, prompt, given).found[0].words
    'E4 did not exist'

`explain` is for one wrong answer, `blame` for many answers, `shares` compares a model's wrong answers with random ones.
"""

from turncheck.properties.explaining.blame import Blame, blame
from turncheck.properties.explaining.explain import explain
from turncheck.properties.explaining.shares import Share, Shares, shares
from turncheck.reports.as_if import AsIf, Explanation

__all__ = ["AsIf", "Blame", "Explanation", "Share", "Shares", "blame", "explain", "shares"]
