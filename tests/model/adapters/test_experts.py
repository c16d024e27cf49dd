"""Cards of compositions: what they may say, what they may not, and what is loaded of them and when."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.model.adapters.test_card import ALONE
from tests.model.adapters.test_malicious import FILES, SPRUNG
from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.engine.learned import EngineError
from turncheck.engine.sampling import sample
from turncheck.engine.stages import ExpertError
from turncheck.model.adapters.loading import load

TURN = write(Turn())
ROUTES = '[[route]]\ncontains = "do hero attack"\nexpert = "attack"\n[[route]]\nexpert = "others"\n'


@pytest.fixture
def card(folder):
    """Writes a card of that text, and cards of those kinds beside it, and returns the folder's name."""

    def write(text, **kinds):
        for name, kind in kinds.items():
            (folder / "mine" / f"{name}.toml").write_text(f'kind = "{kind}"\n', encoding="utf-8")
        (folder / "mine" / "engine.toml").write_text(f'kind = "experts"\n{text}', encoding="utf-8")
        return "mine"

    return write


def named(**experts):
    """The table of a card's experts."""
    return "".join(["[experts]\n", *(f"{name} = {json.dumps(file)}\n" for name, file in experts.items())])


def refused(spec="mine", *arguments):
    """What is said of a card that is refused before anything of it is asked."""
    with pytest.raises(EngineError) as caught:
        load(spec, arguments, DOMAIN)
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- what a card says ------------------------------------------------------------------------------------------------


def test_a_stated_router_sends_each_prompt_to_its_expert(card):
    spec = card(named(attack="attack.toml", others="others.toml") + ROUTES, attack="identity", others="reference")
    loaded = load(spec, (), DOMAIN)
    copying, right = load("identity", (), DOMAIN).engine, load("reference", (), DOMAIN).engine
    prompts = [DOMAIN.write(case) for case in sample(DOMAIN, "mixed", 0, 40)]
    attacks = ["do hero attack" in prompt for prompt in prompts]
    expected = [
        (copying if each else right).predict([prompt])[0] for each, prompt in zip(attacks, prompts, strict=True)
    ]
    assert 0 < sum(attacks) < 40
    assert loaded.engine.predict(prompts) == expected
    assert loaded.engine.names == ("attack", "others", "router")


def test_a_card_is_named_by_its_folder_by_itself_or_with_its_kind(card, folder):
    spec = card("rejects = false\nfirst = 'one'\n" + named(one="one.toml"), one="reference")
    for typed in (spec, f"{spec}/engine.toml", f"experts:{spec}", f"experts:{spec}/engine.toml"):
        loaded = load(typed, (), DOMAIN)
        assert (loaded.card.kind, loaded.card.name, loaded.card.rejects) == ("experts", "mine", False)
    assert refused("experts:mine/one.toml") == (
        "experts:PATH must name a card of kind experts, got kind reference: leave out experts:"
    )


def test_its_size_and_its_hash_are_those_of_its_card_and_its_files_each_once(card, folder):
    mine = folder / "mine"
    spec = card("first = 'one'\n" + named(one="one.toml", two="tiny.safetensors", three="three.toml"), one="reference")
    (mine / "three.toml").write_text('path = "tiny.safetensors"\n', encoding="utf-8")
    (mine / "aside.safetensors").write_bytes(b"aside")
    files = [mine / name for name in ("engine.toml", "one.toml", "tiny.safetensors", "three.toml")]
    listed = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    loaded = load(spec, (), DOMAIN)
    assert loaded.bytes == sum(file.stat().st_size for file in files)
    assert loaded.sha256 == hashlib.sha256(listed.encode()).hexdigest()


def test_experts_are_loaded_only_when_they_are_needed(card, folder):
    spec = card("first = 'one'\n" + named(one="one.toml", big="tiny.safetensors"), one="reference")
    engine = load(spec, (), DOMAIN).engine
    assert engine.loaded == ()
    engine.predict([TURN])
    assert engine.loaded == ("one",)
    assert len(engine.alone("big", [TURN])) == 1
    assert engine.loaded == ("one", "big")


def test_an_expert_keeps_its_own_wording_and_its_own_options(card, folder):
    spec = card("first = 'one'\n" + named(one="one.toml", two="two.toml"))
    (folder / "mine" / "one.toml").write_text('kind = "reference"\ntemplate = "duel-json/1"\n', encoding="utf-8")
    (folder / "mine" / "two.toml").write_text('kind = "noisy:1"\n[options]\nseed = 3\n', encoding="utf-8")
    engine = load(spec, (), DOMAIN).engine
    assert engine.predict([TURN]) == [DOMAIN.resolve_text(TURN)]
    assert engine.alone("two", [TURN]) == load("noisy:1", ["seed=3"], DOMAIN).engine.predict([TURN])


