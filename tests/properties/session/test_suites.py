"""A user's own domains in pytest: `turncheck.suite` beside other tests, `--turncheck-domain`, bad input."""

import json

import pytest

import turncheck
from tests.properties import adder, tictactoe
from tests.properties.sessions import sections
from turncheck.properties.laws import laws_of

LAWS = [law.id for law in laws_of(tictactoe.DOMAIN)]
SUMS = [law.id for law in laws_of(adder.DOMAIN)]
SUMS = [law.id for law in laws_of(adder.DOMAIN)]

MINE = """
import turncheck
from tictactoe import DOMAIN

def test_before():
    pass

test_game = turncheck.suite(DOMAIN{model})

def test_behind():
    pass
"""

SOME = "taken_back or one_mark or agrees or before or behind"


# --- in a test file --------------------------------------------------------------------------------------------------


def test_a_suite_is_one_item_for_each_law_and_model_beside_other_tests(games):
    options = ["--turncheck-model=reference", "--turncheck-model=py:players:right"]
    result = games("test_mine.py", *options, "-v", test_mine=MINE.format(model=""))
    assert result.ret == 0
    result.assert_outcomes(passed=2 * len(LAWS) + 2)
    ran = [line.split("::")[1].split(" ")[0] for line in result.outlines if line.startswith("test_mine.py::")]
    items = [f"test_game[{model}-{law}]" for model in ("reference", "py:players:right") for law in LAWS]
    assert ran == ["test_before", *items, "test_behind"]
    (title,) = sections(result)
    assert title == "divergence: tictactoe/1 in test_mine.py::test_game (seed 0)"
    assert [line for line in sections(result)[title] if line.endswith("laws held")] == [
        f"reference (reference): {len(LAWS)} of {len(LAWS)} laws held",
        f"py:players:right (py): {len(LAWS)} of {len(LAWS)} laws held",
    ]


BROKEN = """\
marks_are_never_taken_back (known answer)
A cell that holds a mark keeps it.

wrong_value in {count} of 20 cases: a1 . for x
  turn      to_move player o; row a1 x; move b1
"""


def test_a_broken_law_shows_a_minimal_counterexample_and_is_kept_for_the_next_run(games, pytester):
    mine = MINE.format(model=", model='players.py:forgetful'")
    result = games("test_mine.py", "-k", SOME, "-q", test_mine=mine)
    assert result.ret == 1
    start = result.outlines.index("marks_are_never_taken_back (known answer)")
    shown = result.outlines[start : start + BROKEN.count("\n")]
    assert shown[:3] == BROKEN.splitlines()[:3]
    assert shown[4].startswith("  turn      to_move player o; row ")
    assert "FAILED test_mine.py::test_game[players.py:forgetful-marks_are_never_taken_back]" in result.stdout.str()
    kept = [path.name for path in (pytester.path / ".turncheck" / "witnesses").rglob("*.txt")]
    assert any(name.startswith("marks_are_never_taken_back.") for name in kept)
    (lines,) = sections(games("test_mine.py", "-k", SOME, "-q", test_mine=mine)).values()
    assert [line for line in lines if line.startswith("STILL FAILS marks_are_never_taken_back ")]


@pytest.mark.parametrize(
    ("model", "id"),
    [
        ("players.right", "right"),
        ("'py:players:right'", "py:players:right"),
        ("'reference'", "reference"),
        ("type('Engine', (), {'predict': lambda self, prompts: players.right(prompts)})()", "Engine"),
    ],
    ids=["function", "SPEC", "kind", "engine"],
)
def test_a_suite_names_a_model_of_its_own(games, model, id):
    mine = "import players\n" + MINE.format(model=f", model={model}")
    result = games("test_mine.py", "-k", "one_mark", "-v", test_mine=mine)
    assert result.ret == 0
    assert f"test_mine.py::test_game[{id}-one_mark_is_set] PASSED" in result.stdout.str()


