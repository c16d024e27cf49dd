"""`turncheck show` of a kept witness, and its errors for a file with neither a witness nor a case."""

import os
import sys
import threading

import pytest
from click.testing import CliRunner

from tests.properties.sessions import GAMES, MODELS
from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.model.adapters.calibration import noisy
from turncheck.properties.checking.check import check_law
from turncheck.properties.checking.draw import Budget
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of
from turncheck.properties.session.witnesses import Kept, save_kept, to_text

LAWS = {law.id: law for law in laws_of(DOMAIN)}
NEUTRAL = write(Turn())
UNSTABLE = Kept("same_answer_asked_again_alone", "unstable", NEUTRAL)


@pytest.fixture
def turncheck(tmp_path, monkeypatch):
    """Runs the command in a folder with some models and domains."""
    for name, content in {**GAMES, "session_models": MODELS}.items():
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield lambda *arguments: CliRunner().invoke(main, arguments, prog_name="turncheck")
    for name in (*GAMES, "session_models"):
        sys.modules.pop(name, None)


def kept_of(law):
    """The smallest case on which a spoilt reference breaks the law."""
    subject = Subject("noisy", "noisy", noisy("0.5", domain=DOMAIN), DOMAIN)
    failure = check_law(LAWS[law], subject, Budget(8, 0, 1)).failures[0]
    return Kept(law, failure.mode, failure.witness.case)


@pytest.mark.parametrize(
    "law",
    [
        "answer_agrees_with_the_reference",
        "swapped_units_swap_the_answer",
        "malformed_turn_gets_its_reason",
        "own_answers_lead_where_the_reference_does",
    ],
)
def test_a_kept_witness_is_asked_what_its_law_asks(turncheck, tmp_path, law):
    kept = kept_of(law)
    save_kept(tmp_path, kept)
    broken = turncheck("show", "--model", "noisy:0.5", kept.name)
    assert (broken.exit_code, broken.stderr) == (1, "")
    lines = broken.stdout.splitlines()
    assert lines[0].startswith(f"{law} (")
    assert lines[1] == " ".join(LAWS[law].sentence.split())
    assert lines[3] in ("turn", "case", "play")  # what a law makes of a case is shown behind the case
    assert any(line.startswith(f"{kept.mode}: ") for line in lines)
    assert lines[-1] == f"it was saved as {kept.mode}: the law is broken"
    assert "turncheck witness" not in broken.stdout
    held = turncheck("show", "--model", "reference", kept.name)
    assert (held.exit_code, held.stderr) == (0, "")
    assert held.stdout.splitlines()[:3] == lines[:3]
    assert held.stdout.splitlines()[-1] == f"it was saved as {kept.mode}: the law holds"


def test_a_witness_of_a_law_about_asking_again_is_asked_again(turncheck, tmp_path):
    save_kept(tmp_path, UNSTABLE)
    shown = turncheck("show", "--model", "session_models.py:moody", UNSTABLE.name)
    assert (shown.exit_code, shown.stdout.splitlines()[-3].partition(":")[0]) == (1, "unstable")
    assert turncheck("show", "--model", "reference", UNSTABLE.name).exit_code == 0


CHANGED = {
    "as written": lambda text: text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "BOM": lambda text: b"\xef\xbb\xbf" + text.encode(),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_a_witness_is_read_as_a_checkout_or_an_editor_may_have_left_it(turncheck, tmp_path, changed):
    (tmp_path / "any_name.txt").write_bytes(changed(to_text(UNSTABLE)))
    assert turncheck("show", "--model", "reference", "any_name.txt").exit_code == 0


@pytest.mark.parametrize(
    ("kept", "arguments", "fault"),
    [
        (Kept("no_such", "wrong_value", NEUTRAL), (), "law must be one that turncheck laws lists, got no_such"),
        (
            Kept("regen_gives_three", "wrong_value", NEUTRAL),
            (),
            "its text must be a case to which regen_gives_three applies",
        ),
        (
            Kept("malformed_turn_gets_its_reason", "wrong_reason", "turn\n"),
            ("--model-arg", "rejects=false"),
            "the model was not trained to reject (rejects = false)",
        ),
    ],
    ids=["no law", "does not apply", "says nothing of the model"],
)
def test_a_witness_that_cannot_be_asked_is_one_line(turncheck, tmp_path, kept, arguments, fault):
    save_kept(tmp_path, kept)
    result = turncheck("show", "--model", "reference", *arguments, kept.name)
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", f"Error: witness {kept.name}: {fault}\n")


def test_the_header_of_a_witness_is_a_malformed_text_where_it_is_asked_as_one(turncheck, tmp_path):
    save_kept(tmp_path, UNSTABLE)
    result = turncheck("show", "--model", "reference", "--as-text", UNSTABLE.name)
    assert result.exit_code == 0
    assert "  reject bad_spacing\nthe answers agree\n" in result.stdout


ABOUT_SPACING = "the text is not made of lines with single spaces (M1)"
SPACING = f"bad_spacing at line 1, piece 2: {ABOUT_SPACING}"
LABEL = "unknown_label at line 1, piece 1: no word of the grammar stands where one belongs (M5)"
CRLF = "its lines end with CRLF: save it with LF alone"
PYTHON = "a Python file names a model, --model FILE.py:ATTRIBUTE, or a domain, --domain FILE.py"
MARK = "it begins with a byte order mark: save it as UTF-8 without one"


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("turn.txt", b"", "truncated at line 1, piece 1: the text ends too early (M2)"),
        ("turn.txt", NEUTRAL.replace("\n", "\r\n").encode(), f"{SPACING}; {CRLF}"),
        ("turn.txt", b"\xef\xbb\xbf" + NEUTRAL.encode(), f"{LABEL}; {MARK}"),
        ("turn.txt", b"\xef\xbb\xbf" + NEUTRAL.replace("\n", "\r\n").encode(), f"{SPACING}; {MARK}; {CRLF}"),
        (
            "turn.txt",
            NEUTRAL.encode()[:-1],
            f"bad_spacing at line 5, piece 3: {ABOUT_SPACING}; its last line needs a newline",
        ),
        (
            "turn.txt",
            NEUTRAL.encode("utf-16"),
            f"bad_spacing at line 1, piece 1: {ABOUT_SPACING}; it is UTF-16: save it as UTF-8",
        ),
        ("model.py", b"x = 1\n", f"{LABEL}; {PYTHON}"),
        ("model.safetensors", b"{}\n", f"{LABEL}; a model is named with --model"),
    ],
    ids=["empty", "CRLF", "BOM", "BOM and CRLF", "no last newline", "UTF-16", "Python", "weights"],
)
def test_what_is_no_case_is_one_line_with_what_is_wrong(turncheck, tmp_path, name, content, fault):
    (tmp_path / name).write_bytes(content)
    result = turncheck("show", "--model", "reference", name)
    said = f"Error: {name} is no turn of duel/1: {fault}; --as-text asks it as it is\n"
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", said)


