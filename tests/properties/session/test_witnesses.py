"""Kept witnesses: their files hold any text, belong to what the user typed, and are refused if they are wrong."""

import os

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turncheck.duel import DOMAIN, duel
from turncheck.engine.duel import STANDARD, Battle, Order, Turn, Unit, write
from turncheck.engine.play import Play
from turncheck.properties.laws import laws_of
from turncheck.properties.session.witnesses import (
    Kept,
    WitnessError,
    case_of,
    folder_of,
    from_text,
    load_kept,
    replays,
    save_kept,
    to_keep,
    to_text,
)
from turncheck.reports.records import Failure, LawResult, Replay, Witness

LAWS_BY_ID = {law.id: law for law in laws_of(DOMAIN)}
POISONED = write(Turn(Battle(1, Unit(2, 3, poison=1), Unit())))
UNDER_POISON = "hp_never_rises_under_poison"
KEPT = Kept(UNDER_POISON, "wrong_value", POISONED, "fails", "duel-small", "ab12")

FILE = """\
turncheck witness 1
law: hp_never_rises_under_poison
mode: wrong_value
state: fails
model: duel-small
sha256: ab12

turn 01
hero hp 02/03 shield 00 poison 1 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
do hero wait
do foe wait
"""  # noqa: E501  a unit is one line of 137 characters


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_witness_is_kept_as_a_text_that_can_be_read():
    assert to_text(KEPT) == FILE
    assert from_text(FILE) == KEPT


def test_a_witness_without_a_hash_and_with_an_odd_name_comes_back():
    kept = attrs.evolve(KEPT, model="", sha256="", state="fixed")
    assert from_text(to_text(kept)) == kept


@settings(deadline=None, database=None, derandomize=True)
@given(
    st.text(st.characters(exclude_categories=()))
    | st.text(st.sampled_from("\\\n\r\t a\x00\x85\ud800\u2028\U0001f600xu"))
)
def test_any_text_comes_back_from_its_file(text):
    kept = attrs.evolve(KEPT, law="malformed_turn_gets_no_state", case=text)
    content = to_text(kept)
    assert content.endswith("\n")
    assert all(character.isprintable() for character in content if character != "\n")
    assert from_text(content.encode().decode()).case == text


def test_a_file_that_lost_its_last_newline_in_an_editor_is_read_as_before():
    kept = attrs.evolve(KEPT, case="turn 1")
    assert from_text(to_text(kept).removesuffix("\n")) == kept


def test_the_file_of_a_play_is_its_battle_and_its_orders():
    orders = (Order("hero", "heal"), Order("foe", "wait"))
    play = Play(Battle(), (orders, orders[::-1]))
    kept = Kept("own_battle_that_is_over_stays_over", "wrong_value", DOMAIN.write_play(play))
    assert to_text(kept).splitlines()[-4:] == ["do hero heal", "do foe wait", "do foe wait", "do hero heal"]
    assert case_of(kept, LAWS_BY_ID, DOMAIN) == play


# --- the folder ------------------------------------------------------------------------------------------------------


def test_a_model_is_known_by_what_was_typed_and_by_its_rules():
    hot = duel(attrs.evolve(STANDARD, burn_damage=4))
    known = [
        (None, (), "duel/1", DOMAIN, "shipped"),
        ("reference", (), "duel/1", DOMAIN, "reference"),
        ("runs/a.safetensors", (), "duel/1", DOMAIN, "a"),
        ("runs/b/a.safetensors", (), "duel/1", DOMAIN, "a"),
        (None, (), "duel/1", hot, "shipped"),
        ("noisy:1", (), "duel/1", DOMAIN, "noisy:1"),
        ("noisy:1", ("seed=1",), "duel/1", DOMAIN, "noisy:1"),
        ("noisy:1", (), "duel-json/1", DOMAIN, "noisy:1"),
    ]
    folders = [folder_of(*each) for each in known]
    assert len(set(folders)) == len(folders)
    assert folders == [folder_of(*each) for each in known]
    slugs = ["shipped", "reference", "a", "a", "shipped", "noisy-1", "noisy-1", "noisy-1"]
    assert [name.rsplit("-", 1)[0] for name in folders] == slugs
    assert folder_of("x", ("a=1", "b=2"), "duel/1", DOMAIN, "x") == folder_of(
        "x", ("b=2", "a=1"), "duel/1", DOMAIN, "x"
    )


