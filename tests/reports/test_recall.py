"""A case in its short form, and found again from it, in any domain."""

import attrs
import pytest

from tests.properties import tictactoe
from tests.reports.domains import GAME, MACHINE
from tests.reports.test_brief import ADDER
from turncheck.duel import DOMAIN
from turncheck.engine.domain import Domain
from turncheck.engine.fields import Int
from turncheck.engine.play import Play
from turncheck.engine.sampling import sample, samplers_of
from turncheck.engine.schema import Schema
from turncheck.reports.cases import describe
from turncheck.reports.recall import RecallError, recalled


@pytest.mark.parametrize("domain", [DOMAIN, GAME, MACHINE, ADDER, tictactoe.DOMAIN], ids=lambda each: each.name)
def test_every_case_that_is_told_whole_is_found_again(domain):
    texts = [domain.write(case) for name in samplers_of(domain) for case in sample(domain, name, 3, 40)]
    told = [(text, describe(domain, text)) for text in texts]
    lost = [short for text, short in told if " more" not in short and text not in recalled(domain, short)]
    assert lost == []
    assert len({short for _, short in told}) > 10


@pytest.mark.parametrize("domain", [DOMAIN, GAME, MACHINE], ids=lambda each: each.name)
def test_every_play_is_found_again(domain):
    for case in sample(domain, next(iter(samplers_of(domain))), 5, 20):
        state, orders = domain.codec.parted(case)
        for turns in (2, 3):
            try:
                play = domain.write_play(Play(state, (orders,) * turns))
                domain.read_play(play)
            except ValueError:  # the same move twice
                continue
            assert play in recalled(domain, describe(domain, play))


def test_words_that_fit_several_texts_are_about_all_of_them():
    assert [text.splitlines()[3:] for text in recalled(DOMAIN, "foe hp 01/23; foe brace")] == [
        ["do hero wait", "do foe brace"],
        ["do foe brace", "do hero wait"],
    ]
    assert len(recalled(DOMAIN, "10 turns: foe brace (10 times)")) == 2
    assert len(recalled(DOMAIN, f"6 turns: {' / '.join(['foe brace', 'hero guard'] * 3)}")) == 64


def test_a_line_that_was_broken_to_fit_is_read_all_the_same():
    assert recalled(DOMAIN, "hero hp 05/09;\n            hero attack then\n foe guard") == recalled(
        DOMAIN, "hero hp 05/09; hero attack then foe guard"
    )


MALFORMED = "the short form of a malformed text is not complete; name the file of its witness"
CUT = "the short form leaves out a part of the case; name the file of its witness"


@pytest.mark.parametrize(
    ("domain", "short", "fault"),
    [
        (DOMAIN, "line 2: hero hp ...", MALFORMED),
        (MACHINE, "mem[0] +001; 3 fields more", CUT),
        (DOMAIN, "foe hp 01/23; 9 turns: foe brace / hero guard / ...", CUT),
        (DOMAIN, "hero xp 3", "no turn of duel/1 has this short form"),
        (DOMAIN, "hero hp 9/3", "no turn of duel/1 has this short form"),
        (DOMAIN, "", "no turn of duel/1 has this short form"),
        (ADDER, "7+8", "no case of adder/1 has this short form"),
        (GAME, "row a1 x", "no turn of game/1 has this short form"),
        (GAME, "row a1 z; move b1", "no turn of game/1 has this short form"),
    ],
)
def test_words_that_are_about_no_case_are_refused_with_the_way_out(domain, short, fault):
    with pytest.raises(RecallError) as refused:
        recalled(domain, short)
    assert str(refused.value) == fault


def spoken(**parts):
    """A domain that describes its cases in words of its own."""
    return Domain(
        "spoken/1",
        prompt=Schema("{a}+{b}=", end="", a=Int(0, 9), b=Int(0, 9)),
        answer=Schema("{sum}", end="", sum=Int(0, 18)),
        resolve=lambda case: {"sum": case.a + case.b},
        describe=lambda text, kind: f"{text[0]} and {text[2]}",
        **parts,
    )


def test_a_domain_with_words_of_its_own_says_itself_what_they_are_about():
    domain = spoken(recall=lambda short: [f"{short[0]}+{short[-1]}="])
    assert recalled(domain, "3 and 4") == ("3+4=",)
    with pytest.raises(RecallError, match="no case of spoken/1 has this short form"):
        recalled(domain, "3 or 4")
    with pytest.raises(RecallError, match=r"spoken/1 has describe= but no recall=; name the file"):
        recalled(spoken(), "3 and 4")
    assert attrs.evolve(domain, recall=None).recall is None