TWO = """
import adder
import players
import tictactoe
import turncheck

test_game = turncheck.suite(tictactoe.DOMAIN, model=players.forgetful)
test_sums = turncheck.suite(adder.DOMAIN, model=players.carries_nothing)
test_right_sums = turncheck.suite(adder.DOMAIN, model=players.adds)
"""
TITLES = [
    "divergence: tictactoe/1 in test_two.py::test_game (seed 0)",
    "divergence: adder/1 in test_two.py::test_sums (seed 0)",
    "divergence: adder/1 in test_two.py::test_right_sums (seed 0)",
]


@pytest.mark.parametrize(
    "processes", [[], pytest.param(["-n", "2"], marks=pytest.mark.slow)], ids=["in one process", "in two"]
)
def test_several_suites_have_a_section_each_and_stand_in_one_report(games, pytester, processes):
    options = ["-k", "agrees or taken_back or zero", "--turncheck-report=out", *processes]
    result = games("test_two.py", *options, test_two=TWO, subprocess=bool(processes))
    assert result.ret == 1
    found = sections(result)
    assert list(found) == TITLES
    held = [next(line for line in lines if " laws held" in line) for lines in found.values()]
    assert held == [
        f"forgetful (py): 0 of 2 laws held (2 of {len(LAWS)} laws ran)",
        f"carries_nothing (py): 1 of 2 laws held (2 of {len(SUMS)} laws ran)",
        f"adds (py): 2 of 2 laws held (2 of {len(SUMS)} laws ran)",
    ]
    values = json.loads((pytester.path / "out" / "divergence.json").read_text())
    assert [(model["domain"], model["name"], [law["id"] for law in model["laws"]]) for model in values["models"]] == [
        ("tictactoe/1", "forgetful", ["answer_agrees_with_the_reference", "marks_are_never_taken_back"]),
        ("adder/1", "carries_nothing", ["answer_agrees_with_the_reference", "adding_zero_changes_nothing"]),
        ("adder/1", "adds", ["answer_agrees_with_the_reference", "adding_zero_changes_nothing"]),
    ]
    folders = {path.parent.name.rsplit("-", 1)[0] for path in (pytester.path / ".turncheck").rglob("*.txt")}
    assert folders == {"forgetful", "carries_nothing"}


def test_models_of_the_same_name_in_two_domains_keep_their_witnesses_apart(games, pytester):
    both = """
import adder, tictactoe, turncheck

def nothing(prompts):
    return ["" for _ in prompts]

test_game = turncheck.suite(tictactoe.DOMAIN, model=nothing)
test_sums = turncheck.suite(adder.DOMAIN, model=nothing)
"""
    games("test_both.py", "-k", "agrees", test_both=both)
    assert len({path.parent for path in (pytester.path / ".turncheck").rglob("*.txt")}) == 2


def test_a_sweep_is_one_more_item_of_a_suite(games):
    result = games(
        "test_mine.py",
        *("-k", "one_mark or sweep", "-v", "--turncheck-sweep=200", "--turncheck-gate=0.2"),
        test_mine=MINE.format(model=", model='reference'"),
    )
    assert result.ret == 0
    assert "test_mine.py::test_game[reference-sweep] PASSED" in result.stdout.str()
    assert " tictactoe/1 in test_mine.py::test_game: sweep of play (seed 0) " in result.stdout.str()


def test_what_is_no_domain_or_no_model_is_a_type_error():
    with pytest.raises(TypeError, match="suite must be given a Domain, got str"):
        turncheck.suite("tictactoe")
    with pytest.raises(TypeError, match="it must be a callable or have a method predict, got int"):
        turncheck.suite(tictactoe.DOMAIN, model=7)


# --- from any folder -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("domain", ["tictactoe.py:DOMAIN", "tictactoe.py", "tictactoe:DOMAIN"])
def test_the_laws_of_a_domain_that_is_named_run_from_any_folder(games, domain):
    result = games(
        "--pyargs", "turncheck.properties", "--turncheck-domain", domain, "--model", "players.py:right", "-q"
    )
    assert result.ret == 0
    result.assert_outcomes(passed=len(LAWS))
    ((title, lines),) = sections(result).items()
    assert title == "divergence: tictactoe/1 (seed 0)"
    assert lines[0] == f"py:players.py:right (py): {len(LAWS)} of {len(LAWS)} laws held"