def test_the_folders_of_the_duel_are_those_of_earlier_versions():
    hot = duel(attrs.evolve(STANDARD, burn_damage=4))
    assert folder_of(None, (), "duel/1", DOMAIN, "shipped") == "shipped-ad56b556454e"
    assert folder_of("noisy:1", ("seed=1",), "duel-json/1", hot, "noisy:1") == "noisy-1-3a8135aad616"


@pytest.mark.parametrize("slug", ["../../etc", "py:m:predict", "\x1b[31m", "...", "a" * 500, "\ud800"])
def test_a_folder_s_name_is_one_plain_name(slug):
    name = folder_of(slug, (), "duel/1", DOMAIN, slug)
    assert name.isascii()
    assert name.isprintable()
    assert not set(name) & set("/\\:")
    assert not name.startswith(".")
    assert len(name) < 60


def test_what_is_saved_is_loaded_by_law(tmp_path):
    other = attrs.evolve(KEPT, mode="stale_copy", state="fixed")
    for kept in (KEPT, other):
        save_kept(tmp_path / "model", kept)
    assert load_kept(tmp_path / "model", LAWS_BY_ID, DOMAIN) == {UNDER_POISON: [other, KEPT]}
    names = [".gitattributes", other.name, KEPT.name]
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == names
    assert (tmp_path / "model" / ".gitattributes").read_bytes() == b"* -text\n"
    assert load_kept(tmp_path / "nowhere", LAWS_BY_ID, DOMAIN) == {}


def test_a_witness_takes_the_place_of_the_one_of_its_law_and_mode(tmp_path):
    save_kept(tmp_path, KEPT)
    save_kept(tmp_path, attrs.evolve(KEPT, state="fixed"))
    assert load_kept(tmp_path, LAWS_BY_ID, DOMAIN) == {UNDER_POISON: [attrs.evolve(KEPT, state="fixed")]}


HEAD = "it must give law, mode, state, model and sha256, then an empty line and the text"
TITLED = "its first line must be 'turncheck witness 1', got"
BAD_NUMBER = "bad_number at line 1, piece 2: a number's place holds no number of the right width (M6)"
ABOUT = f"its text must be a case of {UNDER_POISON}, got"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", f"{TITLED} ''"),
        ("PK\x03\x04", f"{TITLED} 'PK\\\\x03\\\\x04'"),
        (FILE.replace("witness 1", "witness 2"), f"{TITLED} 'turncheck witness 2'"),
        (FILE.replace("mode: wrong_value\n", ""), HEAD),
        (FILE.replace("mode:", "made:"), HEAD),
        (FILE.replace("\n\n", "\n"), HEAD),
        (FILE.replace(UNDER_POISON, "no_such_law"), "it must be called no_such_law.wrong_value.txt"),
        (FILE.replace("state: fails", "state: maybe"), "state must be one of fails, fixed, got maybe"),
        (FILE.replace("turn 01", "turn 1"), f"{ABOUT} {BAD_NUMBER}"),
        (FILE.replace("poison 1", "poison 0"), f"its text must be a case to which {UNDER_POISON} applies"),
        (FILE.replace("turn 01", "turn \\q01"), "its text must be escaped as Python escapes it, got '\\\\\\\\q'"),
    ],
    ids=["empty", "foreign", "newer", "no mode", "no key", "no text", "other law", "state", "turn", "aside", "escape"],
)  # fmt: skip
def test_a_file_that_is_no_witness_says_why_in_one_line(tmp_path, content, fault):
    path = tmp_path / KEPT.name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(WitnessError) as caught:
        load_kept(tmp_path, LAWS_BY_ID, DOMAIN)
    assert str(caught.value) == f"witness {path}: {fault}; fix the file or delete it"
    assert path.read_text("utf-8") == content


