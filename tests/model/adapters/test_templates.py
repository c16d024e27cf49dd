"""Templates: other wordings of the same turns, which round-trip and repair nothing."""

import json
import sys

import attrs
import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Turn, read_answer, resolve_text, write
from turncheck.engine.duel.samplers import sample
from turncheck.engine.duel.text import REASONS
from turncheck.engine.learned import EngineError, Verdict, Verifier
from turncheck.engine.visible import quoted
from turncheck.model.adapters.calibration import Reference
from turncheck.model.adapters.python import PythonFunction
from turncheck.model.adapters.templates import (
    Template,
    TemplatedEngine,
    TemplatedVerifier,
    behind,
    check_round_trip,
    plain,
    template,
    templates,
)
from turncheck.strategies.operators import damage

JSON = templates(DOMAIN)["duel-json/1"]
NEUTRAL = write(Turn())
TURNS = [*sample("mixed", 1, 200), *sample("play", 1, 200)]

UNIT = {"hp": 1, "max": 1, "shield": 0, "poison": 0, "burn": 0, "regen": 0, "thorns": 0, "stun": 0, "fragile": 0}
SLOTS = {"heal": 0, "guard": 0, "cleanse": 0, "poison_strike": 0, "ignite": 0, "brace": 0}
STATE = {"turn": 1, "hero": {**UNIT, "cd": SLOTS}, "foe": {**UNIT, "cd": SLOTS}}


def changed(**changes):
    """The neutral state as JSON, some of its values exchanged: `hero_hp=41`, or whole parts by name."""
    state = json.loads(json.dumps(STATE))
    for name, value in changes.items():
        unit, _, field = name.partition("_")
        if field:
            state[unit][field] = value
        else:
            state[name] = value
    return json.dumps(state)


def test_our_own_template_changes_nothing_and_stands_before_nothing():
    engine, own = Reference(DOMAIN), plain(DOMAIN)
    assert template("duel/1", DOMAIN) == template(None, DOMAIN) == own
    assert (own.name, own.is_bare, JSON.is_bare) == ("duel/1", True, False)
    assert behind(engine, own) is engine
    assert (own.encode("x\n"), own.decode("\ud800")) == ("x\n", "\ud800")


def test_a_turn_and_its_answers_in_json():
    orders = [["hero", "wait"], ["foe", "wait"]]
    assert json.loads(JSON.encode(NEUTRAL)) == {**STATE, "orders": orders}
    assert JSON.encode(NEUTRAL).startswith('{"turn":1,"hero":{"hp":1,"max":1,"shield":0,"poison":0,')
    assert "\n" not in JSON.encode(NEUTRAL)
    assert json.loads(JSON.encode(resolve_text(NEUTRAL))) == {**STATE, "turn": 2}
    assert JSON.encode("reject bad_number\n") == '{"reject":"bad_number"}'


@pytest.mark.parametrize(
    "text", ["", "\n", "turn 1\n", "no turn", "\ud800\0", NEUTRAL[:-1], NEUTRAL.replace("hp 01", "hp 1")]
)
def test_a_text_that_the_grammar_cannot_follow_is_said_as_a_text(text):
    assert json.loads(JSON.encode(text)) == {"text": text}
    assert JSON.decode(JSON.encode(text)) == text


def test_what_is_wrong_in_value_alone_is_said_in_fields():
    text = NEUTRAL.replace("hero hp 01/01", "hero hp 99/00").replace("do foe wait", "do hero dance")
    orders = [["hero", "wait"], ["hero", "dance"]]
    value = {**STATE, "hero": {**UNIT, "hp": 99, "max": 0, "cd": SLOTS}, "orders": orders}
    assert json.loads(JSON.encode(text)) == value
    assert JSON.decode(json.dumps(value)) == text


def test_json_undoes_itself_on_turns_answers_and_malformed_texts():
    for index, turn in enumerate(TURNS):
        texts = [write(turn), resolve_text(write(turn)), *(damage(DOMAIN, turn, reason, index) for reason in REASONS)]
        assert [JSON.decode(JSON.encode(text)) for text in texts] == texts
    check_round_trip(JSON, DOMAIN, rejects=True)


