"""As-if explanations: which other input, or which other rules, would make a wrong answer right.

    >>> from turncheck.duel import DOMAIN
    >>> from turncheck.properties.explaining import explain
    >>> prompt = DOMAIN.write(DOMAIN.case(**{"hero.regen": 2, "hero.hp": 5, "hero.max": 20}))
    >>> given = DOMAIN.without("E4").resolve_text(prompt)
    >>> explain(DOMAIN, prompt, given).found[0].words
    'E4 did not exist'

`explain` is for one wrong answer, `blame` for many answers, `shares` compares a model's wrong answers with random ones.
`wrong_expert` says which expert of a composition was wrong, `count_experts` how often each was.
"""

from turncheck.properties.explaining.blame import Blame, blame
from turncheck.properties.explaining.experts import WrongExpert, count_experts, wrong_expert
from turncheck.properties.explaining.explain import explain
from turncheck.properties.explaining.shares import Share, Shares, shares
from turncheck.reports.as_if import AsIf, Explanation

__all__ = [
    "AsIf",
    "Blame",
    "Explanation",
    "Share",
    "Shares",
    "WrongExpert",
    "blame",
    "count_experts",
    "explain",
    "shares",
    "wrong_expert",
]
