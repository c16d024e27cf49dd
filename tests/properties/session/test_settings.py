"""The options of a session: how models and domains are named, and which names are refused."""

import pytest

from turncheck.properties.session.settings import Settings

SEEDS = "--hypothesis-seed must be 0..999,999, an evaluation seed, for --turncheck-sweep"
TOO_FEW = "fewer could not pass even without a divergence"
UNREACHED = "no law could reach its least number of cases"


@pytest.fixture
def settings(pytester):
    """The settings of a session with those options, in a folder with an ini file if one is given."""

    def of(*options, ini=""):
        (pytester.path / "pytest.ini").write_text(f"[pytest]\n{ini}")
        return Settings.of(pytester.parseconfigure(*options))

    return of


def test_a_model_that_is_named_twice_is_one(settings):
    assert settings("--turncheck-model=a", "--turncheck-model=b", "--turncheck-model=a").specs == ("a", "b")


def test_a_file_of_a_domain_is_seen_from_the_ini_file_that_names_it(settings, pytester):
    ini = "turncheck_domain = games/game.py:GAME\n"
    assert settings(ini=ini).domain == f"{pytester.path}/games/game.py:GAME"
    assert settings("--turncheck-domain=games/game.py:GAME", ini=ini).domain == "games/game.py:GAME"


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
         "--turncheck-model-arg must be used with one model, got 2: write a card, engine.toml, for each of them"),
        (["write-baseline"], "--turncheck-write-baseline needs --turncheck-baseline FILE, the file to write"),
        (["baseline=b.json", "write-baseline", "model=a", "model=b"],
         "--turncheck-write-baseline must have one model, got 2: name one --model"),
        (["report=file"], "--turncheck-report must be a folder, or the name of a new one, got the file file"),
        (["witnesses=file"], "--turncheck-witnesses must be a folder, or the name of a new one, got the file file"),
        (["baseline=."], "--turncheck-baseline must be a file, got the folder ."),
        (["gate=0.1"], "--turncheck-gate needs --turncheck-sweep N: the gate is about the sweep's turns"),
        (["sweep=9", "gate=1.5"], "--turncheck-gate must be a number, 0..1, got 1.5"),
        (["sweep=9", "gate=-1"], "--turncheck-gate must be a number, 0..1, got -1"),
        (["sweep=9", "gate=nan"], "--turncheck-gate must be a number, 0..1, got nan"),
        (["sweep=9", "gate=abc"], "--turncheck-gate must be a number, 0..1, got 'abc'"),
        (["sweep=9", "gate=0"], "--turncheck-gate must be above 0, got 0: no sample can show a rate of 0"),
        (["sweep=9", "gate=0.01"], f"--turncheck-sweep must be 368 or more for a gate of 0.01, got 9: {TOO_FEW}"),
        (["sweep=0"], "--turncheck-sweep must be an int, 1 or more, got 0"),
        (["sweep=many"], "--turncheck-sweep must be an int, 1 or more, got 'many'"),
        (
            ["sweep=9", "sweeps=file"],
            "--turncheck-sweeps must be a folder, or the name of a new one, got the file file",
        ),
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
        ("1000000", ["--turncheck-sweep=9"], f"{SEEDS}, got 1000000: training uses other seeds"),
        ("-1", ["--turncheck-sweep=9"], f"{SEEDS}, got -1: training uses other seeds"),
    ],
)
def test_a_seed_that_cannot_be_is_a_usage_error(settings, seed, beside, message):
    with pytest.raises(pytest.UsageError) as caught:
        settings(f"--hypothesis-seed={seed}", *beside)
    assert str(caught.value) == message


def test_a_seed_of_training_is_one_for_laws(settings):
    assert settings("--hypothesis-seed=1000000").budget.seed == 1_000_000


def test_isolation_without_a_python_model_is_an_error_of_usage(check):
    result = check("--model", "reference", "--turncheck-isolate", "-k", "max_never")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    message = "ERROR: --turncheck-isolate must have a py: model, which it runs by itself: leave it out"
    assert message in result.errlines
