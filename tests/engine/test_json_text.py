"""The JSON wording that is derived from a schema: it round-trips, and repairs nothing."""

import json
import sys
from contextlib import suppress
from pathlib import Path

import attrs
import pytest

from tests.small_domains import TICTACTOE, WALK, adder
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Choice, Field, Int
from turncheck.engine.json_text import JsonText
from turncheck.engine.registry import load_domain
from turncheck.engine.sampling import sample, samplers_of
from turncheck.engine.schema import Schema
from turncheck.strategies.operators import ImpossibleDamageError, operators_of

EXAMPLES = Path(__file__).parents[2] / "examples" / "domains"
LIFE = load_domain(str(EXAMPLES / "life" / "life.py"))
SUBLEQ = load_domain(str(EXAMPLES / "subleq" / "subleq.py"))
ADDER = adder(rejects=True)
FIGHT = Domain(
    "fight/1",
    state=Schema(
        """
        round {round}
        hero hp {hero.hp}/{hero.max} mood {hero.mood}
        foe hp {foe.hp}/{foe.max} mood {foe.mood}
        """,
        round=Int(1, 99),
        hp=Int(0, 40),
        max=Int(1, 40),
        mood=Choice("calm", "angry", "tired"),
    ),
    orders=Schema("does {deed} for {much}", deed=Choice("wait", "hit", "heal"), much=Int(0, 9)),
    step=lambda turn: {"foe.hp": max(turn.foe.hp - turn.much, 0)} if turn.deed == "hit" else {},
)
DOMAINS = (TICTACTOE, ADDER, WALK, LIFE, SUBLEQ, FIGHT)

FOUGHT = "round 07\nhero hp 20/21 mood calm\nfoe hp 03/20 mood angry\ndoes hit for 2\n"
FIGHTING = {
    "round": 7,
    "hero": {"hp": 20, "max": 21, "mood": "calm"},
    "foe": {"hp": 3, "max": 20, "mood": "angry"},
    "deed": "hit",
    "much": 2,
}

ABOVE = json.dumps({**FIGHTING, "hero": {"hp": 99, "max": 0, "mood": "calm"}}, separators=(",", ":"))
MEMORY = "counter 03 running\nmem +000 -128 +127" + (" +000" * 5 + "\nmem" + " +000" * 3) + " +000" * 5 + "\n"
MEMORY += "mem" + " +000" * 8 + "\nmem" + " +000" * 7 + " -001\n"


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_json_undoes_itself_on_cases_answers_and_malformed_texts(domain):
    wording = JsonText(domain)
    for name in samplers_of(domain):
        for index, case in enumerate(sample(domain, name, 1, 40)):
            texts = [domain.write(case), domain.resolve_text(domain.write(case))]
            for operator in operators_of(domain).values():
                with suppress(ImpossibleDamageError):
                    texts.append(operator(case, index))
            lines = [wording.encode(text) for text in texts]
            assert [wording.decode(line) for line in lines] == texts
            assert not any("\n" in line for line in lines)
            assert not any(line.startswith('{"text":') for line in lines[:2])
    for reason in domain.reasons:
        assert wording.encode(domain.rejection(reason)) == f'{{"reject":"{reason}"}}'
        assert wording.decode(f'{{"reject":"{reason}"}}') == domain.rejection(reason)


@pytest.mark.parametrize(
    ("domain", "text", "line"),
    [
        (FIGHT, FOUGHT, json.dumps(FIGHTING, separators=(",", ":"))),
        (FIGHT, FOUGHT.replace("20/21", "99/00"), ABOVE),
        (ADDER, "07+35=", '{"a":7,"b":35}'),
        (ADDER, "042", '{"sum":42}'),
        (SUBLEQ, MEMORY, '{"counter":3,"mode":"running","mem":[0,-128,127' + ",0" * 28 + ",-1]}"),
        (LIFE, "...#\n" * 4, '{"row":["...#","...#","...#","...#"]}'),
        (ADDER, "7+35=", '{"text":"7+35="}'),
        (ADDER, "", '{"text":""}'),
        (ADDER, "reject ", '{"text":"reject "}'),
        (ADDER, "\ud800", '{"text":"\ud800"}'),
        (FIGHT, FOUGHT + " ", json.dumps({"text": FOUGHT + " "}, separators=(",", ":"))),
    ],
)  # fmt: skip
def test_what_a_text_is_said_as(domain, text, line):
    assert JsonText(domain).encode(text) == line
    assert JsonText(domain).decode(line) == text


def test_json_may_be_spaced_and_ordered_otherwise():
    assert JsonText(FIGHT).decode(json.dumps(dict(reversed(FIGHTING.items())), indent=2)) == FOUGHT


@pytest.mark.parametrize(
    ("changes", "piece"),
    [
        ({"round": 100}, "round 100"),
        ({"round": -1}, "round -1"),
        ({"much": 10}, "for 10"),
        ({"deed": "dance"}, "does dance"),
        ({"hero": {"hp": 41, "max": 0, "mood": "great"}}, "hero hp 41/00 mood great"),
    ],
)
def test_what_has_no_place_in_the_text_stays_wrong(changes, piece):
    text = JsonText(FIGHT).decode(json.dumps({**FIGHTING, **changes}))
    assert piece in text
    assert not FIGHT.is_case(text)


