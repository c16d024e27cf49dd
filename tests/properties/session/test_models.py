"""Sessions about models: options of a SPEC, several models, rules, a wrong verify, faults at the start."""

# ruff: noqa: E501  rows of a table are longer than lines of code

import json
import shlex
import sys

import pytest

from tests.model.adapters.servers import Reply, serving
from tests.properties.sessions import LAW_IDS, row_of, section
from turncheck.properties.checking import truth

MORE = """
from turncheck.engine.duel import resolve_text
from turncheck.engine.learned import Verdict

class Model:
    def __init__(self, wrong=False):
        self.wrong = wrong

    def predict(self, prompts):
        return ["" if self.wrong else resolve_text(prompt) for prompt in prompts]

class Liar:
    '''Accepts every draft, and writes otherwise.'''

    def predict(self, prompts):
        return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]

    def verify(self, prompts, drafts):
        return [Verdict(90, True, 5.0) for _ in prompts]

class Honest(Model):
    def verify(self, prompts, drafts):
        return [Verdict(90, draft == answer, 5.0) for draft, answer in zip(drafts, self.predict(prompts))]

liar, honest = Liar(), Honest()
"""

SOME = ("-k", "regen_gives_three or malformed_turn_gets or turn_counter_rises")
"""Four laws."""


@pytest.fixture
def models(check, pytester):
    """Runs sessions in a folder that has more models, in `more_models.py`, and a rules file."""
    pytester.makepyfile(more_models=MORE)
    (pytester.path / "hot.toml").write_text('left_out = ["E4"]\n', encoding="utf-8")
    (pytester.path / "one.toml").write_text("burn_damage = 4\n", encoding="utf-8")
    return check


def only_line(result):
    """The one line that a session that cannot run prints as its error."""
    (line,) = [line for line in [*result.outlines, *result.errlines] if line.startswith("ERROR: ")]
    return line


# --- beside a SPEC ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--model-arg", "--turncheck-model-arg"])
def test_an_argument_goes_to_the_model(models, option):
    spec = ("--model", "py:more_models:Model")
    assert models(*spec, option, "wrong=false", *SOME).ret == 0
    assert models(*spec, f"{option}=wrong=true", *SOME).ret == 1


@pytest.mark.slow  # under other rules each law that runs is first held on 10,000 turns
def test_arguments_and_rules_can_stand_in_the_ini_file(models, pytester):
    ini = "[pytest]\nturncheck_model = py:more_models:Model\nturncheck_model_arg =\n    wrong=false\nturncheck_rules = hot.toml\n"
    (pytester.path / "pytest.ini").write_text(ini, encoding="utf-8")
    result = models(*SOME)
    assert result.ret == 0
    assert row_of(result, "regen_gives_three")[2] == "NOT_APPLICABLE"


def test_an_argument_is_of_one_model(models):
    result = models("--model", "reference", "--model", "identity", "--model-arg", "seed=1")
    assert (result.ret, only_line(result)) == (
        4,
        "ERROR: --turncheck-model-arg must be used with one model, got 2: write a card, engine.toml, for each of them",
    )


def test_cards_say_of_several_models_what_is_to_be_said(models, pytester):
    for name, probability in (("good", 0), ("bad", 1)):
        (pytester.path / name).mkdir()
        (pytester.path / name / "engine.toml").write_text(
            f'kind = "noisy:{probability}"\nrejects = false\n[options]\nseed = 2\n', encoding="utf-8"
        )
    result = models("--model", "good", "--model", "bad", *SOME)
    assert result.ret == 1
    lines = section(result)
    assert [line for line in lines if line.startswith(("good", "bad"))] == [
        f"good (noisy): 2 of 2 laws held, 2 not applicable (4 of {len(LAW_IDS)} laws ran)",
        f"bad (noisy): 1 of 2 laws held, 2 not applicable (4 of {len(LAW_IDS)} laws ran)",
    ]


def test_an_item_is_called_by_its_model_without_folders(models, pytester):
    (pytester.path / "some").mkdir()
    (pytester.path / "some" / "engine.toml").write_text('kind = "reference"\n', encoding="utf-8")
    result = models("--model", "some/engine.toml", "--model", "noisy:0", "-k", "regen_gives_three", "-v")
    assert [line.split("::")[1].split(" ")[0] for line in result.outlines if "::" in line] == [
        "test_law[engine-regen_gives_three]",
        "test_law[noisy:0-regen_gives_three]",
    ]


# --- rules -----------------------------------------------------------------------------------------------------------


