"""Whatever a model's code does to a session: no run turns green, and Turncheck is not blamed."""

import json
import re
import shutil
import signal

import pytest

from tests.properties.sessions import row_of, section
from turncheck.properties.session import baseline
from turncheck.properties.session import session as session_module
from turncheck.reports import table

RIGHT = """
import asyncio
import pytest
from turncheck.engine.duel import resolve_text

class MuteError(Exception):
    def __str__(self):
        raise RuntimeError

class Unlike(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        return False

    def __ne__(self, other):
        return True

def ends(how):
    asked = []

    def predict(prompts):
        asked.append(prompts)
        if len(asked) == 1:  # when it is loaded
            return [resolve_text(prompt) for prompt in prompts]
        return how(prompts)

    return predict

def raised(error):
    raise error

"""

ENDINGS = {
    "raises": "lambda _: raised(ValueError('no'))",
    "skips": "lambda _: pytest.skip('no gpu')",
    "imports_or_skips": "lambda _: pytest.importorskip('no_such_module')",
    "xfails": "lambda _: pytest.xfail('known')",
    "fails": "lambda _: pytest.fail('no')",
    "leaves_pytest": "lambda _: pytest.exit('bye', 0)",
    "leaves": "lambda _: raised(SystemExit(0))",
    "interrupts": "lambda _: raised(KeyboardInterrupt)",
    "is_cancelled": "lambda _: raised(asyncio.CancelledError)",
    "is_closed": "lambda _: raised(GeneratorExit)",
    "raises_what_cannot_be_said": "lambda _: raised(MuteError())",
    "gives_nothing": "lambda _: None",
    "gives_texts_that_are_like_nothing": "lambda prompts: [Unlike('wrong') for _ in prompts]",
}
MODULE = RIGHT + "".join(f"{name} = ends({how})\n" for name, how in ENDINGS.items())


def test_however_models_end_each_has_its_verdict_and_the_session_ends_with_1(check, pytester):
    pytester.makepyfile(plugin_endings=MODULE)
    models = [f"--model=py:plugin_endings:{name}" for name in ENDINGS]
    result = check(*models, "-k", "max_never", "--tb=no", "-q", examples=1)
    assert result.ret == 1
    result.assert_outcomes(failed=len(ENDINGS), deselected=96 * len(ENDINGS))
    found = dict.fromkeys(ENDINGS, "")
    for line in section(result):
        if line.startswith("py:plugin_endings:") and " laws held" in line:
            name = line.split(" ")[0].rpartition(":")[2]
        elif line.startswith("max_never_changes  A2"):
            found[name] = re.split(r"  +", line)[2]
    assert found == dict.fromkeys(ENDINGS, "FAIL")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pytest.importorskip('no_such_module')", "Skipped: could not import 'no_such_module'"),
        ("def predict(prompts):\n    pytest.skip('no gpu')", "raised Skipped: no gpu"),
        ("def predict(prompts):\n    pytest.exit('bye', 0)", "raised Exit: bye"),
        ("def predict(prompts):\n    raise KeyboardInterrupt", "asked one prompt, it raised KeyboardInterrupt"),
        ("raise KeyboardInterrupt", "when it was loaded, it raised KeyboardInterrupt"),
    ],
    ids=["skips at import", "skips", "leaves", "interrupts", "interrupts at import"],
)
def test_a_model_that_ends_so_when_it_is_loaded_is_an_error_of_usage(check, pytester, content, said):
    pytester.makepyfile(**{f"plugin_loads_{abs(hash(content))}": f"import pytest\n\n{content}\n"})
    result = check("--model", f"py:plugin_loads_{abs(hash(content))}:predict")
    (line,) = [line for line in result.errlines if line]
    assert (result.ret, line[:29], said in line) == (4, "ERROR: model py:plugin_loads_", True)
    result.assert_outcomes()


# --- what ends an item from outside ----------------------------------------------------------------------------------