def test_of_a_domain_whose_texts_end_without_a_newline_the_one_of_an_editor_is_named(turncheck, tmp_path):
    (tmp_path / "sum.txt").write_text("07+35=\n")
    result = turncheck("show", "--domain", "adder.py", "--model", "reference", "sum.txt")
    assert result.exit_code == 4
    assert "; no newline ends a text of adder/1: write it with printf '%s'; --as-text" in result.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_can_be_shown_too(turncheck, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(NEUTRAL,))
    writer.start()
    result = turncheck("show", "--model", "reference", "pipe")
    writer.join()
    assert (result.exit_code, resolve_text(NEUTRAL).splitlines()[0] in result.stdout) == (0, True)


# --- a case in a few words -------------------------------------------------------------------------------------------


def test_a_case_in_a_few_words_is_asked(turncheck):
    result = turncheck("show", "--model", "reference", "hero hp 05/09 poison 2;\n   hero heal then foe attack")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["turn", "  turn 01"]
    assert lines[2].startswith("  hero hp 05/09 shield 00 poison 2 burn 0 ")
    assert lines[-1] == "the answers agree"
    assert max(map(len, lines)) <= 80


def test_a_case_of_any_domain_is_asked_and_what_differs_is_marked(turncheck):
    given = ("show", "--domain", "tictactoe.py", "--model", "players.py:forgetful")
    result = turncheck(*given, "to_move player o; row a1 x; move b1")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-7:-1] == [
        "- row x o .",
        "+ row . o .",
        "      ^",
        "  row . . .",
        "  row . . .",
        "wrong_value: a1 . for x  (- expected, + given)",
    ]
    assert result.stdout.splitlines()[-1].startswith("nothing explains it: ")


def test_what_would_make_a_wrong_answer_right_is_said(turncheck, tmp_path):
    (tmp_path / "forgets.py").write_text(
        "from turncheck.duel import DOMAIN\n\nFORGETS = DOMAIN.without('E4')\n\n\ndef predict(prompts):\n"
        "    return [FORGETS.resolve_text(each) for each in prompts]\n"
    )
    result = turncheck("show", "--model", "forgets.py:predict", "hero hp 05/09 regen 2")
    sys.modules.pop("forgets", None)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "as if E4 did not exist, or hero hp were 2, or hero burn were 1"


def test_a_play_in_a_few_words_is_asked_turn_by_turn(turncheck):
    right = turncheck("show", "--model", "reference", "3 turns: hero guard (2 times) / wait")
    assert right.exit_code == 0
    assert right.stdout.startswith(
        "the short form stands for 2 texts: the model answers all of them correctly\nplay\n  turn 01\n"
    )
    assert right.stdout.endswith("\nthe answers agree in each of its 3 turns\n")
    wrong = turncheck("show", "--model", "session_models.py:in_the_nineties", "turn 88; 3 turns: wait (3 times)")
    assert wrong.exit_code == 1
    assert "\nturn 3 of it\n  turn 90\n" in wrong.stdout


def test_of_words_that_fit_several_turns_the_one_that_is_answered_wrongly_is_shown(turncheck, tmp_path):
    (tmp_path / "first.py").write_text(
        "from turncheck.engine.duel import resolve_text\n\n\ndef predict(prompts):\n"
        "    return ['' if 'do foe brace\\ndo hero' in each else resolve_text(each) for each in prompts]\n"
    )
    result = turncheck("show", "--model", "first.py:predict", "foe brace")
    sys.modules.pop("first", None)
    assert result.exit_code == 1
    first, *lines = result.stdout.splitlines()
    assert first == "the short form stands for 2 texts: the model answers 1 of them wrongly, and this is the first"
    assert lines.index("  do foe brace") < lines.index("  do hero wait")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("hero xp 3", "no turn of duel/1 has this short form"),
        ("line 2: hero hp ...", "the short form of a malformed text is not complete; name the file of its witness"),
    ],
)
def test_words_that_are_about_no_case_end_with_4(turncheck, words, why):
    result = turncheck("show", "--model", "reference", words)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == f"Error: there is no file '{words}', and {why}\n"
