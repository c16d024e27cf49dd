"""Parts of the page: texts that are laid out, witnesses, heat maps, changes, pairs of models."""

import attrs
import pytest

from tests.reports.page.conftest import ANSWER, BOARD, TURN
from turncheck.duel import DOMAIN
from turncheck.properties.session.outcome import form_of
from turncheck.reports.page.changes import Changes, before_of, changes
from turncheck.reports.page.heat import LEVELS, heats, level_of
from turncheck.reports.page.laying import Part, Piece, lay_out, parts_of
from turncheck.reports.page.pairs import pairs
from turncheck.reports.page.plays import MOST_BEHIND
from turncheck.reports.page.witness import show
from turncheck.reports.records import Drawn, Failure, Form, LawResult, ModelResult, Replay, Report, Step, Witness
from turncheck.reports.sweeps import Row

DUEL = form_of(DOMAIN.answer)
MODEL = ModelResult("small", "py", None, None, (), "duel/1", prompt=form_of(DOMAIN.prompt), answer=DUEL, noun="turn")
WITNESS = Witness(TURN, TURN, ANSWER, ANSWER)


def law(name, *modes, verdict="FAIL", applied=20, **values):
    """A law that was broken in those modes, once in each."""
    return LawResult(
        name, "E1", "direction", verdict, applied, tuple(Failure(mode, 1, WITNESS) for mode in modes), **values
    )


def of(*laws, name="small"):
    return ModelResult(name, "py", None, None, laws, "duel/1")


# --- laid out --------------------------------------------------------------------------------------------------------


def test_a_text_is_laid_out_by_its_form():
    found = lay_out(
        Form("at {at}\nhero hp {hero.hp}/{hero.max} cd {hero.cd.heal}\n", "at 0\nhero hp 1/1 cd 0\n"),
        "at 3\nhero hp 2/9 cd 0\n",
    )
    assert found.pieces == {
        Piece("", "at", "0"): "3",
        Piece("hero", "hp/max", "1/1"): "2/9",
        Piece("hero", "cd heal", "0"): "0",
    }
    assert found.has_labels
    assert [piece.name for piece in found.pieces] == ["at", "hero hp/max", "hero cd heal"]


@pytest.mark.parametrize("text", ["", "at 3", "at 3\n\n", "at 3 4\n", "reject bad_number\nand\nmore\n", "\x00" * 50])
def test_a_text_of_another_shape_is_not_laid_out(text):
    assert lay_out(Form("at {at}\n", "at 0\n"), text) is None


def test_a_label_that_is_another_word_is_seen():
    assert lay_out(Form("at {at}\n", "at 0\n"), "to 3\n").has_labels is False


def test_of_two_texts_the_pieces_that_differ_are_marked_and_the_space_between_is_not():
    assert parts_of("a b c\nd\n", "a x y\nd\n") == [[Part("a ", False), Part("b c", True)], [Part("d", False)]]
    assert parts_of("b a\n", "x a\n") == [[Part("b", True), Part(" a", False)]]


def test_where_everything_differs_nothing_is_marked():
    assert parts_of("reject truncated\n", "turn 02\n") == [[Part("reject truncated", False)]]


# --- witnesses -------------------------------------------------------------------------------------------------------


def test_fields_that_are_neutral_everywhere_are_named_and_have_no_row():
    wrong = attrs.evolve(WITNESS, got=ANSWER.replace("shield 00", "shield 07", 1))
    shown = show(wrong, MODEL, "")
    assert [label for label, _ in shown.side.rows] == ["shield"]
    assert "hp/max" in shown.side.quiet
    assert shown.side.groups == ["hero"]
    assert shown.side.quiet[0] == "all of foe"
    assert [label for label, _ in shown.side.singles] == ["turn"]
    assert shown.words == ["hero shield: expected 00, given 07 (+7)"]
    assert shown.orders == ["do hero wait", "do foe wait"]


def test_members_of_a_repeated_field_that_are_neutral_are_named_together():
    form = Form(
        "at {at} mem {mem[0]} {mem[1]} {mem[2]} {mem[3]} {mem[4]} " + "w " * 20 + "\n",
        "at 0 mem 0 0 0 0 0 " + "w " * 20 + "\n",
    )
    model = ModelResult("small", "py", None, None, (), "machine/1", prompt=form, answer=form)
    right = form.neutral.replace("mem 0 0 0", "mem 0 7 0")
    shown = show(Witness(right, right, right, form.neutral), model, "")
    assert ([label for label, _ in shown.side.rows], shown.side.quiet) == (["mem[1]"], ["at", "mem[0]", "mem[2..4]"])