ALARM = """
import signal
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    '''As pytest-timeout does with --timeout=0.3.'''
    signal.signal(signal.SIGALRM, lambda number, frame: pytest.fail("Timeout (>0.3s)"))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
"""
SLOW = """
import time
from turncheck.engine.duel import resolve_text

def slow(prompts):
    time.sleep(0 if len(prompts) == 1 else 30)
    return [resolve_text(prompt) for prompt in prompts]

def stubborn(prompts):
    try:
        return slow(prompts)
    except BaseException:
        return [resolve_text(prompt) for prompt in prompts]

def slowly_wrong(prompts):
    '''Is asked one after the other where it is broken, so that the alarm comes while it is shrunk.'''
    time.sleep(0.1)
    return [resolve_text(prompt).replace("turn", "turn" if "turn 01" in prompt else "tern") for prompt in prompts]
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm signals")
@pytest.mark.parametrize("model", ["slow", "stubborn", "slowly_wrong"])
def test_a_law_that_an_alarm_ends_has_timed_out(check, pytester, model):
    pytester.makepyfile(plugin_alarm=ALARM, plugin_slow=SLOW)
    result = check("-p", "plugin_alarm", "--model", f"py:plugin_slow:{model}", "-k", "max_never", "-q", "--tb=short")
    assert result.ret == 1
    assert row_of(result, "max_never_changes")[2:5] == ["TIMED_OUT", "0", "0"]
    assert "TIMED_OUT: it was ended by an alarm: Timeout (>0.3s)" in result.outlines
    assert "INTERNAL ERROR" not in result.stdout.str()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarm signals")
def test_a_sweep_that_an_alarm_ends_keeps_what_it_has(check, pytester):
    pytester.makepyfile(plugin_alarm=ALARM, plugin_slow=SLOW)
    options = ["-p", "plugin_alarm", "--model", "py:plugin_slow:slowly_wrong", "--turncheck-sweep=9000"]
    result = check(*options, "-k", "test_sweep", "-q")
    assert result.ret == 1
    assert "the sweep was ended by an alarm: Timeout (>0.3s)" in result.outlines
    assert "During handling of" not in result.stdout.str()
    assert any(line.startswith("PARTIAL, no verdict: what was done is kept") for line in result.outlines)


RERUNS = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    '''As pytest-rerunfailures does with --reruns=2.'''
    for _ in range(2):
        runtestprotocol(item, nextitem=nextitem, log=False)
    runtestprotocol(item, nextitem=nextitem)
    return True
"""
COUNTING = """
from turncheck.engine.duel import resolve_text

def late(prompts):
    with open("asked.txt", "a") as file:
        file.write(f"{len(prompts)}\\n")
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]
"""


