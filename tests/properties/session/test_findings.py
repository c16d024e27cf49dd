"""What a model found out about its server is printed once in a session, on stderr, whatever else is shown."""

import pytest

from tests.model.adapters.servers import Ways, serving
from tests.model.adapters.tiny_llama import DIGITS
from turncheck.model.adapters.servers.endpoint import endpoint

LAWS = """
import turncheck
from turncheck import Domain, Int, Schema

DIGITS = Domain(
    "digits/1",
    prompt=Schema("{a}+{b}=\\n", a=Int(0, 9), b=Int(0, 9)),
    answer=Schema("sum {sum}\\n", sum=Int(0, 18)),
    resolve=lambda case: {"sum": case.a + case.b},
    rejects=False,
)
test_digits = turncheck.suite(DIGITS)
"""

FOUND = [
    "it answers a list of prompts in order, batch=16",
    "it does not score what it is sent (echo and logprobs), so every answer is written",
]


digits = Ways(DIGITS.resolve_text, length=5)


@pytest.fixture
def laws(pytester):
    pytester.makepyfile(test_laws=LAWS)
    return pytester


def said(result):
    """The findings, in order, without the name of the model in front."""
    return [line.partition(": it ") for line in result.errlines if ": it " in line]


def slow(*values, id):
    return pytest.param(*values, id=id, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("options", "times"),
    [
        pytest.param(["-q"], 1, id="quiet"),
        slow([], 1, id="plain"),
        slow(["-qq"], 0, id="silent"),
        slow(["-s"], 1, id="without capturing"),
        slow(["-n", "2"], 1, id="two processes"),
    ],
)
def test_what_was_found_out_is_said_once(laws, options, times):
    few = ["-k", "answer_can_be_read", "--turncheck-examples", "20", "-p", "no:cacheprovider"]
    with serving(digits) as server:
        spec = f"openai:{server.base}"
        result = laws.runpytest_subprocess("--turncheck-model", spec, *few, *options)
    assert result.ret == 0
    assert [f"it {finding}" for _, _, finding in said(result)] == FOUND * times
    assert {name for name, _, _ in said(result)} <= {spec}


def test_two_cases_whose_answers_differ_are_asked():
    with serving(digits) as server:
        endpoint(server.base, domain=DIGITS).close()
        first, second = next(request.prompts for request in server.requests if request.body)
    assert DIGITS.resolve_text(first) != DIGITS.resolve_text(second)
