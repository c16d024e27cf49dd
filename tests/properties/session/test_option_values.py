"""The options of a session as values: their content, where they come from, and the folder of a model."""

from pathlib import Path

import attrs
import pytest

from turncheck.duel import DOMAIN
from turncheck.engine.duel import STANDARD
from turncheck.properties.checking.asking import Limit
from turncheck.properties.checking.draw import Budget
from turncheck.properties.session.session import Session
from turncheck.properties.session.settings import Settings, Sweeping
from turncheck.properties.session.suites import Chosen, Suite


def settings_of(pytester, *options):
    return Settings.of(pytester.parseconfig(*options))


def test_where_nothing_is_said_everything_has_its_default(pytester):
    assert settings_of(pytester) == Settings(
        domain=None,
        specs=(None,),
        arguments=(),
        isolates=False,
        rules=None,
        budget=Budget(200, 0, 10),
        seconds=None,
        timeout=None,
        skips_inconclusive=False,
        shows_all=False,
        report=None,
        witnesses=pytester.path / ".turncheck" / "witnesses",
        is_home=True,
        baseline=None,
        writes_baseline=False,
        sweeping=None,
    )


INI = """
[pytest]
turncheck_domain = duel
turncheck_model =
    py:more_models:Model
turncheck_model_arg =
    wrong=false
    seed=1
turncheck_isolate = true
turncheck_rules = hot.toml
turncheck_examples = 50
turncheck_min_cases = 5
turncheck_budget = 90
turncheck_shrink = 30s
turncheck_inconclusive = skip
turncheck_table = all
turncheck_timeout = 2.5
turncheck_report = out
turncheck_witnesses = kept
turncheck_baseline = known.json
turncheck_write_baseline = true
turncheck_sweep = 400
turncheck_sampler = mixed
turncheck_gate = 0.05
turncheck_sweeps = swept
turncheck_resume = true
"""


@pytest.fixture
def in_the_ini_file(pytester):
    """The settings of the ini file, with what else is typed."""
    (pytester.path / "pytest.ini").write_text(INI, encoding="utf-8")
    return lambda *options: settings_of(pytester, *options)


def test_every_option_can_stand_in_the_ini_file_whose_paths_are_seen_from_there(in_the_ini_file, pytester, monkeypatch):
    (pytester.path / "deeper").mkdir()
    monkeypatch.chdir(pytester.path / "deeper")
    here = pytester.path
    assert in_the_ini_file(f"--rootdir={here}", "-c", str(here / "pytest.ini")) == Settings(
        domain="duel",
        specs=("py:more_models:Model",),
        arguments=("wrong=false", "seed=1"),
        isolates=True,
        rules=here / "hot.toml",
        budget=Budget(50, 0, 5, shrink=Limit(seconds=30)),
        seconds=90.0,
        timeout=2.5,
        skips_inconclusive=True,
        shows_all=True,
        report=here / "out",
        witnesses=here / "kept",
        is_home=False,
        baseline=here / "known.json",
        writes_baseline=True,
        sweeping=Sweeping(400, "mixed", 0.05, here / "swept", is_home=False, resumes=True),
    )


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        (["--turncheck-model=noisy:1"], {"specs": ("noisy:1",)}),
        (["--turncheck-model-arg=seed=2"], {"arguments": ("seed=2",)}),
        (["--turncheck-rules=one.toml"], {"rules": Path("one.toml")}),
        (["--turncheck-examples=60", "--hypothesis-seed=7"], {"budget": Budget(60, 7, 5, shrink=Limit(seconds=30))}),
        (["--turncheck-budget=10"], {"seconds": 10.0}),
        (["--turncheck-shrink=100"], {"budget": Budget(50, 0, 5, shrink=Limit(prompts=100))}),
        (["--turncheck-no-shrink"], {"budget": Budget(50, 0, 5, shrink=Limit(prompts=0))}),
        (["--turncheck-inconclusive=fail"], {"skips_inconclusive": False}),
        (["--turncheck-timeout=1"], {"timeout": 1.0}),
        (["--turncheck-report=there"], {"report": Path("there")}),
        (["--turncheck-witnesses=there"], {"witnesses": Path("there")}),
        (["--turncheck-baseline=there"], {"baseline": Path("there")}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_command_line_wins_and_its_paths_are_seen_from_where_pytest_was_called(in_the_ini_file, options, changes):
    seen = {name: Path.cwd() / value if isinstance(value, Path) else value for name, value in changes.items()}
    assert in_the_ini_file(*options) == attrs.evolve(in_the_ini_file(), **seen)


def test_of_a_sweep_the_command_line_wins_too(in_the_ini_file):
    typed = in_the_ini_file("--turncheck-sweep=900", "--turncheck-sampler=play", "--turncheck-gate=0.01")
    assert typed.sweeping == attrs.evolve(in_the_ini_file().sweeping, turns=900, sampler="play", gate=0.01)


# --- the folder of a model's witnesses -------------------------------------------------------------------------------


def model_of(pytester, *options):
    config = pytester.parseconfig("--turncheck-model=noisy:1", *options)
    chosen = Chosen(0, 0)
    return Session.load(config, [Suite("", DOMAIN, ("noisy:1",))], {chosen: []}).models[chosen]


def test_a_witness_is_kept_for_the_rules_and_the_arguments_that_it_was_found_with(pytester):
    (pytester.path / "one.toml").write_text("burn_damage = 4\n", encoding="utf-8")
    said = {
        "nothing": [],
        "rules": ["--turncheck-rules=one.toml"],
        "a seed": ["--turncheck-model-arg=seed=1"],
        "a template": ["--turncheck-model-arg=template=duel-json/1"],
    }
    models = {name: model_of(pytester, *options) for name, options in said.items()}
    assert {model.folder.parent for model in models.values()} == {pytester.path / ".turncheck" / "witnesses"}
    assert {model.folder.name[:8] for model in models.values()} == {"noisy-1-"}
    assert len({model.folder for model in models.values()}) == len(models)
    hotter = attrs.evolve(STANDARD, burn_damage=4)
    assert {name: model.subject.domain.variant for name, model in models.items() if name != "rules"} == dict.fromkeys(
        ("nothing", "a seed", "a template"), STANDARD
    )
    assert models["rules"].subject.domain.variant == hotter
    assert (models["a seed"].subject.arguments, models["a template"].subject.template) == (("seed=1",), "duel-json/1")