@pytest.mark.parametrize("got", ["", "reject truncated\n", ANSWER.replace("burn", "poison"), ANSWER[:-1]])
def test_an_answer_of_another_form_is_shown_as_text_with_what_was_said(got):
    shown = show(attrs.evolve(WITNESS, got=got), MODEL, "so and so")
    assert (shown.side, shown.words) == (None, ["so and so"])


def test_long_numbers_are_cut_and_not_subtracted():
    got = ANSWER.replace("shield 00", f"shield {'9' * 5_000}", 1)
    (word,) = show(attrs.evolve(WITNESS, got=got), MODEL, "").words
    assert word == f"hero shield: expected 00, given {'9' * 40}..."


def test_of_a_play_a_few_turns_behind_the_first_divergence_are_shown():
    after = ANSWER.replace("burn 0", "burn 2", 1)
    track = (*(Step("do hero wait\n", ANSWER, ANSWER),) * 3, *(Step("do hero wait\n", ANSWER, after),) * 9)
    shown = show(attrs.evolve(WITNESS, step=4, steps=12, track=track), MODEL, "")
    assert [turn.state for turn in shown.turns] == ["same"] * 3 + ["first"] + ["apart"] * MOST_BEHIND
    assert (shown.beyond, shown.step) == (8 - MOST_BEHIND, "turn 4 of 12")
    assert [turn.model for turn in shown.turns[2:4]] == [["the same"], ["hero burn 2 for 0"]]


def test_what_was_said_is_escaped_once_and_what_somebody_wrote_into_the_file_too():
    assert show(attrs.evolve(WITNESS, short="line 1: \\t"), MODEL, "").short == "line 1: \\t"
    assert show(attrs.evolve(WITNESS, short="line 1: \t"), MODEL, "").short == "line 1: \\t"


# --- heat maps -------------------------------------------------------------------------------------------------------


def test_a_shade_rises_with_the_number_and_nothing_has_none():
    assert [level_of(amount, 100) for amount in (0, 1, 10, 40, 100)] == [0, 1, 2, 4, LEVELS]


def test_fields_stand_by_mode_and_by_whether_the_reference_changes_them():
    fields = {"hero hp changed": 4, "hero hp unchanged": 1, "sum": 2}
    failures = tuple(Failure(mode, 5, WITNESS, fields=fields) for mode in ("wrong_value", "stale_copy"))
    (heat,) = heats(of(LawResult("a_law", "", "", "FAIL", 9, failures), law("another")))
    assert [name for name, _ in heat.rows] == ["hero hp", "sum"]
    assert [name for name, _ in heat.columns] == ["stale_copy", "wrong_value"] * 3
    assert [name for name, _ in heat.spans] == ["changed", "left as it was"]
    assert [(box.text, box.level) for box in heat.boxes if box.text] == [("4", 5)] * 2 + [("1", 3)] * 2 + [("2", 4)] * 2


def test_choices_stand_by_each_other_and_single_ones_in_a_column():
    strata = {"hero heal, foe wait": 3, "hero heal, foe heal": 1}
    failed = law("a_law", "wrong_value")
    failed = attrs.evolve(failed, failures=(attrs.evolve(failed.failures[0], strata=strata),))
    (heat,) = heats(of(failed))
    assert ([name for name, _ in heat.rows], [name for name, _ in heat.columns]) == (["hero heal"], ["heal", "wait"])
    assert heat.spans[0][0] == "foe"
    alone = attrs.evolve(failed, failures=(attrs.evolve(failed.failures[0], strata={"to a1": 2, "to b1": 5}),))
    (heat,) = heats(of(alone))
    assert ([name for name, _ in heat.rows], [name for name, _ in heat.columns]) == (["to b1", "to a1"], ["wrong"])


def test_the_rates_of_a_sweep_have_maps_of_their_own(report):
    titles = [heat.title for heat in heats(report.models[0])]
    assert titles[2:] == ["Wrong fields, in the sweep", "Divergence rate by orders, in the sweep"]
    right = attrs.evolve(report.models[0].sweep, fields=(Row("hp", "", 9, 0, 0, 0.3),), strata=())
    assert heats(attrs.evolve(of(), sweep=right)) == []