WRONG = [
    "",
    FOUGHT,
    "[]",
    "7",
    "null",
    "{}",
    '{"round": 1}',
    '{"reject": 7}',
    '{"reject": "bad number"}',
    '{"reject": "bad_number", "round": 2}',
    '{"text": 7}',
    json.dumps({"text": FOUGHT}),
    json.dumps({**FIGHTING, "round": "07"}),
    json.dumps({**FIGHTING, "round": True}),
    json.dumps({**FIGHTING, "round": 1.0}),
    json.dumps({**FIGHTING, "hero": [20, 21, "calm"]}),
    json.dumps({**FIGHTING, "hero": {"hp": 20, "max": 21}}),
    json.dumps({**FIGHTING, "deed": "hit hard"}),
    json.dumps({**FIGHTING, "deed": 7}),
    json.dumps({**FIGHTING, "mana": 7}),
    json.dumps(FIGHTING)[:-1] + ', "much": 3}',
    json.dumps(FIGHTING)[:-1],
    json.dumps(FIGHTING) * 2,
    '{"round": 1' + "0" * 5000 + "}",
]


@pytest.mark.parametrize("line", WRONG, ids=lambda line: line[:40])
def test_what_is_not_of_the_wording_is_refused(line):
    with pytest.raises(ValueError, match=r"."):
        JsonText(FIGHT).decode(line)


@pytest.mark.parametrize(
    ("mem", "fault"),
    [
        ([0] * 7, "mem must be a list of 32, got [0, 0, 0, 0, 0, 0, 0]"),
        ("00000000", "mem must be a list of 32, got '00000000'"),
        ([0] * 31 + ["1"], "mem[31] must be an int, got '1'"),
    ],
)
def test_a_list_has_as_many_members_as_the_field(mem, fault):
    with pytest.raises(ValueError, match=r".") as caught:
        JsonText(SUBLEQ).decode(json.dumps({"counter": 0, "mode": "running", "mem": mem}))
    assert fault in str(caught.value)


def test_what_a_field_of_ones_own_cannot_write_is_refused():
    rows = ["...."] * 3 + ["..x."]
    with pytest.raises(ValueError, match=r"row\[3\] must be a text of .*Row.*, got '..x.'"):
        JsonText(LIFE).decode(json.dumps({"row": rows}))


# --- what would be mistaken for something else -----------------------------------------------------------------------


def one_field(prompt, answer):
    """A domain whose only field has the same name in both."""
    name = prompt[prompt.index("{") + 1 : prompt.index("}")]
    return Domain(
        "one/1",
        prompt=Schema(prompt, **{name: Int(0, 99)}),
        answer=Schema(answer, **{name: Int(0, 99)}),
        resolve=lambda case: {name: case[name]},
    )


@pytest.mark.parametrize(
    ("domain", "text", "line"),
    [
        (one_field("{n}", "is {n}"), "07\n", '{"n":7}'),
        (one_field("{n}", "is {n}"), "is 07\n", '{"answer":{"n":7}}'),
        (one_field("{n}", "{n}"), "07\n", '{"n":7}'),
        (one_field("{text}", "a {text}"), "07\n", '{"case":{"text":7}}'),
        (one_field("{text}", "a {text}"), "a 07\n", '{"answer":{"text":7}}'),
        (one_field("{reject}", "a {reject}"), "07\n", '{"case":{"reject":7}}'),
        (one_field("{answer}", "a {answer}"), "07\n", '{"answer":7}'),
        (one_field("{answer}", "a {answer}"), "a 07\n", '{"answer":{"answer":7}}'),
    ],
)  # fmt: skip
def test_what_would_be_mistaken_stands_under_a_key(domain, text, line):
    assert JsonText(domain).encode(text) == line
    assert JsonText(domain).decode(line) == text


@attrs.frozen
class EitherCase(Field):
    """One letter, small or large: two texts for each value."""

    pattern, simplest = "[abAB]", "a"

    def edges(self):
        return ["a", "b"]

    def sample(self, random):
        return random.choice("ab")

    def read(self, text):
        return text.lower()


def test_a_text_that_a_value_does_not_give_back_is_said_as_a_text():
    letter = Domain("letter/1", state=Schema("{x}", x=EitherCase()), step=lambda case: {})
    assert JsonText(letter).encode("a\n") == '{"x":"a"}'
    assert JsonText(letter).encode("A\n") == '{"text":"A\\n"}'
    assert JsonText(letter).decode('{"text":"A\\n"}') == "A\n"


def test_a_number_that_is_too_long_to_be_read_is_said_as_a_text():
    free = Domain("free/1", state=Schema("{n}", n=Int(0, 9, digits=0)), step=lambda case: {})
    long = "1" * (sys.get_int_max_str_digits() + 1) + "\n"
    assert JsonText(free).decode(JsonText(free).encode(long)) == long


def test_a_choice_is_a_word_even_where_it_is_digits():
    domain = Domain("word/1", state=Schema("{x}", x=Choice("0", "1")), step=lambda case: {})
    assert JsonText(domain).encode("1\n") == '{"x":"1"}'
    assert JsonText(domain).encode("2\n") == '{"text":"2\\n"}'
    assert JsonText(TICTACTOE).decode(JsonText(TICTACTOE).encode(text := TICTACTOE.write(TICTACTOE.case()))) == text
