"""Turns to learn from files: each kind of file gives its prompts and their seed, and anything else is one error."""

import json
import shutil
from pathlib import Path

import pytest

from tests.small_domains import ADDER, TICTACTOE
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, write
from turncheck.engine.learned import LearnedEngine
from turncheck.engine.sampling import played_on, sample, stream
from turncheck.properties.checking.subject import Subject
from turncheck.properties.laws import laws_of
from turncheck.properties.session.turn_files import TurnsError, read_turns, sources_of, write_turns
from turncheck.properties.session.witnesses import Kept, save_kept
from turncheck.properties.sweeps.plan import Plan
from turncheck.properties.sweeps.sweep import Sweep

GOLDEN = Path(__file__).parents[2] / "reports" / "golden" / "divergence.json"
NEUTRAL = write(Turn())


class Silent(LearnedEngine):
    """Answers nothing."""

    def predict(self, prompts):
        return ["" for _ in prompts]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A sweep of a model that never answers."""
    folder = tmp_path_factory.mktemp("all") / "swept"
    subject = Subject("silent", "py", Silent(), ADDER)
    for _ in Sweep(subject, Plan("mixed", 5, 12), folder, laws=()).chunks():
        pass
    return folder


def fault_of(path, domain=DOMAIN):
    with pytest.raises(TurnsError) as caught:
        read_turns(path, domain)
    assert "\n" not in str(caught.value)
    return caught.value.fault


# --- witnesses -------------------------------------------------------------------------------------------------------


def test_a_witness_is_a_prompt_of_no_known_seed(tmp_path):
    folder = tmp_path / "witnesses" / "a model"
    save_kept(folder, Kept("hp_never_rises_under_poison", "wrong_value", NEUTRAL))
    (tmp_path / "log.txt").write_text("turncheck trains", encoding="utf-8")
    path = folder / "hp_never_rises_under_poison.wrong_value.txt"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # as an editor may save it
    for place in (path, folder, tmp_path):
        assert read_turns(place, DOMAIN) == {NEUTRAL: None}


def test_a_play_is_the_prompts_of_its_turns(tmp_path):
    law = next(law.id for law in laws_of(TICTACTOE) if law.form == "play")
    (case,) = sample(TICTACTOE, "play", 0, 1, start=3)
    play = played_on(TICTACTOE, case, stream("test", 0, 0), 4)
    save_kept(tmp_path, Kept(law, "wrong_value", TICTACTOE.write_play(play)))
    turns = [TICTACTOE.write(turn) for turn in TICTACTOE.turns(play)]
    assert list(read_turns(tmp_path, TICTACTOE)) == list(dict.fromkeys(turns))
    assert len(turns) == len(play.orders)


def test_a_malformed_text_stays_one_text(tmp_path):
    law = next(law.id for law in laws_of(DOMAIN) if law.form == "text")
    malformed = NEUTRAL.replace("do foe wait\n", "do foe wait\ndo foe wait\n")
    save_kept(tmp_path, Kept(law, "wrong_reason", malformed))
    assert read_turns(tmp_path, DOMAIN) == {malformed: None}


def test_a_witness_of_another_domain_is_refused(tmp_path):
    save_kept(tmp_path, Kept("a_law_of_mine", "wrong_value", NEUTRAL))
    assert read_turns(tmp_path, DOMAIN) == {NEUTRAL: None}
    assert fault_of(tmp_path, ADDER).startswith("its text must be a case of adder/1, got ")
    assert fault_of(tmp_path, TICTACTOE).startswith("its text must be a case of tictactoe/1, got ")


# --- reports and sweeps ----------------------------------------------------------------------------------------------


def test_a_report_gives_the_prompts_that_diverged(tmp_path):
    found = read_turns(GOLDEN, DOMAIN)
    models = json.loads(GOLDEN.read_text(encoding="utf-8"))["models"]
    failures = [failure for model in models for law in model["laws"] for failure in law["failures"]]
    assert {failure["witness"]["turn"] for failure in failures} <= set(found)
    assert set(found.values()) == {None}
    shutil.copy(GOLDEN, tmp_path / "divergence.json")
    assert read_turns(tmp_path, DOMAIN) == found
    assert fault_of(GOLDEN, ADDER) == "its models must have been asked adder/1, got duel/1"


def test_a_sweep_gives_its_divergences_with_its_seed(swept):
    expected = dict.fromkeys((ADDER.write(case) for case in sample(ADDER, "mixed", 5, 12)), 5)
    for path in (swept, swept.parent, swept / "state.json", swept / "divergences.jsonl"):
        assert read_turns(path, ADDER) == expected
    assert fault_of(swept, DOMAIN) == "its cases must be of duel/1, got adder/1"


def test_a_sweep_that_was_edited_is_refused(swept, tmp_path):
    shutil.copytree(swept, tmp_path / "edited")
    lines = tmp_path / "edited" / "divergences.jsonl"
    lines.write_bytes(lines.read_bytes().replace(b"wrong", b"wring").replace(b'""', b'" "'))
    assert "restore the folder" in fault_of(tmp_path / "edited", ADDER)


# --- files of turns --------------------------------------------------------------------------------------------------


def test_a_file_of_turns_comes_back(tmp_path):
    turns = {"07+35=": 1_999_999, "00+00=": None, "99+99=": 0}
    write_turns(tmp_path / "turns.jsonl", turns, ADDER, ["witnesses", "a model"])
    assert read_turns(tmp_path / "turns.jsonl", ADDER) == turns
    assert sources_of(tmp_path / "turns.jsonl") == ["witnesses", "a model"]
    write_turns(tmp_path / "none.jsonl", {}, ADDER)
    assert sources_of(tmp_path / "none.jsonl") == []


HEADER = '{"schema": "turncheck-turns/1", "domain": "adder/1"}\n'


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "it must be kept witnesses, a divergence.json, the folder of a sweep, or a file of turns, got something"),
        (
            "07+35=\n",
            "it must be kept witnesses, a divergence.json, the folder of a sweep, or a file of turns, got some",
        ),
        (
            b"\xff\xfe\x00",
            "it must be kept witnesses, a divergence.json, the folder of a sweep, or a file of turns, got b",
        ),
        ("turncheck witness 1\nlaw: x\n", "it must give law, mode, state, model and sha256"),
        ("{}", "schema must be "),
        ("{", "it must be JSON: "),
        ("{" * 100_000, "it must be JSON: "),
        ('{"a":' * 100_000, "it is nested too deeply"),
        (HEADER.replace("adder", "duel"), "line 1: domain must be adder/1, got 'duel/1'"),
        (HEADER + "[]\n", "line 2: it must be an object"),
        (HEADER + "nothing\n", "line 2: Expecting value"),
        (HEADER + '{"prompt": 7}\n', "line 2: prompt must be a text, got 7"),
        (HEADER + '{"prompt": "07+35=", "seed": -1}\n', "line 2: seed must be a whole number or null, got -1"),
        (HEADER + '{"prompt": "07+35=", "seed": true}\n', "line 2: seed must be a whole number or null, got True"),
        (HEADER + '{"prompt": "7+35="}\n', "line 2: prompt must be a case of adder/1, got "),
        (
            HEADER,
            "it must hold turns (kept witnesses, a divergence.json, the folder of a sweep, or a file of turns), got",
        ),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_holds_no_turns_is_one_error(tmp_path, content, fault):
    path = tmp_path / "given"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert fault_of(path, ADDER).startswith(fault)


def test_a_folder_without_turns_is_one_error(tmp_path):
    (tmp_path / "other.md").write_text("nothing", encoding="utf-8")
    assert fault_of(tmp_path).endswith(", got none")


def test_a_file_that_names_no_sources_is_none_of_a_run(tmp_path):
    (tmp_path / "from.jsonl").write_text(HEADER, encoding="utf-8")
    with pytest.raises(TurnsError, match="it must be a file of turns"):
        sources_of(tmp_path / "from.jsonl")