# --- changes ---------------------------------------------------------------------------------------------------------


def test_without_anything_to_compare_with_nothing_is_said_to_have_changed():
    model = of(law("a_law", "wrong_value"))
    assert changes(Report(0, 200, 10, (model,)), model, None) is None


def test_changes_since_the_baseline():
    known = law("a_law", "wrong_value", mended=("no_answer",))
    known = attrs.evolve(known, failures=(attrs.evolve(known.failures[0], known=True),))
    model = of(known, law("another", "stale_copy"))
    assert changes(Report(0, 200, 10, (model,), "known.json"), model, None) == Changes(
        "the baseline known.json",
        (("another", "stale_copy"),),
        (("a_law", "wrong_value"),),
        (("a_law", "no_answer"),),
    )


def test_changes_since_the_witnesses_that_were_kept():
    replayed = (
        Replay("no_answer", "FIXED", TURN),
        Replay("wrong_value", "STILL FAILS", TURN),
        Replay("unstable", "HOLDS", TURN),
    )
    model = of(law("a_law", "wrong_value", "stale_copy", replayed=replayed))
    found = changes(Report(0, 200, 10, (model,)), model, None)
    assert (found.new, found.still, found.mended) == (
        (("a_law", "stale_copy"),),
        (("a_law", "wrong_value"),),
        (("a_law", "no_answer"),),
    )


def test_changes_since_an_earlier_report_leave_aside_laws_that_were_not_decided_now():
    before = of(law("a_law", "wrong_value"), law("another", "no_answer"), law("third", "unstable"))
    now = of(law("a_law"), law("another", verdict="INCONCLUSIVE"), law("third", "unstable", "stale_copy"))
    report, earlier = Report(0, 200, 10, (now,), "known.json"), Report(0, 200, 10, (before,))
    found = changes(report, now, before_of(now, report, earlier))
    assert found == Changes(
        "the earlier report", (("third", "stale_copy"),), (("third", "unstable"),), (("a_law", "wrong_value"),)
    )


def test_a_model_is_found_in_an_earlier_report_by_its_name_or_where_it_is_the_only_one():
    one, two, other = of(name="one"), of(name="two"), attrs.evolve(of(name="one"), domain="adder/1")
    alone = Report(0, 200, 10, (one,))
    assert before_of(one, alone, Report(0, 200, 10, (two, one))) is one
    assert before_of(one, alone, Report(0, 200, 10, (two,))) is two
    assert before_of(one, Report(0, 200, 10, (one, two)), Report(0, 200, 10, (of(name="x"),))) is None
    assert before_of(one, alone, Report(0, 200, 10, (other,))) is None
    assert before_of(one, alone, None) is None


# --- two models ------------------------------------------------------------------------------------------------------


def broken_at(*places, applied=20):
    failed = law("a_law", "wrong_value", applied=applied)
    drawn = tuple(Drawn(at, TURN, f"case {at}") for at in places[:2])
    return attrs.evolve(failed, failures=(attrs.evolve(failed.failures[0], at=places, simplest=drawn),))


def test_cases_that_only_one_gets_right():
    models = (of(broken_at(1, 2, 3), name="one"), of(broken_at(3, 7, 19, applied=18), name="two"))
    (pair,) = pairs(models)
    (only,) = pair.laws
    assert (pair.names, pair.only, pair.both) == (("one", "two"), (1, 2), 1)
    assert (only.law, only.cases, only.first, only.second, only.both) == ("a_law", 18, 1, 2, 1)
    assert only.examples == ("case 7", "case 1")


def test_models_of_other_domains_and_rules_are_no_pair():
    one = of(broken_at(1))
    assert list(pairs((one, attrs.evolve(one, domain="adder/1"), attrs.evolve(one, rules="duel/1 hot")))) == []


def test_a_board_of_short_lines_is_best_seen_as_text():
    witness = Witness(
        "to_move x\nrow . .\nrow . o\n",
        "to_move x\nrow . .\nrow . o\n",
        "to_move o\nrow x .\nrow . o\n",
        "to_move o\nrow . .\nrow . o\n",
    )
    shown = show(witness, ModelResult("player", "py", None, None, (), "game/1", prompt=BOARD, answer=BOARD), "")
    assert (shown.side, shown.words) == (None, ["a1: expected x, given ."])
