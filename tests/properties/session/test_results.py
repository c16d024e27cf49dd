"""Results collected from the reports of items, from processes that finished and processes that did not."""

import json
from types import SimpleNamespace

import pytest

from turncheck.properties.session.options import FOUND, PLANNED
from turncheck.properties.session.results import Results
from turncheck.reports.records import SWEEP, Failure, LawResult, ModelResult, Witness
from turncheck.reports.table import summary

LAWS = ("first", "second", "third")
BUDGET = {"seed": 7, "examples": 20, "min_cases": 5}
ITEMS = [(law, number, f"test_laws.py::test_law[m-{law}]") for number, law in enumerate(LAWS)]


def about(troubles=None, audited=0):
    model = ModelResult("m", "py", None, None, (), "duel/1", in_all=97, troubles=troubles or {}, audited=audited)
    return {"suite": 0, "place": 0, "title": "", "model": model.to_json()}


def planned(*more):
    return {"budget": BUDGET, "models": [{**about(), "items": [*ITEMS, *more]}]}


def passed(law):
    return LawResult(law, "E1", "direction", "PASS", 20)


def broken(law, case, known=False):
    failure = Failure("wrong_value", 1, Witness(case, case, "", ""), known=known)
    return LawResult(law, "E1", "direction", "FAIL", 20, (failure,))


def found(result, worker="", again="", **values):
    said = {"again": again, "witness": again and f"{again}.txt"}
    return {**about(**values), "worker": worker, "seed": 7, "law": result.to_json(), "sweep": None, "again": said}


def report(law="first", outcome="passed", when="call", **attributes):
    nodeid = f"test_laws.py::test_law[m-{law}]"
    said = {name: outcome == name for name in ("passed", "failed", "skipped")}
    return SimpleNamespace(nodeid=nodeid, when=when, **said, **attributes)


@pytest.fixture
def results():
    """Of a session that is to hold three laws, and has begun."""
    begun = Results()
    begun.add(report(when="setup", **{PLANNED: json.dumps(planned())}))
    return begun


def test_laws_stand_in_the_order_of_their_suite_whatever_the_order_in_which_they_ran(results):
    for law in ("third", "first", "second"):
        results.add(report(law, **{FOUND: json.dumps(found(passed(law)))}))
    whole = results.report()
    assert (whole.seed, whole.examples, whole.min_cases, whole.failed) == (7, 20, 5, False)
    (model,) = whole.models
    assert ([law.id for law in model.laws], model.missing, model.in_all) == (list(LAWS), {}, 97)


def test_a_law_without_a_result_is_named_with_the_reason(results):
    results.take(found(passed("second")))
    results.crashed(ITEMS[0][2])
    (model,) = results.report().models
    assert model.missing == {"first": "its process died", "third": "the run was interrupted"}
    assert results.report().failed


@pytest.mark.parametrize(
    ("outcome", "attributes", "why"),
    [
        ("skipped", {}, "it was skipped"),
        ("failed", {}, "it could not be checked"),
        ("failed", {FOUND: json.dumps({"mistake": "law first: it raised"})}, "it could not be checked"),
    ],
    ids=["skipped", "a fault", "a mistake of the user's"],
)
def test_a_law_that_was_not_held_is_named_with_the_reason(results, outcome, attributes, why):
    results.add(report("first", outcome, **attributes))
    (model,) = results.report().models
    assert model.missing == {"first": why, "second": "the run was interrupted", "third": "the run was interrupted"}
    assert results.faults == ([] if FOUND in attributes or outcome == "skipped" else [ITEMS[0][2]])


def test_of_a_process_that_died_with_its_first_law_all_are_named(results):
    results.crashed(ITEMS[0][2])
    (model,) = results.report().models
    assert (model.laws, list(model.missing)) == ((), list(LAWS))


def test_a_sweep_that_has_no_result_is_named_too():
    results = Results()
    results.plan(planned((SWEEP, 97, "test_sweeps.py::test_sweep[m]")))
    (model,) = results.report().models
    assert list(model.missing) == [*LAWS, "the sweep"]
    assert summary(model) == "m (py): 0 of 3 laws held, 3 without a result (0 of 97 laws ran)"


def test_what_went_wrong_in_several_processes_is_the_sum_of_what_each_has_counted_last(results):
    for worker, count in (("gw0", 2), ("gw1", 5), ("gw0", 3)):
        results.take(found(passed("first"), worker, troubles={"worker restarts": count}))
    results.take(found(passed("second"), "gw1", troubles={"worker restarts": 5, "refused batches": 1}))
    (model,) = results.report().models
    assert model.troubles == {"worker restarts": 8, "refused batches": 1}


def test_the_process_that_audited_most_is_told(results):
    for worker, audited in (("gw0", 20), ("gw1", 50), ("gw0", 30)):
        results.take(found(passed("first"), worker, audited=audited))
    assert results.report().models[0].audited == 50


def test_the_smallest_failure_is_repeated(results):
    for law, case in (("first", "a long case"), ("second", "a case"), ("third", "another case")):
        results.take(found(broken(law, case), again=f"pytest {law}"))
    (model,) = results.report().models
    assert (model.again, model.witness) == ("pytest second", "pytest second.txt")


def test_what_is_known_is_not_repeated(results):
    results.take(found(broken("first", "a case", known=True), again="pytest first"))
    assert results.report().models[0].again == ""
    results.take(found(LawResult("third", "E1", "direction", "TIMED_OUT", 0), again="pytest third"))
    assert results.report().models[0].again == "pytest third"