def test_a_law_that_is_not_true_of_the_rules_is_skipped_and_says_why(models, monkeypatch):
    monkeypatch.setattr(truth, "SAMPLED", 1_000)
    result = models("--model", "reference", "--turncheck-rules", "hot.toml", *SOME, "-rs")
    assert result.ret == 0
    result.assert_outcomes(passed=3, skipped=1, deselected=len(LAW_IDS) - 4)
    held = f"3 of 3 laws held, 1 not applicable (4 of {len(LAW_IDS)} laws ran)"
    assert section(result)[0] == f"reference (reference, rules duel/1 with no E4): {held}"
    assert row_of(result, "regen_gives_three")[2:5] == ["NOT_APPLICABLE", "0", "0"]
    assert "not applicable: not true of these rules' own reference: turn" in result.stdout.str()


@pytest.mark.slow  # other rules again, and all of it is shrunk
def test_a_witness_is_kept_for_the_rules_and_the_arguments_that_it_was_found_with(models, pytester):
    for more in (
        [],
        ["--turncheck-rules", "one.toml"],
        ["--model-arg", "seed=1"],
        ["--model-arg", "template=duel-json/1"],
    ):
        assert models("--model", "noisy:1", "-k", "answer_agrees", *more).ret == 1
    folders = [folder.name for folder in (pytester.path / ".turncheck" / "witnesses").iterdir()]
    assert (len(folders), {name[:8] for name in folders}) == (4, {"noisy-1-"})


# --- a verify that is wrong ------------------------------------------------------------------------------------------


def test_a_verify_that_lies_is_found_out_and_fails_the_run(models):
    result = models("--model", "py:more_models:liar", "-k", "regen_gives_three", examples=40)
    assert result.ret == 1
    (line,) = [line for line in section(result) if line.startswith("VERIFY IS WRONG")]
    assert line.endswith("verify was no longer used, and the run fails (see turncheck conform)")


def test_a_verify_that_lies_fails_the_run_though_every_law_that_ran_held(models):
    result = models("--model", "py:more_models:liar", "-k", "max_never_changes", examples=40)
    result.assert_outcomes(passed=1, deselected=len(LAW_IDS) - 1)
    assert result.ret == 1
    result = models(
        "--model", "py:more_models:liar", "-k", "max_never_changes", "-n", "1", examples=40, subprocess=True
    )
    assert result.ret == 1


def test_an_honest_verify_is_noted(models):
    result = models("--model", "py:more_models:honest", "-k", "regen_gives_three or turn_counter_rises", examples=40)
    assert result.ret == 0
    (line,) = [line for line in section(result) if line.startswith("accepted drafts")]
    count = int(line.split(": ")[1].split(",")[0])
    assert line == f"accepted drafts that the model also wrote without a draft: {count}, all identical"
    assert 50 < count <= 80


# --- what is wrong at the start --------------------------------------------------------------------------------------

PYTHON = shlex.quote(sys.executable)
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


