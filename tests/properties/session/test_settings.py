"""The options as values: what the command line says, what the ini file says, and what cannot be."""

from pathlib import Path

import pytest

from turncheck.properties.checking.draw import Budget
from turncheck.properties.session.settings import Settings, Sweeping

SEEDS = "--hypothesis-seed must be 0..999,999, a seed of evaluation, for --turncheck-sweep"
TOO_FEW = "fewer could not pass without any divergence"
UNREACHED = "no law could reach its least number of cases"


@pytest.fixture
def settings(pytester):
    """The settings of a session with those options, in a folder with an ini file if one is given."""

    def of(*options, ini=""):
        (pytester.path / "pytest.ini").write_text(f"[pytest]\n{ini}")
        return Settings.of(pytester.parseconfigure(*options))

    return of


def test_what_no_option_says_has_a_default(settings, pytester):
    home = pytester.path / ".turncheck"
    assert settings() == Settings(
        domain=None,
        specs=(None,),
        arguments=(),
        rules=None,
        budget=Budget(200, 0, 10),
        timeout=None,
        skips_inconclusive=False,
        report=None,
        witnesses=home / "witnesses",
        is_home=True,
        baseline=None,
        writes_baseline=False,
        sweeping=None,
    )
    assert settings("--turncheck-sweep=9").sweeping == Sweeping(9, None, None, home / "sweeps", True, False)


def test_each_option_is_said_on_the_command_line(settings):
    found = settings(
        *("--turncheck-domain=game.py", "--turncheck-model=a", "--turncheck-model=b", "--turncheck-model=a"),
        *("--turncheck-rules=r.toml", "--turncheck-examples=20", "--turncheck-min-cases=5", "--hypothesis-seed=7"),
        *("--turncheck-timeout=1.5", "--turncheck-inconclusive=skip", "--turncheck-report=out"),
        *("--turncheck-witnesses=kept", "--turncheck-baseline=b.json", "--turncheck-sweep=1000"),
        *("--turncheck-sampler=mixed", "--turncheck-gate=0.01", "--turncheck-sweeps=swept", "--turncheck-resume"),
    )
    assert found == Settings(
        domain="game.py",
        specs=("a", "b"),
        arguments=(),
        rules=Path("r.toml"),
        budget=Budget(20, 7, 5),
        timeout=1.5,
        skips_inconclusive=True,
        report=Path("out"),
        witnesses=Path("kept"),
        is_home=False,
        baseline=Path("b.json"),
        writes_baseline=False,
        sweeping=Sweeping(1000, "mixed", 0.01, Path("swept"), False, True),
    )
    assert settings("--turncheck-model=a", "--turncheck-model-arg=x=1").arguments == ("x=1",)


INI = """
turncheck_domain = games/game.py:GAME
turncheck_model =
    a
    b
turncheck_rules = r.toml
turncheck_examples = 20
turncheck_report = out
turncheck_witnesses = kept
turncheck_write_baseline = true
turncheck_baseline = b.json
"""


def test_each_option_is_said_in_the_ini_file_and_its_paths_are_seen_from_there(settings, pytester):
    with pytest.raises(pytest.UsageError, match=r"^--turncheck-write-baseline must have one model, got 2: name one"):
        settings(ini=INI)
    found = settings("--turncheck-model=c", ini=INI)
    root = pytester.path
    assert (found.domain, found.specs, found.budget) == (f"{root}/games/game.py:GAME", ("c",), Budget(20, 0, 10))
    paths = (found.rules, found.report, found.witnesses, found.baseline)
    assert paths == (root / "r.toml", root / "out", root / "kept", root / "b.json")
    assert found.writes_baseline


@pytest.mark.parametrize("domain", ["duel", "my_package.game:DOMAIN"])
def test_a_domain_that_is_no_file_is_the_same_everywhere(settings, domain):
    assert settings(ini=f"turncheck_domain = {domain}").domain == domain


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["examples=0"], "--turncheck-examples must be an int, 1 or more, got 0"),
        (["examples=-3"], "--turncheck-examples must be an int, 1 or more, got -3"),
        (["examples=5", "min-cases=9"],
         f"--turncheck-examples must be 9 or more (--turncheck-min-cases), got 5: {UNREACHED}"),
        (["min-cases=x"], "--turncheck-min-cases must be an int, 1 or more, got 'x'"),
        (["timeout=0"], "--turncheck-timeout must be a number, 0.001 or more, got 0"),
        (["timeout=nan"], "--turncheck-timeout must be a number, 0.001 or more, got nan"),
        (["timeout=soon"], "--turncheck-timeout must be a number, 0.001 or more, got 'soon'"),
        (["inconclusive=pass"], "--turncheck-inconclusive must be fail or skip, got 'pass'"),
        (["model=a", "model=b", "model-arg=x=1"],
         "--turncheck-model-arg must have one model beside it, got 2: write a card, engine.toml, for each of them"),
        (["write-baseline"], "--turncheck-write-baseline needs --turncheck-baseline FILE, which it writes"),
        (["baseline=b.json", "write-baseline", "model=a", "model=b"],
         "--turncheck-write-baseline must have one model, got 2: name one --model"),
        (["report=file"], "--turncheck-report must be a folder, or a new name for one, got the file file"),
        (["witnesses=file"], "--turncheck-witnesses must be a folder, or a new name for one, got the file file"),
        (["baseline=."], "--turncheck-baseline must be a file, got the folder ."),
        (["gate=0.1"], "--turncheck-gate needs --turncheck-sweep N, whose turns it is about"),
        (["sweep=9", "gate=1.5"], "--turncheck-gate must be a number, 0..1, got 1.5"),
        (["sweep=9", "gate=-1"], "--turncheck-gate must be a number, 0..1, got -1"),
        (["sweep=9", "gate=nan"], "--turncheck-gate must be a number, 0..1, got nan"),
        (["sweep=9", "gate=abc"], "--turncheck-gate must be a number, 0..1, got 'abc'"),
        (["sweep=9", "gate=0"], "--turncheck-gate must be above 0, got 0: no sample shows that nothing ever diverges"),
        (["sweep=9", "gate=0.01"], f"--turncheck-sweep must be 368 or more for a gate of 0.01, got 9: {TOO_FEW}"),
        (["sweep=0"], "--turncheck-sweep must be an int, 1 or more, got 0"),
        (["sweep=many"], "--turncheck-sweep must be an int, 1 or more, got 'many'"),
        (["sweep=9", "sweeps=file"], "--turncheck-sweeps must be a folder, or a new name for one, got the file file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_cannot_be_or_contradicts_is_a_usage_error(settings, pytester, options, message):
    (pytester.path / "file").write_text("")
    with pytest.raises(pytest.UsageError) as caught:
        settings(*(f"--turncheck-{option}" for option in options))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("seed", "beside", "message"),
    [
        ("abc", [], "--hypothesis-seed must be an int where laws are checked, got 'abc'"),
        ("1000000", ["--turncheck-sweep=9"], f"{SEEDS}, got 1000000: training draws from others"),
        ("-1", ["--turncheck-sweep=9"], f"{SEEDS}, got -1: training draws from others"),
    ],
)
def test_a_seed_that_cannot_be_is_a_usage_error(settings, seed, beside, message):
    with pytest.raises(pytest.UsageError) as caught:
        settings(f"--hypothesis-seed={seed}", *beside)
    assert str(caught.value) == message


def test_a_seed_of_training_is_one_for_laws(settings):
    assert settings("--hypothesis-seed=1000000").budget.seed == 1_000_000
