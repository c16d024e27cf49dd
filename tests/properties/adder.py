"""Two-digit addition as a user would write it: an engine without a state that rejects nothing."""

from turncheck import Domain, Int, Schema, Symmetry

DOMAIN = Domain(
    "adder/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 99), b=Int(0, 99), end=""),
    answer=Schema("{sum}", sum=Int(0, 198), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
    symmetries=(Symmetry("swapped_terms", lambda case: {"a": case.b, "b": case.a}),),
    rejects=False,
)


@DOMAIN.law(cases=DOMAIN.cases(b=0))
def adding_zero_changes_nothing(case, answer):
    """a + 0 is a."""
    assert answer.sum == case.a