def test_a_composition_is_of_a_variant_if_its_rules_are(card, folder):
    (folder / "mine" / "rules.toml").write_text("turn_step = 2\n", encoding="utf-8")
    loaded = load(card("rules = 'rules.toml'\nfirst = 'one'\n" + named(one="one.toml"), one="reference"), (), DOMAIN)
    assert loaded.engine.predict([TURN]) == [loaded.domain.resolve_text(TURN)] != [DOMAIN.resolve_text(TURN)]


# --- what it may not say ---------------------------------------------------------------------------------------------

ONE = named(one="one.toml")
WHO = "a card of kind experts must have either first or [[route]]: who reads a prompt"
NAME = "experts: a name must be a word of small letters, digits and _, and not router, got"
MODEL = "an expert must be a model"
IN_FOLDER = "expert one must be a file in the card's own folder, got"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "experts must be a table of 1 to 100 names and files, got None"),
        ("experts = 'one.toml'\n", "experts must be a table of 1 to 100 names and files, got 'one.toml'"),
        ("first = 'one'\n[experts]\n", "experts must be a table of 1 to 100 names and files, got {}"),
        ("[experts]\none = 7\n", "experts: 'one' must name a file, got 7"),
        ("[experts]\none.two = 'x'\n", "experts: 'one' must name a file, got {'two': 'x'}"),
        ("[experts]\n'One' = 'one.toml'\n", f"{NAME} 'One'"),
        ("[experts]\n'_one' = 'one.toml'\n", f"{NAME} '_one'"),
        ("[experts]\n'1' = 'one.toml'\n", f"{NAME} '1'"),
        ("[experts]\n'two words' = 'one.toml'\n", f"{NAME} 'two words'"),
        ("[experts]\n'\u00e9' = 'one.toml'\n", f"{NAME} '\u00e9'"),
        ("[experts]\n'' = 'one.toml'\n", f"{NAME} ''"),
        ("[experts]\nrouter = 'one.toml'\n", f"{NAME} 'router'"),
        (ONE, WHO),
        ("route = []\n" + ONE, WHO),
        ("first = 'one'\n" + ONE + "[[route]]\nexpert = 'one'\n", WHO),
        ("first = 'two'\n" + ONE, "first must be one of its experts (one), got 'two'"),
        ("first = ['one']\n" + ONE, "first must be one of its experts (one), got ['one']"),
        ("route = 7\n" + ONE, "route must be a list of tables, [[route]], got 7"),
        ("route = [7]\n" + ONE, "route must be a list of tables, [[route]], got [7]"),
        (ONE + "[[route]]\nexpert = 'two'\n", "a route's expert must be one of one, got 'two'"),
        (ONE + "[[route]]\ncontains = 'x'\n", "a route's expert must be one of one, got 'None'"),
        (ONE + "[[route]]\nexpert = ['one']\n", "a route's expert must be one of one, got \"['one']\""),
        (ONE + "[[route]]\ncontains = 7\nexpert = 'one'\n", "a route's contains must be a text, got 7"),
        (
            ONE + "[[route]]\nmatches = 'x'\nexpert = 'one'\n",
            "a route's keys must be contains and expert, got 'matches'",
        ),
        ("stop = ['x']\nfirst = 'one'\n" + ONE, "experts has no option 'stop'; it takes threads"),
        (
            "template = 'duel-json/1'\nfirst = 'one'\n" + ONE,
            "a composition must have no template: give one to the cards of its experts",
        ),
        (
            f"sha256 = '{'0' * 64}'\nfirst = 'one'\n" + ONE,
            "a card of kind experts must have no sha256: give one to the cards of its experts",
        ),
        ("first = 'one'\n" + named(one="missing"), f"its {IN_FOLDER} 'missing', which does not exist"),
        ("first = 'one'\n" + named(one="sub"), f"its {IN_FOLDER} 'sub', which is no file"),
        ("first = 'one'\n" + named(one="../out"), f"its {IN_FOLDER} '../out', which is outside the folder"),
        ("first = 'one'\n" + named(one="/etc/passwd"), f"its {IN_FOLDER} '/etc/passwd', which is outside the folder"),
        ("first = 'one'\n" + named(one="http://h/x"), f"its {IN_FOLDER} 'http://h/x', which is outside the folder"),
        ("first = 'one'\n" + named(one="linked"), f"its {IN_FOLDER} 'linked', a link to a place outside"),
    ],
    ids=lambda value: repr(value[:50]),
)
def test_a_card_that_cannot_be_used_says_why(card, folder, text, message):
    (folder / "mine" / "sub").mkdir()
    (folder / "out").write_text("", encoding="utf-8")
    (folder / "mine" / "linked").symlink_to(folder / "out")
    assert refused(card(text, one="reference")) == message


