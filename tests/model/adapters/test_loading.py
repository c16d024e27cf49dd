"""From a SPEC to a learned engine: how models are named, their options, and the errors for anything else."""

import sys

import pytest

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Turn, resolve_text, write
from turncheck.engine.duel.samplers import sample
from turncheck.engine.learned import EngineError
from turncheck.model.adapters.calibration import Identity, Noisy, Reference
from turncheck.model.adapters.card import Card
from turncheck.model.adapters.loading import FORM, arguments_of
from turncheck.model.adapters.loading import load as load_model
from turncheck.model.adapters.templates import TemplatedEngine

NEUTRAL = write(Turn())
WAY_OUT = "; it must be UTF-8 text, see docs/models.md"
HUB = "names on a hub are not looked up: download the model and name its folder"
HOT = duel(STANDARD.with_action("attack", power=7))


def load(spec, arguments=(), rules=None):
    return load_model(spec, arguments, DOMAIN, rules)


def fault_of(*arguments, **keywords):
    with pytest.raises(EngineError) as caught:
        load(*arguments, **keywords)
    return str(caught.value)


def test_a_bare_path_is_recognised_by_its_content(folder, tiny, digest):
    (folder / "weights").write_bytes(tiny)
    loaded = load("weights")
    assert (loaded.card, loaded.domain) == (Card("native", "weights", "weights", template="duel/1"), DOMAIN)
    assert (loaded.bytes, loaded.sha256) == (len(tiny), digest)


@pytest.mark.parametrize("spec", ["mine/tiny.safetensors", "native:mine/tiny.safetensors", "mine", "mine/", "./mine"])
def test_a_checkpoint_has_many_names(folder, digest, spec):
    loaded = load(spec)
    assert (loaded.card.kind, loaded.sha256) == ("native", digest)


def test_a_card_and_its_folder_name_the_same(folder, digest):
    card = f'path = "tiny.safetensors"\nsha256 = "{digest}"\nrejects = false\n'
    (folder / "mine" / "engine.toml").write_text(card, encoding="utf-8")
    assert load("mine").card == load("mine/engine.toml").card
    assert load("mine").card == Card("native", "mine/tiny.safetensors", "tiny", digest, "duel/1", rejects=False)


def test_a_kind_stands_before_the_colon():
    assert load("reference").engine == Reference(DOMAIN)
    assert load("identity").engine == Identity(DOMAIN)
    assert load("noisy:0.25", ["seed=7"]).engine == Noisy(DOMAIN, 0.25, 7)
    assert load("reference").card == Card("reference", "", "reference", template="duel/1")


def test_a_path_with_a_colon_is_a_path_where_it_is_there(folder, tiny):
    (folder / "run:3").write_bytes(tiny)
    assert load("run:3").card == Card("native", "run:3", "run:3", template="duel/1")


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("missing.safetensors", f"there is no such file; {FORM}"),
        ("refrence", f"there is no such file; did you mean reference?; {FORM}"),
        ("Reference", f"there is no such file; did you mean reference?; {FORM}"),
        ("", f"there is no such file; {FORM}"),
        ("nul\0byte", f"there is no such file; {FORM}"),
        ("x" * 5000, f"there is no such file; {FORM}"),
        ("C:\\model", f"there is no such file; {FORM}"),
        ("https://host/m", "an address alone is no model, and nothing is downloaded: name an endpoint as openai:https://host/m"),
        ("reference:x", "reference has no target, got 'x': write reference"),
        ("noisy:2", "its probability must be 0..1, as in noisy:0.05, got '2'"),
        ("mine/none.safetensors", f"there is no such file; {FORM}"),
        ("someone/a-model", f"there is no such file; {HUB}; {FORM}"),
    ],
    ids=lambda value: repr(value[:24]),
)  # fmt: skip
def test_a_spec_that_names_nothing_says_what_one_is(folder, spec, fault):
    assert fault_of(spec) == fault


def test_an_unknown_kind_names_the_nearest():
    assert fault_of("excec:node x").startswith("there is no kind 'excec'; did you mean exec? (kinds: native, ")
    assert fault_of("hub:someone/model").startswith("there is no kind 'hub' (kinds: native, ")