def test_what_is_run_again_is_not_asked_again(check, pytester):
    pytester.makepyfile(plugin_counting=COUNTING, plugin_reruns=RERUNS)
    asked = []
    for options in ([], ["-p", "plugin_reruns"]):
        result = check("--model", "py:plugin_counting:late", "-k", "counter_rises", "-q", *options)
        assert (result.ret, row_of(result, "turn_counter_rises_by_one")[2]) == (1, "FAIL")
        asked.append((pytester.path / "asked.txt").read_text())
        for path in (pytester.path / "asked.txt", pytester.path / ".turncheck"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert asked[0] == asked[1] != ""


SKIPPED = """
import pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items[0].add_marker(pytest.mark.skip(reason="not today"))
"""


def test_a_law_that_was_to_run_and_was_skipped_ends_the_session_with_1(check, pytester):
    pytester.makepyfile(plugin_skips=SKIPPED)
    result = check("-p", "plugin_skips", "--model", "reference", "-k", "max_never or counter_rises", "-q")
    assert result.ret == 1
    result.assert_outcomes(passed=1, skipped=1, deselected=95)
    assert "NO RESULT for 1 of what was to run, and did not pass: " in result.stdout.str()


CHOOSING_LATE = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    '''Deselects all but one when everybody else has chosen, as --lf does.'''
    yield
    config.hook.pytest_deselected(items=items[1:])
    items[1:] = []
"""


def test_only_the_laws_that_will_run_are_tried_on_the_reference_and_counted(check, pytester, monkeypatch):
    pytester.makepyfile(plugin_choosing=CHOOSING_LATE)
    tried = []
    monkeypatch.setattr(session_module, "try_domain", lambda domain, laws: tried.append([law.id for law in laws]))
    result = check("-p", "plugin_choosing", "--model", "reference", "-k", "max_never or counter_rises", "-q")
    assert (result.ret, tried) == (0, [["turn_counter_rises_by_one"]])
    assert section(result)[0] == "reference (reference): 1 of 1 laws held (1 of 97 laws ran)"


DIES = """
import os
from turncheck.engine.duel import resolve_text

asked = []

def dies(prompts):
    asked.append(prompts)
    if len(asked) > 2:  # it was loaded, and one law has run
        os._exit(9)
    return [resolve_text(prompt) for prompt in prompts]
"""


@pytest.mark.slow  # two processes of pytest-xdist
def test_what_was_to_run_in_processes_that_died_is_named_in_table_page_and_report(check, pytester):
    pytester.makepyfile(plugin_dies=DIES)
    options = ["-n", "1", "--max-worker-restart=0", "--turncheck-report=out", "-k", "max_never or counter_rises or pay"]
    result = check("--model", "py:plugin_dies:dies", *options, subprocess=True)
    assert result.ret == 1
    values = json.loads((pytester.path / "out" / "divergence.json").read_bytes())
    (model,) = values["models"]
    assert len(model["laws"]) == 1
    assert list(model["missing"].values()).count("its process died") == 1
    lines = section(result)
    assert f", {len(model['missing'])} without a result (1 of 97 laws ran)" in lines[0]
    (told,) = [line for line in lines if line.startswith("NO RESULT")]
    page = (pytester.path / "out" / "divergence.md").read_text().replace("\\", "")
    assert told in page
    assert all(law in told for law in model["missing"])


# --- a model that changes the folder ---------------------------------------------------------------------------------

WANDERING = """
import os
from turncheck.engine.duel import resolve_text

ELSEWHERE = os.path.abspath("elsewhere")
os.makedirs(ELSEWHERE, exist_ok=True)
{when}os.chdir(ELSEWHERE)

def late(prompts):
    os.chdir(ELSEWHERE)
    open("been_here", "w").close()
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]
"""


@pytest.mark.parametrize("when", ["", "# "], ids=["when it is loaded", "when it is asked"])
def test_a_model_that_changes_the_folder_takes_nothing_along(check, pytester, when):
    start = pytester.path
    for name in ("wandering", "second"):
        (start / f"{name}.py").write_text(WANDERING.format(when=when))
    (start / "known.json").write_text('{"schema": 1, "known": {}}')
    options = ["--turncheck-report=out", "--turncheck-witnesses=kept", "--turncheck-baseline=known.json"]
    models = ["--model", "wandering.py:late", "--model", "second.py:late"]
    result = check(*models, *options, "-k", "counter_rises", "-q")
    assert result.ret == 1
    assert len(list((start / "kept").rglob("*.txt"))) == 2
    assert {path.name for path in (start / "out").iterdir()} == {"divergence.json", "divergence.md", "report.html"}
    assert [path.name for path in (start / "elsewhere").iterdir()] == ["been_here"]
    values = json.loads((start / "out" / "divergence.json").read_bytes())
    assert [model["witness"].partition("/")[0] for model in values["models"]] == ["kept", "kept"]


@pytest.mark.parametrize(
    ("what", "option"), [("report", "--turncheck-report=out"), ("baseline", "--turncheck-baseline=out")]
)
def test_what_cannot_be_written_at_the_end_is_a_line_behind_the_tables(check, monkeypatch, what, option):
    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(table, "write_report", full)
    monkeypatch.setattr(baseline, "write_baseline", full)
    writes = ["--turncheck-write-baseline"] if what == "baseline" else []
    result = check("--model", "reference", "-k", "max_never", option, *writes, "-q")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert any(line.startswith("reference (reference): 1 of 1 laws held") for line in result.outlines)
    (line,) = [line for line in result.outlines if line.startswith("ERROR: ")]
    assert re.fullmatch(f"ERROR: the {what} .*out cannot be written: No space left on device", line)
    assert "INTERNALERROR" not in result.stdout.str()