@pytest.mark.parametrize(
    ("expert", "message"),
    [
        ("kind = 'experts'\nfirst = 'x'\n", f"{MODEL}, got another composition: name its models in this card"),
        (
            "kind = 'reference'\nrules = 'r.toml'\n",
            "an expert's card must have no rules: they belong to the whole, in this card",
        ),
        ("kind = 'predictions'\npath = 'r.toml'\n", f"{MODEL} that can be asked, got answers that were made elsewhere"),
        (
            "path = 'tiny.safetensors'\nsha256 = 'WRONG'\n",
            "its sha256 must be WRONG, got RIGHT: it is another file, or damaged",
        ),
        ("kind = 'reference'\nsha256 = 'WRONG'\n", "sha256 needs a model with a file, and one has none"),
        ("kind = 'py:os:system'\n", f"its kind 'py:os:system' runs code, so it {ALONE} (--model py:...)"),
        ("kind = 'exec:ls'\n", f"its kind 'exec:ls' runs code, so it {ALONE} (--model exec:...)"),
        (
            "path = '../out'\n",
            "its path must be a file in the card's own folder, got '../out', which is outside the folder",
        ),
        ("path = 'r.toml'\n", "native:PATH must name a checkpoint, got a card: name it without native:"),
        ("kind = \n", "a card must be TOML: Invalid value (at line 1, column 8)"),
        ("", "a model's file must be a turncheck checkpoint (safetensors) or a card, got an empty file"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_an_expert_that_is_no_model_is_named_with_its_file(card, folder, digest, expert, message):
    spec = card("first = 'one'\n" + ONE)
    (folder / "mine" / "r.toml").write_text("turn_step = 2\n", encoding="utf-8")
    (folder / "mine" / "one.toml").write_text(expert.replace("WRONG", "0" * 64), encoding="utf-8")
    assert refused(spec) == f"expert one: one.toml: {message}".replace("WRONG", "0" * 64).replace("RIGHT", digest)


def test_an_experts_template_is_one_of_the_domains(card, folder):
    spec = card("first = 'one'\n" + ONE)
    (folder / "mine" / "one.toml").write_text('kind = "reference"\ntemplate = "other/1"\n', encoding="utf-8")
    assert refused(spec).startswith("expert one: template must be duel/1, duel-json/1 or py:")


def test_too_many_experts_are_refused(card):
    many = {f"e{number}": "one.toml" for number in range(101)}
    assert refused(card("first = 'e0'\n" + named(**many))).startswith(
        "experts must be a table of 1 to 100 names and files"
    )


# --- what is in the files --------------------------------------------------------------------------------------------


def unusable(spec="mine"):
    """What is said of a composition that cannot be loaded, or whose expert cannot be loaded when it is asked."""
    with pytest.raises((EngineError, ExpertError)) as caught:
        load(spec, (), DOMAIN).engine.predict([TURN])
    assert not Path(SPRUNG).exists()
    return str(caught.value)


@pytest.mark.parametrize(("name", "content", "said"), FILES.values(), ids=FILES)
def test_a_hostile_expert_is_refused_and_touches_nothing(card, folder, name, content, said):
    (folder / "mine" / name).write_bytes(content)
    line = unusable(card("first = 'one'\n" + named(one=name)))
    assert line.startswith("expert one")
    assert said in line


@pytest.mark.parametrize("kind", ["native", "nanogpt", "onnx", "gguf", "hf", "torch"])
@pytest.mark.parametrize("file", ["nanoGPT", "TorchScript"])
def test_so_is_one_that_a_card_gives_another_kind(card, folder, kind, file):
    name, content, _ = FILES[file]
    (folder / "mine" / name).write_bytes(content)
    path = "" if kind == "hf" else f"path = {json.dumps(name)}\n"
    (folder / "mine" / "one.toml").write_text(f"kind = '{kind}'\n{path}", encoding="utf-8")
    assert unusable(card("first = 'one'\n" + ONE)).startswith("expert one")


def test_a_damaged_checkpoint_is_said_to_be_one_by_the_name_of_its_expert(card, folder, tiny):
    (folder / "mine" / "tiny.safetensors").write_bytes(tiny[:-10])
    spec = card("first = 'read'\n" + named(read="tiny.safetensors"))
    result = CliRunner().invoke(main, ["conform", spec], prog_name="turncheck")
    (line,) = result.stderr.splitlines()
    assert result.exit_code == 4
    assert line.startswith(
        "Error: model mine: asked one prompt, it raised ExpertError: expert read raised EngineError: "
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_expert_and_is_not_waited_for(card, folder):
    os.mkfifo(folder / "mine" / "pipe")
    assert refused(card("first = 'one'\n" + named(one="pipe"))) == f"its {IN_FOLDER} 'pipe', which is no file"