def test_the_name_of_a_module_is_no_kind_and_says_how_it_is_named(folder):
    (folder / "my_model.py").write_text("def predict(prompts): pass\n", encoding="utf-8")
    hint = "there is no kind 'my_model'; a function in my_model.py is py:my_model:FUNCTION (kinds: native, "
    assert fault_of("my_model:predict").startswith(hint)


def test_a_checkpoint_that_is_cut_short_or_has_a_flipped_bit_is_refused(folder, tiny):
    for size in (8, 9, 100, len(tiny) // 2, len(tiny) - 1):
        (folder / "cut").write_bytes(tiny[:size])
        assert "cut short or damaged" in fault_of("cut") or "or cut short" in fault_of("cut")


# --- what its file must be -------------------------------------------------------------------------------------------


def test_a_hash_is_compared_before_anything_is_loaded(folder, digest):
    assert load("mine", [f"sha256={digest}"]).sha256 == digest
    wanted = "0" * 64
    assert fault_of("mine", [f'sha256="{wanted}"']) == (
        f"its sha256 must be {wanted}, got {digest}: it is another file, or damaged"
    )
    assert fault_of("reference", [f'sha256="{wanted}"']) == "sha256 needs a model with a file, and reference has none"


def test_a_file_that_is_no_checkpoint_is_said_to_be_none_before_it_is_hashed(folder, monkeypatch):
    monkeypatch.setattr("hashlib.file_digest", None)
    (folder / "ckpt.pt").write_bytes(b"\x80\x04.")
    for spec in ("ckpt.pt", "native:ckpt.pt"):
        assert fault_of(spec, [f"sha256={'0' * 64}"]).startswith("a model's file must be a turncheck checkpoint")
    with open("large.safetensors", "wb") as file:
        file.write((folder / "mine" / "tiny.safetensors").read_bytes())
        file.truncate(3 << 30)  # sparse: it takes no room
    for spec in ("large.safetensors", "native:large.safetensors"):
        assert fault_of(spec) == "a checkpoint must have at most 1,073,741,824 bytes, got 3,221,225,472"


def test_native_names_a_checkpoint_and_no_folder_or_card(folder):
    (folder / "engine.toml").write_text('kind = "reference"\n', encoding="utf-8")
    assert fault_of("native:mine") == (
        "native:PATH must name a file, got a folder: name it without native:, --model mine"
    )
    assert fault_of("native:engine.toml") == ("native:PATH must name a checkpoint, got a card: name it without native:")
    assert fault_of("native:none") == "it cannot be read: No such file or directory"


# --- the cache of Hugging Face ---------------------------------------------------------------------------------------


@pytest.fixture
def snapshot(folder, tiny):
    """A model in that cache, a snapshot of links into its blobs, and how its card says where the weights are."""
    repository = folder / "models--me--mine"
    made = repository / "snapshots" / "1f2e"
    for each in (repository / "blobs", repository / "refs", made):
        each.mkdir(parents=True)
    (repository / "blobs" / "aa").write_bytes(tiny)
    (repository / "blobs" / "bb").write_text('path = "model.safetensors"\n', encoding="utf-8")
    (made / "model.safetensors").symlink_to("../../blobs/aa")
    (made / "engine.toml").symlink_to("../../blobs/bb")
    return made


def test_a_card_in_the_cache_of_hugging_face_is_read(snapshot, digest):
    assert load(str(snapshot)).sha256 == digest
    assert load(str(snapshot / "engine.toml")).sha256 == digest


@pytest.mark.parametrize("where", ["/etc/passwd", "../../../mine/tiny.safetensors", "../../other", "../../refs/main"])
def test_a_link_out_of_its_repository_is_followed_there_neither(snapshot, where):
    (snapshot.parents[1] / "other").write_bytes(b"")
    (snapshot.parents[1] / "refs" / "main").write_bytes(b"")
    (snapshot / "model.safetensors").unlink()
    (snapshot / "model.safetensors").symlink_to(where)
    assert fault_of(str(snapshot)).endswith("got 'model.safetensors', a link to a place outside")


def test_blobs_that_are_a_link_themselves_are_none(snapshot, folder):
    blobs = snapshot.parents[1] / "blobs"
    blobs.rename(folder / "elsewhere")
    blobs.symlink_to(folder / "elsewhere")
    assert fault_of(str(snapshot)).endswith("got 'model.safetensors', a link to a place outside")


# --- numbers that Python does not read -------------------------------------------------------------------------------

DIGITS = "9" * 5000


def test_a_card_with_a_number_of_too_many_digits_says_so(folder):
    (folder / "engine.toml").write_text(f'kind = "noisy:0.5"\n[options]\nseed = {DIGITS}\n', encoding="utf-8")
    assert fault_of("engine.toml") == "a card must be TOML: a number has too many digits"
    (folder / "engine.toml").write_text(f'kind = "noisy:0.5"\n[options]\nseed = 0x{DIGITS}\n', encoding="utf-8")
    assert fault_of("engine.toml") == "option seed must be a number below 2**63, got one of 20,000 bits"
    (folder / "engine.toml").write_text(f"path = 0x{DIGITS}\n", encoding="utf-8")
    assert fault_of("engine.toml") == "path must be a text, got a value of type int"


def test_rules_with_a_number_of_too_many_digits_say_so(folder):
    (folder / "rules.toml").write_text(f"burn_damage = {DIGITS}\n", encoding="utf-8")
    fault = "rules file rules.toml: a rules file must be TOML, got 'a number of too many digits'"
    assert fault_of("reference", rules="rules.toml") == fault
    (folder / "rules.toml").write_text(f"burn_damage = 0x{DIGITS}\n", encoding="utf-8")
    assert fault_of("reference", rules="rules.toml") == (
        "rules file rules.toml: burn_damage must be an int, 0..99, got a value of type int"
    )


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (f"seed={DIGITS}", f"option seed must be an int, got '{DIGITS[:76]}..."),
        (f"seed=0x{DIGITS}", "option seed must be a number below 2**63, got one of 20,000 bits"),
        (f"seed=-0x{DIGITS}", f"option seed must be an int, got '-0x{DIGITS[:73]}..."),
        (f"template=0x{DIGITS}", "template must be a text, got a value of type int"),
        (f"sha256={DIGITS}", f"sha256 must be 64 hexadecimal digits, got '{DIGITS[:76]}..."),
        (f"sed=[0x{DIGITS}]", "noisy has no option 'sed'; did you mean seed? it takes seed"),
        (DIGITS, f"a model argument must be KEY=VALUE, got '{DIGITS[:76]}..."),
    ],
    ids=lambda value: value[:20],
)
def test_an_argument_with_a_number_of_too_many_digits_says_so(typed, fault):
    assert fault_of("noisy:0.1", [typed]) == fault