def test_json_may_be_spaced_and_ordered_otherwise():
    spaced = json.dumps(dict(reversed(STATE.items())), indent=2)
    assert JSON.decode(spaced) == "".join(NEUTRAL.splitlines(keepends=True)[:3])


@pytest.mark.parametrize(
    ("answer", "piece"),
    [
        (changed(hero_hp=100), "hp 100/01"),
        (changed(hero_hp=-1), "hp -1/01"),
        (changed(foe_poison=10), "poison 10"),
        (changed(turn=100), "turn 100"),
    ],
)
def test_a_number_that_has_no_place_in_the_text_stays_wrong(answer, piece):
    text = JSON.decode(answer)
    assert piece in text
    with pytest.raises(ValueError, match="bad_number"):
        read_answer(text)


WRONG = [
    "",
    "turn 02\nhero ...",
    resolve_text(NEUTRAL),
    "[]",
    "7",
    "null",
    '{"turn": 1}',
    '{"reject": 7}',
    '{"reject": "bad number"}',
    '{"reject": "bad_number", "turn": 2}',
    '{"text": 7}',
    json.dumps({"text": resolve_text(NEUTRAL)}),
    changed(turn="01"),
    changed(turn=True),
    changed(turn=1.0),
    changed(turn=None),
    changed(hero=[1]),
    changed(hero_cd=3),
    changed(hero_mana=3),
    changed(orders=4),
    changed(orders=[["hero"]]),
    changed(orders=[["hero", "wait now"]]),
    changed()[:-1] + ', "turn": 3}',
    changed()[:-1],
    changed() + changed(),
    changed(turn=10**5000) if sys.version_info < (3, 11) else '{"turn": 1' + "0" * 5000 + "}",
    "[" * 100_000,
]


@pytest.mark.parametrize("answer", WRONG, ids=lambda value: value[:30])
def test_what_is_not_of_the_format_reads_as_no_answer(answer):
    (text,) = TemplatedEngine(PythonFunction(lambda prompts: [answer]), JSON).predict([NEUTRAL])
    assert text == f"unreadable: {answer}"
    with pytest.raises(ValueError, match=r"unknown_label|bad_spacing"):
        read_answer(text)


@attrs.frozen
class InJson:
    """The truth, in JSON, as a verifier too."""

    def predict(self, prompts):
        return [JSON.encode(resolve_text(JSON.decode(prompt))) for prompt in prompts]

    def verify(self, prompts, drafts):
        return [Verdict(0, draft == own, 9.0) for draft, own in zip(drafts, self.predict(prompts), strict=True)]


def test_a_model_behind_a_template_reads_and_writes_the_texts_of_the_duel():
    engine = behind(InJson(), JSON)
    assert isinstance(engine, TemplatedVerifier)
    prompts = [NEUTRAL, "no turn"]
    truth = [resolve_text(prompt) for prompt in prompts]
    assert engine.predict(prompts) == truth
    assert engine.verify(prompts, truth) == [Verdict(0, True, 9.0)] * 2
    assert engine.verify(prompts, truth[::-1]) == [Verdict(0, False, 9.0)] * 2


def test_a_model_that_cannot_verify_cannot_behind_a_template():
    engine = behind(PythonFunction(InJson().predict), JSON)
    assert not isinstance(engine, Verifier)
    assert engine.predict([NEUTRAL]) == [resolve_text(NEUTRAL)]


@pytest.mark.parametrize("given", ["one text", 7, None])
def test_a_model_that_breaks_the_contract_breaks_it_behind_a_template_too(given):
    assert behind(PythonFunction(lambda prompts: given), JSON).predict([NEUTRAL]) == given


# --- templates of the user's own -------------------------------------------------------------------------------------