@pytest.mark.parametrize(
    ("files", "options", "said"),
    [
        ({}, ["--model", "missing.safetensors"], "there is no such file; a SPEC is"),
        ({"a": LFS}, ["--model", "a"], "got a Git LFS pointer: run `git lfs pull`"),
        ({"a": "<html>"}, ["--model", "a"], "got a web page"),
        ({"a": ""}, ["--model", "a"], "got an empty file"),
        ({"a": "PK\x03\x04"}, ["--model", "a"], "got a zip archive"),
        ({}, ["--model", "opneai:http://h"], "did you mean openai?"),
        ({}, ["--model", "noisy:0", "--model-arg", "sede=1"], "did you mean seed?"),
        ({"engine.toml": 'kind = "py:os:system"\n'}, ["--model", "engine.toml"], "runs code, so it may only be given"),
        ({"engine.toml": 'kind = "openai:http://h"\n'}, ["--model", "."], "names a host, so it may only be given"),
        ({"engine.toml": 'path = "../x"\n'}, ["--model", "."], "which is outside the folder"),
        ({"engine.toml": 'kind = "reference"\ntemplate = "py:a:b"\n'}, ["--model", "."], "runs code"),
        ({}, ["--model", "py:more_models:liar", "--model-arg", f"sha256={'0' * 63}x"], "sha256 must be 64 hexadecimal"),
        ({}, ["--model", "reference", "--model-arg", "template=duel/9"], "template must be duel/1"),
        ({"w.py": "pair = str.upper, str\n"}, ["--model", "reference", "--model-arg", "template=py:w.py:pair"], "round-trip"),
        ({}, ["--model", "exec:no-such-command"], "there is no command 'no-such-command'"),
        ({}, ["--model", f"exec:{PYTHON} -c 'print(7)'"], "no hello: the worker must write nothing to stdout but JSON"),
        ({}, ["--model", f"exec:{PYTHON} -c 'import time; time.sleep(9)'", "--model-arg", "hello=0.3"], "took longer than 0.3 s"),
        ({}, ["--model", f"exec:{PYTHON} -c 'raise SystemExit(7)'"], "the process ended with exit status 7"),
        ({}, ["--model", "openai:http://127.0.0.1:9/v1"], "refuses connections: is the server running?"),
        ({}, ["--turncheck-rules", "missing.toml", "--model", "reference"], "rules file missing.toml: No such file"),
    ],
    ids=lambda value: str(value)[-40:],
)  # fmt: skip
def test_a_model_that_cannot_be_asked_is_said_in_one_line_before_any_law_runs(models, pytester, files, options, said):
    for name, content in files.items():
        (pytester.path / name).write_text(content, encoding="utf-8")
    result = models(*options, *SOME)
    assert result.ret == 4
    assert said in only_line(result)
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b"no key", 401), "key_env=NAME"),
        (Reply(b"nothing", 404), "(404)"),
        (Reply(b"slowly", 429, {"Retry-After": "0"}), "is busy (429)"),
        (Reply(b"broken", 500), "failed (500)"),
        (Reply(b"", 302, {"Location": "http://elsewhere.example/"}), "redirects are refused"),
        (Reply(b"<html>"), "<html>"),
        (Reply({"choices": []}), "it gave 0 answers for 1 prompts"),
        (Reply(b"late", delay=2.0), "took longer than 0.3 s"),
    ],
    ids=["401", "404", "429", "500", "redirect", "html", "fewer", "slow"],
)
def test_an_endpoint_that_fails_is_said_in_one_line_before_any_law_runs(models, reply, said):
    with serving(lambda request: reply) as server:
        result = models("--model", f"openai:{server.base}", "--model-arg", "timeout=0.3", *SOME)
    assert result.ret == 4
    assert said in only_line(result)


def test_an_endpoint_that_fails_later_has_answered_nothing_and_the_session_goes_on(models):
    from tests.model.adapters.servers import truth

    def behave(request):
        poisoned = any("poison 0" not in prompt for prompt in request.prompts)
        return Reply(b"broken", 500) if poisoned and len(request.prompts) == 1 else truth(request)

    with serving(behave) as server:
        result = models("--model", f"openai:{server.base}", "--model-arg", "batch=1", *SOME)
    assert result.ret == 1
    assert "no_answer" in result.stdout.str()
    assert "(500)" in result.stdout.str()


WORKER = """
import json, os, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if request["method"] == "hello":
        said = {"protocol": 1, "methods": ["predict"]}
    else:
        from turncheck.engine.duel import resolve_text
        if any("stun 1" in prompt for prompt in request["prompts"]):
            {fault}
        said = {"answers": [resolve_text(prompt) for prompt in request["prompts"]]}
    print(json.dumps({"id": request["id"], **said}), flush=True)
"""


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("os.abort()", "signal 6 (SIGABRT)"),
        ("time.sleep(60)", "took longer than 1 s"),
        pytest.param("os._exit(3)", "exit status 3", marks=pytest.mark.slow),
        pytest.param("print('loading')", "write nothing to stdout but JSON objects", marks=pytest.mark.slow),
        pytest.param("request['id'] += 1", "must answer with id", marks=pytest.mark.slow),
        pytest.param("request['prompts'].pop()", "one for each prompt", marks=pytest.mark.slow),
    ],
)
def test_a_process_that_fails_later_has_answered_nothing_and_the_session_goes_on(models, pytester, fault, said):
    (pytester.path / "worker.py").write_text(WORKER.replace("{fault}", fault), encoding="utf-8")
    result = models(
        "--model", f"exec:{PYTHON} worker.py", "--model-arg", "timeout=1", "-k", "turn_counter_rises or malformed_turn_gets",
        "--turncheck-no-shrink", examples=20,
    )  # fmt: skip
    assert result.ret == 1
    assert row_of(result, "turn_counter_rises_by_one")[5].startswith("no_answer")
    assert said in result.stdout.str()


def test_the_report_says_how_each_model_was_read(models, pytester):
    models("--model", "noisy:0", "--model-arg", "template=duel-json/1", "--turncheck-report", "out", *SOME)
    (model,) = json.loads((pytester.path / "out" / "divergence.json").read_text(encoding="utf-8"))["models"]
    said = {name: model[name] for name in ("name", "kind", "template", "rules", "audited", "refuted")}
    assert said == {
        "name": "noisy:0", "kind": "noisy", "template": "duel-json/1", "rules": "duel/1", "audited": 0, "refuted": 0,
    }  # fmt: skip