# --- arguments -------------------------------------------------------------------------------------------------------


def test_an_argument_is_parted_at_the_first_equals_and_read_as_toml_else_as_text():
    typed = [
        "a=1",
        "b=1.5",
        "c=true",
        'd="1"',
        "e=1 2",
        "f=x=y",
        "g=",
        'h=["a", "b"]',
        "i=duel/1",
        "j={x = 1}",
        "k=\na=1",
    ]
    assert arguments_of(typed) == {
        "a": 1, "b": 1.5, "c": True, "d": "1", "e": "1 2", "f": "x=y", "g": "", "h": ["a", "b"], "i": "duel/1",
        "j": {"x": 1}, "k": "\na=1",
    }  # fmt: skip
    assert arguments_of([]) == {}
    assert arguments_of(["a=" + "[" * 5000]) == {"a": "[" * 5000}


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        (["seed"], "a model argument must be KEY=VALUE, got 'seed'"),
        (["=3"], "a model argument must be KEY=VALUE, got '=3'"),
        (["a b=3"], "a model argument must be KEY=VALUE, got 'a b=3'"),
        (["seed=1", "seed=2"], "a model argument must be given once, got seed twice"),
        (["sed=1"], "noisy has no option 'sed'; did you mean seed? it takes seed"),
        (["seed=x"], "option seed must be an int, got 'x'"),
        (["rejects=no"], "rejects must be true or false, got 'no'"),
        (["template=duel/9"], "template must be duel/1, duel-json/1 or py:MODULE:ATTRIBUTE, got 'duel/9'"),
        (["template=7"], "template must be a text, got 7"),
        (["rules=missing.toml"], f"rules file missing.toml: No such file or directory{WAY_OUT}"),
        (["kind=py"], "kind is no option: the SPEC names kind and target, and each option has its own name"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_an_argument_that_will_not_do_says_why(typed, fault):
    assert fault_of("noisy:0.1", typed) == fault


# --- rules and templates ---------------------------------------------------------------------------------------------


@pytest.fixture
def rules(folder):
    """Two rules files, `hot.toml` and `bad.toml`."""
    (folder / "hot.toml").write_text("[actions.attack]\npower = 7\n", encoding="utf-8")
    (folder / "bad.toml").write_text("burn_dmg = 4\n", encoding="utf-8")
    (folder / "latin.toml").write_bytes(b"# \xe9\n")
    return folder


def test_rules_come_with_the_model_or_with_the_run(rules):
    assert load("reference", ["rules=hot.toml"]).engine == Reference(HOT)
    assert load("reference", rules="hot.toml").domain is HOT
    assert load("reference", ["rules=hot.toml"], rules="./hot.toml").domain is HOT
    (rules / "mine" / "hot.toml").write_text("[actions.attack]\npower = 7\n", encoding="utf-8")
    (rules / "mine" / "engine.toml").write_text('kind = "reference"\nrules = "hot.toml"\n', encoding="utf-8")
    assert load("mine").domain is HOT


def test_rules_of_the_model_and_of_the_run_do_not_contradict_each_other(rules):
    fault = "its rules are bad.toml, the run's rules are hot.toml: leave one of them out"
    assert fault_of("reference", ["rules=bad.toml"], rules="hot.toml") == fault


def test_rules_that_cannot_be_say_why(rules):
    begun = "rules file bad.toml: a name in the rules must be one of "
    assert fault_of("reference", rules="bad.toml").startswith(begun)
    assert fault_of("reference", rules="latin.toml").endswith(f"invalid continuation byte{WAY_OUT}")
    (rules / "large.toml").write_bytes(b"#" * 100_001)
    fault = f"rules file large.toml: it must have at most 100,000 bytes{WAY_OUT}"
    assert fault_of("reference", rules="large.toml") == fault
    assert fault_of("reference", rules=".") == f"rules file .: Is a directory{WAY_OUT}"


WORDS = """
from turncheck.engine.duel import resolve_text

def encode(text):
    return text.replace("hero", "H")

def decode(text):
    return text.replace("H", "hero")

words = encode, decode
wrong = encode, str

def predict(prompts):
    return [encode(resolve_text(decode(prompt))) for prompt in prompts]
"""


def test_a_template_stands_before_the_engine(folder, monkeypatch):
    (folder / "loading_words.py").write_text(WORDS, encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    loaded = load("py:loading_words.py:predict", ["template=py:loading_words.py:words"])
    assert isinstance(loaded.engine, TemplatedEngine)
    assert loaded.engine.predict([NEUTRAL]) == [resolve_text(NEUTRAL)]
    assert loaded.card.template == "py:loading_words.py:words"
    assert "does not round-trip" in fault_of("py:loading_words.py:predict", ["template=py:loading_words.py:wrong"])
    sys.modules.pop("loading_words", None)


@pytest.mark.parametrize("spec", ["reference", "identity", "noisy:0.3"])
def test_what_knows_the_texts_of_the_duel_alone_speaks_the_words_of_a_template(spec):
    plain, spoken = load(spec).engine, load(spec, ["template=duel-json/1"]).engine
    texts = [write(turn) for turn in sample("mixed", 0, 40)] + ["no turn", "turn 1\n"]
    assert isinstance(spoken, TemplatedEngine)
    assert spoken.predict(texts) == plain.predict(texts)


def test_a_model_whose_dependency_is_missing_says_which(folder, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("turncheck.model.") and "adapters" not in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert fault_of("mine") == (
        "it needs torch, which is not installed: pip install 'turncheck[torch]', or name another model with --model"
    )


@pytest.mark.parametrize(
    "spec",
    [
        "{}",
        "py:{}:predict",
        "py:{}.py:predict",
        "py:sys:{}",
        "exec:{}",
        "noisy:{}",
        "native:{}",
        "predictions:{}",
        "{}:x",
    ],
)
def test_a_long_name_is_cut_where_it_is_refused(spec):
    assert len(fault_of(spec.format("x" * 5000))) < 520