def test_the_domain_can_stand_in_the_ini_file_and_is_seen_from_there(games, pytester, monkeypatch):
    ini = "[pytest]\nturncheck_domain = tictactoe.py:DOMAIN\nturncheck_model = reference\n"
    (pytester.path / "pytest.ini").write_text(ini)
    (pytester.path / "below").mkdir()
    monkeypatch.chdir(pytester.path / "below")
    result = games("--pyargs", "turncheck.properties", "-k", "one_mark", "-c", "../pytest.ini", "-q")
    assert result.ret == 0
    assert list(sections(result)) == ["divergence: tictactoe/1 (seed 0)"]


# --- laws without a result, and without a case -----------------------------------------------------------------------


def test_laws_that_had_no_turn_are_counted(games):
    mine = MINE.format(model=", model='players.py:forgetful'")
    result = games("test_mine.py", "-k", SOME, "-x", "-q", test_mine=mine)
    (lines,) = sections(result).values()
    assert result.ret == 1
    ran = f"(1 of {len(LAWS)} laws ran)"
    assert lines[0] == f"py:players.py:forgetful (py): 0 of 3 laws held, 2 without a result {ran}"
    (told,) = [line for line in lines if line.startswith("NO RESULT")]
    assert told.startswith("NO RESULT for 2 of what was to run, and did not pass: ")
    assert told.endswith(" (the run was interrupted)")


@pytest.mark.slow  # two sessions of pytest-xdist, since the process that died is begun anew
def test_a_process_that_dies_leaves_laws_without_a_result_and_never_says_that_all_held(games):
    mine = MINE.format(model=", model='players.py:falls'")
    result = games("test_mine.py", "-k", "taken_back or is_rejected", "-n", "1", test_mine=mine, subprocess=True)
    assert result.ret == 1
    (lines,) = sections(result).values()
    assert lines[0].startswith("py:players.py:falls (py): 1 of 2 laws held, 1 without a result (1 of ")
    assert any(line.endswith(" (its process died)") for line in lines)


NEVER = """
from adder import DOMAIN

@DOMAIN.law(applies=lambda case: case.a > 99)
def never_applies(case, answer):
    '''It is about nothing.'''
"""


def test_a_law_that_applies_to_nothing_is_inconclusive(games):
    mine = MINE.format(model=", model='reference'").replace("from tictactoe", "from never")
    result = games("test_mine.py", "-k", "never_applies", "-q", test_mine=mine, never=NEVER)
    assert result.ret == 1
    assert (
        "INCONCLUSIVE: no case was drawn to which it applies: look at its cases, its also= and what narrows them"
        in result.outlines
    )


@pytest.mark.parametrize(("words", "code"), [("fail", 1), ("skip", 0)])
def test_a_run_in_which_no_law_applied_is_no_pass(games, words, code):
    options = ["--turncheck-model=reference", "--turncheck-model-arg=rejects=false", "-k", "malformed"]
    mine = MINE.format(model="")
    result = games("test_mine.py", *options, f"--turncheck-inconclusive={words}", "-q", test_mine=mine)
    assert result.ret == code
    (lines,) = sections(result).values()
    assert lines[0] == f"reference (reference): 0 of 0 laws held, 2 not applicable (2 of {len(LAWS)} laws ran)"
    assert "INCONCLUSIVE: no law applies to this model, so it passed nothing" in lines


# --- what cannot be used ---------------------------------------------------------------------------------------------