def test_a_law_that_there_is_not_is_named(tmp_path):
    kept = attrs.evolve(KEPT, law="no_such_law")
    save_kept(tmp_path, kept)
    with pytest.raises(WitnessError, match="law must be one that turncheck laws lists, got no_such_law; fix"):
        load_kept(tmp_path, LAWS_BY_ID, DOMAIN)


def test_a_mode_that_there_is_not_is_named():
    with pytest.raises(ValueError, match=r"^mode must be one of no_answer, .*, got mumbling$"):
        from_text(FILE.replace("wrong_value", "mumbling"))


HEADER = ("law", "mode", "state", "model", "sha256")
HOSTILE = ["\0", "\x1b[31m", "\\", "\\Uffffffff"]
VALUES = ["", " ", "x", "X" * 5000, "1" * 5000, "-1", "[[1]]", "../x", "fails", "ab 12", *HOSTILE]
FITTING = {
    ("state", "fails"),
    *(("sha256", value) for value in ("", "1" * 5000)),
    *(("model", value) for value in VALUES if value not in HOSTILE),
}


def head(name):
    return next(line for line in FILE.splitlines(keepends=True) if line.startswith(f"{name}: "))


MUTATED = {
    **{f"{name} {value!r:.9}": FILE.replace(head(name), f"{name}: {value}\n") for name in HEADER for value in VALUES
       if (name, value) not in FITTING},
    **{f"without {name}": FILE.replace(head(name), "") for name in HEADER},
    **{f"{name} twice": FILE.replace(head(name), head(name) * 2) for name in HEADER},
    **{f"{name} elsewhere": FILE.replace(f"{name}: ", f"{name}_: ") for name in HEADER},
    "something more": FILE.replace(head("law"), head("law") + "more: 1\n"),
    "no such character": FILE.replace("turn 01", "turn \\Uffffffff"),
    "a character beyond all": FILE.replace("turn 01", "turn \\U00110000"),
    "half an escape": FILE.replace("turn 01", "turn \\x1"),
    "a zero": FILE.replace("turn 01", "turn \0 01"),
    "not escaped": FILE.replace("turn 01", "turn \x1b[31m01"),
    "a carriage return": FILE.replace("turn 01", "turn\r01"),
    "a long number": FILE.replace("hp 02/03", "hp " + "1" * 5000 + "/03"),
    "half": FILE[: len(FILE) // 2],
    "cut in the text": FILE[:-30],
    "two of them": FILE + FILE,
    "zeros": "\0" * 3000,
}  # fmt: skip


@pytest.mark.parametrize("content", MUTATED.values(), ids=MUTATED)
def test_every_line_of_a_file_that_is_changed_is_refused_in_one_line_and_stays(tmp_path, content):
    path = tmp_path / KEPT.name
    path.write_bytes(content.encode())
    with pytest.raises(WitnessError) as caught:
        load_kept(tmp_path, LAWS_BY_ID, DOMAIN)
    said = str(caught.value)
    assert said.startswith(f"witness {path}: ")
    assert said.endswith("; fix the file or delete it")
    assert len(said) - len(str(path)) < 500
    assert said.isprintable()
    assert path.read_bytes() == content.encode()


@pytest.mark.parametrize(("name", "value"), sorted(FITTING))
def test_of_a_model_any_name_and_any_hash_may_stand_there(tmp_path, name, value):
    (tmp_path / KEPT.name).write_text(FILE.replace(head(name), f"{name}: {value}\n"), encoding="utf-8")
    ((kept,),) = load_kept(tmp_path, LAWS_BY_ID, DOMAIN).values()
    assert getattr(kept, name) == value


@pytest.mark.parametrize("model", ["a\\b", "\x1b[31m", "C:\\models\\new.pt", "\ud800", "na\u00efve"])
def test_a_model_s_name_comes_back_however_often_it_is_written(model):
    kept = attrs.evolve(KEPT, model=model)
    assert from_text(to_text(from_text(to_text(kept)))) == kept


CHECKED_OUT = {
    "as it was written": FILE.encode(),
    "with CRLF": FILE.replace("\n", "\r\n").encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + FILE.encode(),
    "with both": b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode(),
    "without its last newline": FILE.removesuffix("\n").encode(),
    "with a text that ends with CRLF": FILE.replace("\n\n", "\n\r\n").encode(),
}


@pytest.mark.parametrize("content", CHECKED_OUT.values(), ids=CHECKED_OUT)
def test_what_a_checkout_or_an_editor_did_to_a_file_is_undone(tmp_path, content):
    (tmp_path / KEPT.name).write_bytes(content)
    assert load_kept(tmp_path, LAWS_BY_ID, DOMAIN) == {UNDER_POISON: [KEPT]}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff\xfe", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"x" * 2_000_000, "it must have at most 1,000,000 bytes, got 2,000,000"),
    ],
    ids=["no UTF-8", "too large"],
)
def test_bytes_that_are_no_text_of_a_witness_are_refused(tmp_path, content, fault):
    (tmp_path / KEPT.name).write_bytes(content)
    with pytest.raises(WitnessError) as caught:
        load_kept(tmp_path, LAWS_BY_ID, DOMAIN)
    assert caught.value.fault == f"{fault}; fix the file or delete it"


