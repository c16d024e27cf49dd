"""Which repair of a malformed text explains the answer of a model that did not reject it."""

import pytest

from tests.small_domains import TICTACTOE
from turncheck.duel import DOMAIN
from turncheck.properties.explaining import explain

PROMPT = DOMAIN.write(DOMAIN.case(**{"hero.hp": 5, "hero.max": 9, "hero.poison": 2}))
ANSWER = DOMAIN.resolve_text(PROMPT)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("poison", "venom", "as if venom were poison in line 2"),
        ("poison 2", "poison 02", "as if 02 were 2 in line 2"),
        ("05/09", "5/9", "as if 5/9 were 05/09 in line 2"),
        (" burn", "  burn", "as if the spacing were regular, or a space were gone in line 2"),
        ("burn ", "", "as if burn were not missing in line 2"),
        ("burn 0 ", "", "as if burn 0 were not missing in line 2"),
        ("foe wait", "foe hop", "as if hop were wait in line 5"),
        ("foe wait\n", "foe wait\nmore\n", "as if the text ended where it should, or line 6 were gone"),
        ("05/09", "15/09", "as if hero hp were 5"),
    ],
)
def test_a_malformed_text_is_explained_by_the_repair_that_gives_the_answer(old, new, words):
    text = PROMPT.replace(old, new, 1)
    assert DOMAIN.resolve_text(text).startswith("reject ")
    assert explain(DOMAIN, text, ANSWER).line() == words


def test_the_nearest_repair_need_not_be_the_one_that_the_answer_shows():
    other = DOMAIN.resolve_text(PROMPT.replace("poison 2", "poison 4", 1))
    assert explain(DOMAIN, PROMPT.replace("poison 2", "poison x", 1), other).line() == "as if x were 4 in line 2"


def test_another_reason_is_explained_by_repairing_the_first_of_two_faults():
    text = PROMPT.replace("poison", "venom", 1).replace("foe wait", "foe hop")
    assert explain(DOMAIN, text, "reject unknown_action\n").line() == "as if venom were poison in line 2"


def test_a_text_that_no_single_repair_mends_has_no_explanation():
    for text in ("", "garbage", "\n" * 50, "hero " * 2_000):
        found = explain(DOMAIN, text, ANSWER)
        assert found.found == ()
        assert found.tried < 6_000


def test_texts_of_any_domain_are_repaired():
    case = TICTACTOE.case(to="b2")
    text = TICTACTOE.write(case)
    assert (
        explain(TICTACTOE, text.replace("b2", "b9"), TICTACTOE.resolve_text(text))
        .line()
        .endswith("b9 were b2 in line 5")
    )
