"""The shares of a map, and that it is the same however often it was interrupted."""

import json

import pytest

from tests.properties.maps import MISSPELT, OPERATORS, Replacing, begun, repaired, right, run, subject
from tests.small_domains import adder
from turncheck.duel import DOMAIN
from turncheck.properties.mapping import run as run_module
from turncheck.properties.mapping.kept import ANSWERS, MapError, UnusableMapError
from turncheck.properties.mapping.plan import UnknownOperatorError, chosen
from turncheck.properties.mapping.result import HARMLESS, NEVER_SEEN, TRAINED_ON, found
from turncheck.properties.sweeps.lock import locked
from turncheck.reports.brittleness import UNDAMAGED


def mapped(folder, *subjects, advises=False, **options):
    return [each.map for each in found(run(begun(folder, *subjects, **options)), advises)]


def cells_of(result):
    return {cell.label: cell for cell in result.cells}


def test_a_right_model_is_right_in_every_cell_and_there_is_nothing_to_fix(tmp_path):
    (result,) = mapped(tmp_path, subject(right), advises=True)
    cells = cells_of(result)
    assert list(cells) == [UNDAMAGED, "misspelt 1", "misspelt 2", "another turn 1", "duel-json/1"]
    assert [cell.asked for cell in result.cells[:3]] == [100, 10, 10]
    assert cells["another turn 1"].asked + cells["another turn 1"].impossible == 10
    assert all(cell.right.count == cell.asked and not cell.modes for cell in result.cells[:-1])
    assert (result.done, result.planned, result.advice) == (140, 140, ())


def test_the_reference_is_right_in_every_wording(tmp_path):
    (result,) = mapped(tmp_path, subject(right, kind="reference"))
    assert cells_of(result)["duel-json/1"].right.count == 10


def test_what_a_model_does_with_malformed_texts_is_told_apart(tmp_path):
    said = "reject truncated\n"
    models = {
        "repairs": repaired,
        "collapses": lambda prompt: said if "poisom" in prompt else right(prompt),
        "drifts": lambda prompt: f"{len(prompt)} {prompt[5:7]}" if "poisom" in prompt else right(prompt),
    }
    for name, answer in models.items():
        (result,) = mapped(tmp_path / name, subject(answer, operators=["misspelt"]))
        cell = cells_of(result)["misspelt 1"]
        assert {part.name: part.count for part in cell.fates} == {each: 10 * (each == name) for each in models}
        assert cell.right.count == 0
        assert cell.reasons == {"unknown_label": 10}
        mode = {"repairs": "silent_acceptance", "collapses": "wrong_reason", "drifts": "token_drift"}[name]
        assert [(part.name, part.count) for part in cell.modes] == [(mode, 10)]


def test_the_intervals_are_those_of_clopper_and_pearson(tmp_path):
    (result,) = mapped(tmp_path, subject(repaired))
    cell = cells_of(result)["misspelt 1"]
    assert (cell.right.low, round(cell.right.high, 4)) == (0.0, 0.3085)  # 0 of 10
    assert round(cell.modes[0].low, 4) == 0.6915


def test_operators_of_the_training_are_marked_and_summed_apart(tmp_path):
    operators = {**OPERATORS, "hp": Replacing("hp", "hp", "ph", family="labels")}
    (result,) = mapped(tmp_path, subject(repaired, operators=["misspelt"]), operators=operators)
    cells = cells_of(result)
    assert [cells[name].trained for name in ("misspelt 1", "hp 1", "another turn 1", UNDAMAGED)] == [
        True, False, None, None,
    ]  # fmt: skip
    sums = {cell.operator: (cell.asked, cell.right.count) for cell in result.sums}
    assert sums[TRAINED_ON] == (20, 0)
    assert sums[NEVER_SEEN] == (10, 10)
    assert sums[HARMLESS] == (cells["another turn 1"].asked,) * 2
    assert result.notes == ("it was trained on the wording duel/1 alone, so it was not asked in another one",)


def test_what_is_not_known_of_the_training_is_said(tmp_path):
    (result,) = mapped(tmp_path, subject(right))
    assert (result.samplers, result.operators) == (None, None)
    assert result.notes[0] == "what it was trained on is not known, so no operator is marked"
    assert [cell.operator for cell in result.sums] == [HARMLESS, "malformed"]


@pytest.mark.parametrize("how", [{"rejects": False}, {"operators": []}])
def test_malformed_texts_have_no_right_answer_for_a_model_that_never_learned_to_reject(tmp_path, how):
    (result,) = mapped(tmp_path, subject(repaired, **how), advises=True)
    cell = cells_of(result)["misspelt 1"]
    assert (result.rejects, cell.has_right, cells_of(result)[UNDAMAGED].has_right) == (False, False, True)
    assert next(part.count for part in cell.fates if part.name == "repairs") == 10
    assert not [each for each in result.advice if each.kind == "acceptance"]


def test_a_domain_that_rejects_nothing_is_mapped_too(tmp_path):
    domain = adder()
    signed = Replacing("signed", "+", "+-", family="numbers", domain=domain)
    model = subject(lambda prompt: domain.resolve_text(prompt.replace("-", "")), domain=domain)
    (result,) = mapped(tmp_path, model, operators={"signed": signed})
    cell = cells_of(result)["signed 1"]
    assert (cell.has_right, cell.share("repairs").count, result.noun) == (False, 10, "case")