OWN = """
SHORT = {"hero": "H", "foe": "F", "poison": "po"}

def encode(text):
    return text.replace("hero", "H").replace("foe", "F")

def decode(text):
    return text.replace("H", "hero").replace("F", "foe")

pair = encode, decode

class Words:
    encode, decode = staticmethod(encode), staticmethod(decode)

triple = encode, decode, encode
half = encode, 7

class OneWay:
    encode = staticmethod(encode)

class Forgets:
    encode = staticmethod(str.strip)
    decode = staticmethod(str)

class Raises:
    encode = staticmethod(lambda text: 1 / 0)
    decode = staticmethod(str)

class Skips:
    encode = staticmethod(lambda text: __import__("pytest").skip("not today"))
    decode = staticmethod(str)

class Numbers:
    encode = staticmethod(lambda text: 7)
    decode = staticmethod(lambda text: text)

class TurnsAlone:
    @staticmethod
    def encode(text):
        if not text.startswith("turn ") or text.count("\\n") not in (3, 5) or "  " in text:
            raise ValueError("a turn or a battle is wanted")
        return text
    decode = staticmethod(str)
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A current folder with templates in `own_words.py`."""
    (tmp_path / "own_words.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("own_words", None)


@pytest.mark.parametrize("name", ["py:own_words:pair", "py:own_words:Words", "py:own_words.py:Words"])
def test_a_template_of_the_users_own_is_two_functions(own, name):
    found = template(name, DOMAIN)
    assert (found.name, found.encode("hero foe"), found.decode("H F")) == (name, "H F", "hero foe")


TWO = "must have two functions, encode and decode, or be such a pair"
WAY_OUT = "decode(encode(text)) must be the text, for malformed texts too; rejects=false leaves them out"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("duel/2", "template must be duel/1, duel-json/1 or py:MODULE:ATTRIBUTE, got 'duel/2'"),
        ("", "template must be duel/1, duel-json/1 or py:MODULE:ATTRIBUTE, got ''"),
        (
            "py:own_words",
            "it must be template=py:MODULE:ATTRIBUTE or template=py:FILE.py:ATTRIBUTE, as in template=py:my_words:pair",
        ),
        ("py:own_words:nothing", "own_words has no nothing"),
        ("py:no_words:x", "no_words cannot be imported: No module named 'no_words'"),
        *(
            (f"py:own_words:{name}", f"template py:own_words:{name} {TWO}")
            for name in ("triple", "half", "OneWay", "SHORT")
        ),
    ],
)  # fmt: skip
def test_a_template_that_is_none_says_what_it_must_be(own, name, message):
    with pytest.raises(EngineError) as caught:
        template(name, DOMAIN)
    assert str(caught.value) == message


def first_text():
    """The first of the texts that go to and fro, as a message shows it."""
    (turn,) = sample("mixed", 0, 1)
    return quoted(write(turn))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Forgets", lambda text: f"{text} comes back as {text}"),
        ("Raises", lambda text: f"on {text} it raised ZeroDivisionError: division by zero"),
        ("Skips", lambda text: f"on {text} it raised Skipped: not today"),
        ("Numbers", lambda text: f"{text} comes back as 7"),
    ],
)
def test_a_template_that_does_not_round_trip_shows_what_became_of_a_text(own, name, fault):
    found = template(f"py:own_words:{name}", DOMAIN)
    with pytest.raises(EngineError) as caught:
        check_round_trip(found, DOMAIN, rejects=True)
    shown = fault(first_text())
    assert str(caught.value) == f"template py:own_words:{name} does not round-trip: {shown}; {WAY_OUT}"


def test_a_template_for_turns_alone_will_do_for_a_model_that_rejects_nothing(own):
    found = template("py:own_words:TurnsAlone", DOMAIN)
    check_round_trip(found, DOMAIN, rejects=False)
    with pytest.raises(EngineError, match="rejects=false leaves them out"):
        check_round_trip(found, DOMAIN, rejects=True)


def test_a_template_is_looked_at_under_the_rules_in_force():
    capped = Template("short shields", lambda text: text, lambda text: text.replace("shield 3", "shield 2"))
    check_round_trip(capped, DOMAIN, rejects=False)
    with pytest.raises(EngineError, match="does not round-trip"):
        check_round_trip(capped, duel(STANDARD.with_field("shield", high=30)), rejects=False)