WRONG = {
    "empty": "",
    "number": "DOMAIN = 7",
    "raises": "1 / 0",
    "silent": """
from tictactoe import DOMAIN

@DOMAIN.law
def never_said(before, after):
    assert True
""",
    "false": '''
from tictactoe import DOMAIN, marks

@DOMAIN.law
def nothing_ever_changes(before, after):
    """It does."""
    assert marks(after, ".") == marks(before, "."), "a mark was set"
''',
    "typo": '''
from tictactoe import DOMAIN

@DOMAIN.law
def misspelt(before, after):
    """Its condition raises."""
    assert befor.player
''',
    "twice": '''
from tictactoe import DOMAIN

@DOMAIN.law
def answer_can_be_read(before, after):
    """Another has this name."""
''',
    "lawless": """
import attrs
from turncheck import Domain
import adder

DOMAIN = Domain(
    "lawless/1", prompt=adder.DOMAIN.prompt, answer=adder.DOMAIN.answer, resolve=adder.DOMAIN.resolve, derives=False
)
""",
    "breaks": """
from turncheck import Domain
import adder

DOMAIN = Domain(
    "breaks/1", prompt=adder.DOMAIN.prompt, answer=adder.DOMAIN.answer, resolve=lambda case: {"sum": 100 // case.a}
)
""",
    "moody": """
import itertools
from turncheck import Domain
import adder

asked = itertools.count()
DOMAIN = Domain(
    "moody/1", prompt=adder.DOMAIN.prompt, answer=adder.DOMAIN.answer, resolve=lambda case: {"sum": next(asked) % 199}
)
""",
    "refuses": """
from turncheck import Check, Domain
import adder

DOMAIN = Domain(
    "refuses/1", prompt=adder.DOMAIN.prompt, answer=adder.DOMAIN.answer, resolve=adder.DOMAIN.resolve,
    checks=(Check("no_sum", "a is 99 and b is 99", ("a", "b"), lambda case: case.a == case.b == 99),),
)
""",
}
"""Modules in which something is wrong."""

REFUSED = [
    ("missing.py:DOMAIN", "domain missing.py:DOMAIN: there is no file missing.py"),
    ("tictactoe.py:GAME", "domain tictactoe.py:GAME: tictactoe.py has no GAME"),
    ("empty.py", "domain empty.py: empty.py has no DOMAIN"),
    ("number.py", "domain number.py: it must be a Domain, got int"),
    ("raises.py", "domain raises.py: raises.py raised ZeroDivisionError: division by zero when it was imported"),
    ("no_such_name", "domain no_such_name: unknown (installed: "),
    ("silent.py", "domain silent.py: silent.py raised LawFunctionError: law never_said: it must have a docstring, "),
    ("false.py", "nothing_ever_changes does not hold for the reference, which is a fault of the law and not of "),
    ("typo.py", "law misspelt: it raised NameError: name 'befor' is not defined: fix it, or narrow its cases"),
    ("twice.py", "law answer_can_be_read: each law of a domain must have a unique name, got this one twice; "),
    ("lawless.py", "domain lawless/1: it has no laws: attach one with @DOMAIN.law, or leave derives=False out"),
    ("breaks.py", "domain breaks/1: its resolve raised ZeroDivisionError: "),
    ("moody.py", "domain moody/1: "),
    ("refuses.py", "domain refuses/1: its checks refused "),
]


@pytest.mark.parametrize(("domain", "message"), REFUSED, ids=[domain for domain, _ in REFUSED])
def test_what_is_no_domain_is_a_usage_error_said_in_its_first_line(games, domain, message):
    options = ["--pyargs", "turncheck.properties", "--turncheck-domain", domain, "--model", "reference"]
    result = games(*options, **WRONG)
    line, *more = [line for line in result.errlines if line]
    assert (result.ret, line[: len(message) + 7]) == (4, f"ERROR: {message}")
    assert ("shown by" in more) == (domain in ("false.py", "typo.py"))


SHOWN_BY = ["shown by", "  to_move x", "  row . . .", "  row . . .", "  row . . .", "  move a1"]


def test_a_false_law_is_told_with_what_it_said_and_a_case_in_readable_lines(games):
    options = ["--pyargs", "turncheck.properties", "--turncheck-domain", "false.py", "--model", "reference"]
    why = "a fault of the law and not of the model: fix the law, or narrow its cases"
    assert [line for line in games(*options, **WRONG).errlines if line] == [
        f"ERROR: nothing_ever_changes does not hold for the reference, which is {why}",
        "it said",
        "  a mark was set",
        *SHOWN_BY,
    ]