def make_a_pipe(path):
    os.mkfifo(path)


def make_a_folder(path):
    path.mkdir()


def make_a_link_to_nothing(path):
    path.symlink_to("nothing")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (make_a_pipe, "it must be a regular file"),
        (make_a_folder, "it must be a regular file"),
        (make_a_link_to_nothing, "it cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_file_is_refused_and_blocks_nobody(tmp_path, make, fault):
    make(tmp_path / KEPT.name)
    with pytest.raises(WitnessError) as caught:
        load_kept(tmp_path, LAWS_BY_ID, DOMAIN)
    assert caught.value.fault == f"{fault}; fix the file or delete it"


def test_a_witness_that_could_not_be_read_again_is_not_written(tmp_path):
    save_kept(tmp_path, KEPT)
    with pytest.raises(OSError, match="a witness must have at most 1,000,000 bytes, got 2,000,"):
        save_kept(tmp_path, attrs.evolve(KEPT, case="x" * 2_000_000))
    assert load_kept(tmp_path, LAWS_BY_ID, DOMAIN) == {UNDER_POISON: [KEPT]}


def test_a_valid_turn_is_no_witness_of_a_law_about_malformed_ones():
    kept = attrs.evolve(KEPT, law="malformed_turn_gets_no_state")
    with pytest.raises(ValueError, match=r"must be a case of .*, got a valid case instead of a malformed text"):
        case_of(kept, LAWS_BY_ID, DOMAIN)


# --- what becomes of them --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "still", "outcome"),
    [
        ("fails", True, "STILL FAILS"),
        ("fails", False, "FIXED"),
        ("fixed", True, "FAILS AGAIN"),
        ("fixed", False, "HOLDS"),
    ],
)
def test_what_became_of_a_witness_is_said_of_what_it_was_and_is(state, still, outcome):
    kept = attrs.evolve(KEPT, state=state)
    still_failing = {POISONED} if still else set()
    found = replays([kept], still_failing, lambda text: text[:7])
    assert found == (Replay("wrong_value", outcome, POISONED, "turn 01"),)


def failing(*modes):
    failures = tuple(Failure(mode, 3, Witness(f"{mode}\n", "p", "e", "g")) for mode in modes)
    return LawResult(UNDER_POISON, "E1", "direction", "FAIL" if modes else "PASS", 200, failures)


def test_each_mode_that_occurred_is_kept_with_the_model_of_this_run():
    kept = to_keep(failing("wrong_value", "stale_copy"), [KEPT], set(), "newer", "cd34")
    assert kept == [
        Kept(UNDER_POISON, "wrong_value", "wrong_value\n", "fails", "newer", "cd34"),
        Kept(UNDER_POISON, "stale_copy", "stale_copy\n", "fails", "newer", "cd34"),
    ]


@pytest.mark.parametrize(("still", "state"), [(set(), "fixed"), ({POISONED}, "fails")])
def test_a_witness_whose_mode_did_not_occur_is_kept_as_it_was_with_its_state(still, state):
    assert to_keep(failing(), [KEPT], still, "newer", "cd34") == [attrs.evolve(KEPT, state=state)]
