"""The table of costs: what is timed is what the table says, and a process is charged with its own memory only."""

import json
import re
import sys
from itertools import count
from types import SimpleNamespace

import attrs
import pytest

from tests.bench import processes
from tests.bench.laws import Checked, checked, checked_plainly, rates
from turncheck.duel import DOMAIN
from turncheck.engine.duel import resolve_text
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws.duel import LAWS
from turncheck.properties.session.outcome import explain
from turncheck.reports.screen import Screen

BY_ID = {law.id: law for law in LAWS}
AGREES, SWAPPED = BY_ID["answer_agrees_with_the_reference"], BY_ID["swapped_units_swap_the_answer"]


@attrs.define
class Calls:
    """An engine that notes how many prompts each call has.

    Attributes:
        wrong: whether it answers with the prompt.
    """

    wrong: bool = False
    sizes: list[int] = attrs.field(factory=list)

    def predict(self, prompts):
        self.sizes.append(len(prompts))
        return [prompt if self.wrong else resolve_text(prompt) for prompt in prompts]


@pytest.mark.parametrize(("law", "prompts"), [(AGREES, 1), (SWAPPED, 2), (BY_ID["same_answer_asked_again_alone"], 2)])
def test_a_plain_test_asks_one_prompt_a_call_and_each_case_anew(law, prompts):
    engine = Calls()
    found = checked_plainly(law, engine, Budget(20), stops=False)
    assert (found.cases, found.broken) == (20, False)
    assert engine.sizes == [1] * 20 * prompts


def test_a_plain_test_goes_on_after_a_failure_unless_it_stops_and_shrinks():
    all_cases = checked_plainly(AGREES, Calls(wrong=True), Budget(20), stops=False)
    assert (all_cases.cases, all_cases.broken) == (20, True)
    engine = Calls(wrong=True)
    first = checked_plainly(AGREES, engine, Budget(20), stops=True)
    assert first.broken
    assert first.cases == len(engine.sizes) != 20


def test_ours_are_checked_in_batches_and_one_memory_serves_all_laws():
    engine = Calls()
    found = checked([AGREES, AGREES], engine, Budget(20))
    assert [(each.cases, each.broken) for each in found.values()] == [(20, False)]
    assert sum(engine.sizes) == 20
    assert max(engine.sizes) > 1


def test_rates_are_of_our_cases_whatever_plain_hypothesis_drew():
    ours = {"fast": Checked(1.0, 300, False), "slow": Checked(3.0, 100, True)}
    theirs = {"fast": Checked(2.0, 20, False), "slow": Checked(10.0, 10, True)}
    assert rates(ours, theirs) == (100.0, 400 / (30 + 100))


# --- processes -------------------------------------------------------------------------------------------------------


def test_a_run_on_a_terminal_tells_when_a_text_was_shown_and_how_it_ended():
    code = "import sys, time; print(sys.stdout.isatty(), flush=True); time.sleep(0.3); sys.exit(3)"
    run = processes.run([sys.executable, "-c", code], "True")
    assert (run.status, run.shown) == (3, "True\r\n")
    assert run.first is not None
    assert 0 < run.first < run.seconds - 0.2
    assert processes.run(["true"], "True").first is None


def test_the_peak_is_of_the_command_and_not_of_the_process_that_started_it():
    megabyte = 1 << 20
    held = b"x" * (300 * megabyte)
    small, large = (
        processes.run([sys.executable, "-c", f"held = b'x' * ({size} << 20)"]).peak / megabyte for size in (0, 100)
    )
    assert len(held) / megabyte == 300
    assert small < 60
    assert 90 < large - small < 110


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("law", [AGREES, BY_ID["same_answer_asked_again_in_a_batch"]])
def test_the_first_failure_is_told_by_its_line_with_the_models_answer(law, colour):
    numbers = count(1)
    changing = SimpleNamespace(predict=lambda prompts: [f"{next(numbers)}\n" for _ in prompts])
    result = check_law(law, Subject("bench", "py", changing, DOMAIN), Budget(10, shrink=Limit(prompts=0)))
    shown = explain(law, result, DOMAIN, Screen(80, colour))
    assert len(re.findall(processes.FAILURE, shown)) == len(result.failures) > 0


# --- exported engines ------------------------------------------------------------------------------------------------


def test_an_exported_engine_is_charged_with_the_texts_that_it_was_asked(tmp_path):
    pytest.importorskip("torch")
    from tests.bench.exported import FEW, MANY, Cost, installed

    texts, asked = tmp_path / "texts.json", tmp_path / "asked"
    texts.write_text(json.dumps(["x" * 1000] * MANY), "utf-8")
    code = f"def predict(texts): open({str(asked)!r}, 'a').write(f'{{len(texts)}} '); return texts"
    cost = Cost.of(code, texts)
    assert all(each > 0 for each in (*cost.peaks, *cost.rates))
    assert asked.read_text().split() == ["1", str(MANY), "1", *["1"] * 4 * FEW, *[str(MANY)] * 4]
    assert installed("attrs") > 10_000
