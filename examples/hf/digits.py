"""Two digits and their sum: the domain."""

from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.schema import Schema

DOMAIN = Domain(
    "digits/1",
    prompt=Schema("{a}+{b}=", a=Int(0, 9), b=Int(0, 9), end=""),
    answer=Schema("{sum}", sum=Int(0, 18), end=""),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
)