def test_a_law_that_raises_is_told_as_one_that_raises(games):
    options = ["--pyargs", "turncheck.properties", "--turncheck-domain", "typo.py", "--model", "reference"]
    raised = "law misspelt: it raised NameError: name 'befor' is not defined: fix it, or narrow its cases"
    assert [line for line in games(*options, **WRONG).errlines if line] == [f"ERROR: {raised}", *SHOWN_BY]


WITHOUT_WORDS = """
import turncheck
from adder import DOMAIN

def helper():
    @DOMAIN.law
    def never_said(case, answer):
        assert True

helper()
test_sums = turncheck.suite(DOMAIN, model="reference")
"""


def test_a_law_without_a_docstring_in_a_test_file_is_told_in_one_line_with_its_place(games):
    result = games("test_mine.py", "-q", test_mine=WITHOUT_WORDS)
    start = next(place for place, line in enumerate(result.outlines) if " ERROR collecting test_mine.py " in line)
    line, end = result.outlines[start + 1 : start + 3]
    assert line.endswith(
        "test_mine.py:5: law never_said: it must have a docstring, which is the sentence that it asserts"
    )
    assert " short test summary info " in end


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        ("false", ["--turncheck-model=reference"], "nothing_ever_changes does not hold for the reference"),
        ("tictactoe", [], "domain tictactoe/1 comes with no model; name one: --model SPEC"),
        ("tictactoe", ["--turncheck-model=nowhere"], "model nowhere: there is no such file"),
        ("lawless", ["--turncheck-model=reference"], "domain lawless/1: it has no laws"),
    ],
    ids=["false law", "no model", "unknown model", "no laws"],
)
def test_a_suite_that_cannot_be_used_ends_the_session(games, module, options, message):
    mine = MINE.format(model="").replace("from tictactoe", f"from {module}")
    result = games("test_mine.py", *options, test_mine=mine, **WRONG)
    line, *more = [line for line in result.errlines if line]
    assert (result.ret, line[: len(message) + 7]) == (4, f"ERROR: {message}")
    assert bool(more) == (module == "false")
    result.assert_outcomes()


def test_in_two_processes_it_is_one_line_too(games):
    result = games("test_mine.py", "-n", "2", test_mine=MINE.format(model=""), subprocess=True)
    # A slow machine also says that it is still loading.
    (line,) = [line for line in result.errlines if line and not line.endswith("s so far")]
    assert (result.ret, line[:50]) == (4, "ERROR: domain tictactoe/1 comes with no model; nam")
    result.assert_outcomes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--turncheck-model=reference"],
            "--turncheck-model must have a suite that names no model of its own: leave it out, or model= of suite()",
        ),
        (
            ["--turncheck-baseline=b.json"],
            "--turncheck-baseline must have one suite beside it, got 3: choose one, as with -k",
        ),
        (
            ["--turncheck-sweep=9", "--turncheck-sampler=odd"],
            "--turncheck-sampler must be one of mixed, play, uniform, small, got 'odd'",
        ),
    ],
    ids=["model", "baseline", "sampler"],
)  # fmt: skip
def test_options_that_fit_no_suite_are_usage_errors(games, options, message):
    result = games("test_two.py", *options, test_two=TWO)
    (line,) = [line for line in result.errlines if line]
    assert (result.ret, line) == (4, f"ERROR: {message}")


def test_a_mistake_that_shows_in_a_run_alone_fails_its_item_and_ends_with_4(games):
    seldom = '''
from tictactoe import DOMAIN, marks, over

@DOMAIN.law
def seldom_true(before, after):
    """It fails on a full board alone."""
    assert marks(after, ".") > 0
'''
    mine = MINE.format(model=", model='reference'").replace("from tictactoe", "from seldom")
    result = games("test_mine.py", "-k", "seldom or one_mark", examples=300, test_mine=mine, seldom=seldom)
    assert result.ret == 4
    assert "seldom_true does not hold for the reference" in result.stdout.str() + result.stderr.str()
    assert "Traceback" not in result.stdout.str()