def test_models_of_one_map_are_asked_the_same(tmp_path):
    first, second = mapped(tmp_path, subject(right), subject(repaired, "another"))
    assert [cell.asked for cell in first.cells] == [cell.asked for cell in second.cells]
    assert [cell.right.count for cell in first.cells[1:3]] == [10, 10]
    assert [cell.right.count for cell in second.cells[1:3]] == [0, 0]


# --- resuming --------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(run_module, "CHUNK", 4)


FEW = {"turns": 6}


def models():
    return subject(right), subject(repaired, "another")


@pytest.mark.parametrize("after", [1, 30])
def test_an_interrupted_map_goes_on_and_is_the_same(tmp_path, small_chunks, after):
    whole = found(run(begun(tmp_path / "whole", *models(), **FEW)))
    work, chunks = begun(tmp_path / "parts", *models(), **FEW), 0
    for model in work.models:
        for _ in work.chunks(model):
            chunks += 1
            if chunks == after:
                break
        if chunks == after:
            break
    assert not work.whole
    with open(tmp_path / "parts" / ANSWERS, "ab") as file:
        file.write(b'0123456789abcdef {"model": 0, "cell"')  # cut off by a crash
    on = begun(tmp_path / "parts", *models(), resume=True, **FEW)
    assert on.done == work.done > 0
    assert found(run(on)) == whole


def test_a_finished_map_asks_nothing_more(tmp_path):
    run(begun(tmp_path, *models(), **FEW))
    asked = []
    work = begun(tmp_path, *(subject(asked.append, name) for name in ("a model", "another")), resume=True, **FEW)
    run(work)
    assert work.whole
    assert asked == []


def test_the_size_of_the_chunks_changes_nothing(tmp_path, monkeypatch):
    whole = mapped(tmp_path / "one", *models(), **FEW)
    monkeypatch.setattr(run_module, "CHUNK", 3)
    assert mapped(tmp_path / "many", *models(), **FEW) == whole


def test_a_folder_with_a_map_is_resumed_only_if_asked_to(tmp_path):
    run(begun(tmp_path, subject(right)))
    with pytest.raises(MapError) as caught:
        begun(tmp_path, subject(right))
    fault = "it holds a map: --resume continues it, another --out starts a new map"
    assert str(caught.value) == f"map {tmp_path}: {fault}"


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        ({"seed": 1}, "seed"),
        ({"turns": 11}, "turns"),
        ({"sampler": "play"}, "sampler"),
        ({"operators": {"misspelt": MISSPELT}}, "cells"),
    ],
)
def test_another_map_is_not_continued(tmp_path, other, differing):
    run(begun(tmp_path, subject(right)))
    with pytest.raises(MapError, match=f"it holds another map, with other {differing}: give another --out"):
        begun(tmp_path, subject(right), resume=True, **other)
    with pytest.raises(MapError, match="it holds another map, with other models"):
        begun(tmp_path, subject(right, "another"), resume=True)


def test_changed_answers_are_refused(tmp_path):
    run(begun(tmp_path, subject(repaired)))
    path = tmp_path / ANSWERS
    path.write_bytes(path.read_bytes().replace(b'"right": 10', b'"right": 9', 1))
    with pytest.raises(UnusableMapError, match="is not what was kept: restore the folder, or delete it and map anew"):
        begun(tmp_path, subject(repaired), resume=True)


def test_one_process_maps_at_a_time(tmp_path):
    work = begun(tmp_path, subject(right))
    with locked(tmp_path), pytest.raises(UnusableMapError, match="another process is mapping in it"):
        run(work)


def test_a_file_that_another_process_extended_is_not_written(tmp_path):
    work, other = begun(tmp_path, subject(right)), begun(tmp_path, subject(right))
    run(other)
    with pytest.raises(UnusableMapError, match="was changed by another process"):
        run(work)


def test_the_file_holds_no_more_than_the_wrong_answers(tmp_path):
    run(begun(tmp_path, subject(right, kind="reference")))
    first, *lines = (tmp_path / ANSWERS).read_text().splitlines()
    assert json.loads(first.partition(" ")[2])["about"]["domain"] == DOMAIN.name
    assert max(map(len, lines)) < 600


# --- choosing --------------------------------------------------------------------------------------------------------


def test_operators_are_chosen_by_name_and_by_family():
    assert list(chosen(OPERATORS)) == ["misspelt", "another turn"]
    assert list(chosen(OPERATORS, operators=["another turn"])) == ["another turn"]
    assert list(chosen(OPERATORS, families=["labels"])) == ["misspelt"]
    assert list(chosen(OPERATORS, ["another turn"], ["labels"])) == ["misspelt", "another turn"]


def test_an_unknown_operator_is_refused_with_those_that_there_are():
    with pytest.raises(UnknownOperatorError) as caught:
        chosen(OPERATORS, families=["label"])
    assert str(caught.value) == "family must be one of labels, harmless, got 'label'"
