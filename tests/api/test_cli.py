"""The `turncheck` command, run as a user runs it."""

import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.properties.sessions import GAMES
from tests.slow import mostly_slow
from turncheck.cli import main
from turncheck.duel import DOMAIN
from turncheck.engine.duel import Turn, resolve_text, write
from turncheck.model.adapters.templates import template
from turncheck.model.configs import CONFIGS
from turncheck.properties.laws import laws_of

NEUTRAL = write(Turn())
LAWS = laws_of(DOMAIN)
GOLDEN = Path(__file__).parents[1] / "engine" / "duel" / "golden.jsonl"

MODELS = """
from turncheck.engine.duel import resolve_text
from turncheck.engine.learned import Verdict

def right(prompts):
    return [resolve_text(prompt) for prompt in prompts]

class Liar:
    def predict(self, prompts):
        return ["turn\\n" for _ in prompts]

    def verify(self, prompts, drafts):
        return [Verdict(9, True, 9.0) for _ in prompts]

liar = Liar()

def late(prompts):
    return [resolve_text(prompt).replace("turn 02", "turn 03") for prompt in prompts]

def hostile(prompts):
    return ["\\x1b[31mred" for _ in prompts]

def fails(prompts):
    if "turn 01" in prompts[0]:
        return [resolve_text(prompt) for prompt in prompts]
    raise ValueError("no\\x07 weights")
"""


@pytest.fixture
def turncheck():
    """Runs the command with those arguments."""

    def run(*arguments, input=None):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], input=input, prog_name="turncheck")

    return run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A current folder with some models, and a turn in `turn.txt`; the terminal is wide."""
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "cli_models.py").write_text(MODELS, encoding="utf-8")
    (tmp_path / "turn.txt").write_bytes(NEUTRAL.encode())
    for name, content in GAMES.items():
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("cli_models", *GAMES):
        sys.modules.pop(name, None)


def usage(message, command):
    """What a usage error prints."""
    form = {"show": "[OPTIONS] FILE"}.get(command, "[OPTIONS]")
    return f"Usage: turncheck {command} {form}\nTry 'turncheck {command} --help' for help.\n\nError: {message}\n"


# --- the command itself ----------------------------------------------------------------------------------------------

BESIDE = ["--domain", "--model-arg", "--rules", "--isolate", "--timeout"]
SHRINKING = ["--shrink", "--no-shrink"]

OPTIONS = {
    "report": ["--before", "--out"],
    "resolve": ["--domain"],
    "show": ["--model", *BESIDE, "--as-text"],
    "laws": ["--domain"],
    "models": [],
    "check": [
        "--model",
        *BESIDE,
        "--examples",
        "--min-cases",
        "--seed",
        "-k",
        "--budget",
        "--inconclusive",
        *SHRINKING,
        "--report",
        "--witnesses",
        "--baseline",
        "--write-baseline",
        "--sweep",
        "--sampler",
        "--gate",
        "--sweeps",
        "--resume",
        "--table",
        "-v",
        "--color",
    ],
    "domain": [],
    "new": [],
    "conform": ["--prompts", *BESIDE],
    "evaluate": ["--model", *BESIDE, "--turns", "--seed"],
    "sweep": [
        "--model",
        *BESIDE,
        "--sampler",
        "--turns",
        "--seed",
        "--out",
        "--resume",
        "--gate",
        *SHRINKING,
        "--report",
        "--table",
    ],
    "map": [
        "--model",
        *BESIDE,
        "--sampler",
        "--seed",
        "--turns",
        "--operators",
        "--families",
        "--out",
        "--resume",
        "--report",
        "--table",
    ],
    "prompts": ["--domain", "--model-arg", "--rules", "--sampler", "--turns", "--seed", "--out"],
    "compare": [],
    "export": ["--domain", "--out", "--format"],
    "train": [
        *("--domain", "--config", "--seed", "--out", "--steps", "--stages", "--threads"),
        *("--device", "--workers", "--snapshot"),
        *("--start", "--from", "--from-share", "--mine", "--mine-turns", "--hard", "--final-sweep"),
    ],
}


def test_the_version_is_the_package_s(turncheck):
    result = turncheck("--version")
    assert (result.exit_code, result.output) == (0, f"turncheck, version {version('turncheck')}\n")


def test_the_help_names_every_command(turncheck):
    listed = turncheck("--help").output.split("Commands:\n")[1]
    assert set(OPTIONS) <= {line.split()[0] for line in listed.splitlines() if line.startswith("  ")}


@pytest.mark.parametrize("command", OPTIONS)
def test_the_help_of_a_command_names_its_options(turncheck, command):
    result = turncheck(command, "--help")
    assert result.exit_code == 0
    named = re.findall(r"^  (--?[a-z-]+)", result.output.split("Options:\n")[1], re.MULTILINE)
    assert named == [*OPTIONS[command], "--help"]


@pytest.mark.parametrize("command", OPTIONS)
def test_the_help_of_a_command_says_what_it_does_and_shows_an_example(turncheck, command):
    _, about, example, *_ = turncheck(command, "--help").output.split("\n\n")
    assert about.strip().endswith(".")
    assert example.startswith(f"    turncheck {command}")


def test_the_list_of_commands_cuts_no_sentence(turncheck):
    listed = turncheck("--help").output.split("Commands:\n")[1]
    assert [line for line in listed.splitlines() if line.endswith("...")] == []


# --- resolve ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", mostly_slow((6, 1), 0), ids=["one in six", "all"])
def test_resolve_answers_golden_turns_as_published(turncheck, step):
    golden = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()[::step]]
    answers = [
        turncheck("resolve", input=each["turn"].encode("utf-8", "surrogatepass")).stdout_bytes for each in golden
    ]
    assert answers == [each["next"].encode() for each in golden]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (NEUTRAL.encode(), resolve_text(NEUTRAL).encode()),
        (b"", b"reject truncated\n"),
        (b"\n", b"reject bad_spacing\n"),
        (NEUTRAL.replace("\n", "\r\n").encode(), b"reject bad_spacing\n"),
        (NEUTRAL.encode().rstrip(b"\n"), b"reject bad_spacing\n"),
        (b"\xef\xbb\xbf" + NEUTRAL.encode(), b"reject unknown_label\n"),
        (NEUTRAL.encode().replace(b"01/01", b"0\xff/01", 1), b"reject bad_number\n"),
        (NEUTRAL.encode("utf-16"), b"reject bad_spacing\n"),
        (b"\xff\xfe\n", b"reject unknown_label\n"),
    ],
    ids=["turn", "empty", "newline", "CRLF", "no last newline", "BOM", "invalid UTF-8", "UTF-16", "two bytes"],
)
def test_resolve_answers_byte_for_byte(turncheck, text, answer):
    result = turncheck("resolve", input=text)
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, answer, "")


# --- show ------------------------------------------------------------------------------------------------------------

UNITS = """\
  hero hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
  foe hp 01/01 shield 00 poison 0 burn 0 regen 0 thorns 0 stun 0 fragile 0 cd heal 0 guard 0 cleanse 0 poison_strike 0 ignite 0 brace 0
"""  # noqa: E501  a unit is one line of 137 characters
ASKED = f"turn\n  turn 01\n{UNITS}  do hero wait\n  do foe wait\n"


def test_show_ends_with_0_where_the_answers_agree(turncheck, folder):
    result = turncheck("show", "--model", "reference", "turn.txt")
    assert (result.exit_code, result.output) == (0, f"{ASKED}answer\n  turn 02\n{UNITS}the answers agree\n")


def test_show_ends_with_1_where_they_differ_and_marks_what_does(turncheck, folder):
    result = turncheck("show", "--model", "py:cli_models:late", "turn.txt")
    answer = f"answer\n- turn 02\n+ turn 03\n       ^^\n{UNITS}"
    last = "wrong_value: turn 03 for 02 (+1)  (- expected, + given)\nas if turn_step were 2, or turn were 2\n"
    assert (result.exit_code, result.output) == (1, f"{ASKED}{answer}{last}")


@pytest.mark.parametrize(
    ("content", "shown", "reason"),
    [
        (b"", "(nothing)", "truncated"),
        (b"turn 01\r\n", "turn 01\\r", "bad_spacing"),
        (b"turn \x1b[31m\xff\n", "turn \\x1b[31m\\udcff", "bad_spacing"),
        (b"turn 00\n", "turn 00", "out_of_range"),
    ],
    ids=["empty", "CRLF", "no UTF-8", "out of range"],
)
def test_show_asks_a_malformed_turn_where_it_is_told_to(turncheck, folder, content, shown, reason):
    (folder / "turn.txt").write_bytes(content)
    result = turncheck("show", "--model", "reference", "--as-text", "turn.txt")
    assert result.exit_code == 0
    assert result.output == f"turn\n  {shown}\nanswer\n  reject {reason}\nthe answers agree\n"


def test_show_shows_what_a_model_wrote_and_does_nothing_else_with_it(turncheck, folder):
    result = turncheck("show", "--model", "py:cli_models:hostile", "turn.txt")
    assert result.exit_code == 1
    assert "+ \\x1b[31mred  (no newline)\n" in result.output
    assert [character for character in result.output if not character.isprintable() and character != "\n"] == []


def test_show_tells_what_a_model_raised(turncheck, folder):
    (folder / "turn.txt").write_bytes(NEUTRAL.replace("turn 01", "turn 05").encode())
    result = turncheck("show", "--model", "py:cli_models:fails", "turn.txt")
    assert result.exit_code == 1
    assert result.output.splitlines()[-3:] == [
        "fault",
        "  ValueError: no\\x07 weights",
        "no_answer: ValueError: no\\x07 weights  (- expected, + given)",
    ]


NO_MODEL = (
    "there is no such file; a SPEC is the path of a checkpoint, a card or a folder, or KIND:TARGET (turncheck models "
    "lists the kinds)"
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "reference", "missing.txt"], "missing.txt cannot be read: No such file or directory"),
        (["--model", "nowhere", "turn.txt"], f"model nowhere: {NO_MODEL}"),
        (["--model", "reference", "large.txt"], "large.txt must have at most 1,000,000 bytes, got more: it is no case"),
    ],
    ids=["missing", "unknown model", "large"],
)
def test_show_ends_with_4_where_it_cannot_ask(turncheck, folder, arguments, message):
    (folder / "large.txt").write_bytes(b"x" * 1_000_001)
    result = turncheck("show", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", f"Error: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "reference", "."], "Invalid value for 'FILE': File '.' is a directory."),
        (["--model", "reference"], "Missing argument 'FILE'."),
    ],
    ids=["folder", "no file"],
)
def test_show_ends_with_4_where_it_is_used_wrongly(turncheck, folder, arguments, message):
    result = turncheck("show", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", usage(message, "show"))


# --- laws ------------------------------------------------------------------------------------------------------------


def test_laws_lists_every_law_with_its_rule_kind_and_sentence(turncheck):
    result = turncheck("laws")
    assert result.exit_code == 0
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in result.output.splitlines()[2:]]
    assert rows == [[law.id, law.rule, law.kind, " ".join(law.sentence.split())] for law in LAWS]


# --- evaluate --------------------------------------------------------------------------------------------------------

REASONS = [
    "bad_spacing", "truncated", "trailing_text", "misplaced_label", "unknown_label", "bad_number", "out_of_range",
    "hp_above_max", "unknown_action", "duplicate_order", "fallen_with_status",
]  # fmt: skip


def scores(result):
    """The table's rows: the sample's name, its texts, the exact ones."""
    lines = result.output.splitlines()
    rows = [line.split() for line in lines if re.search(r"%\s*\|?$", line)]
    return {name: (int(count), int(exact)) for name, count, exact, *_ in ([p for p in row if p != "|"] for row in rows)}


def test_evaluate_finds_the_reference_right_everywhere(turncheck):
    result = turncheck("evaluate", "--model", "reference", "--turns", 22, "--seed", 3)
    assert result.exit_code == 0
    assert result.output.splitlines()[0] == "reference, seed 3"
    found = scores(result)
    samplers = {name: count for name, count in found.items() if name not in ("malformed", *REASONS)}
    assert samplers == dict.fromkeys(samplers, (22, 22))
    assert {"mixed", "play"} <= set(samplers)
    assert [name for name in found if name in REASONS] == REASONS
    assert [found[name] for name in ("malformed", *REASONS)] == [(22, 22), *[(2, 2)] * 11]


def test_evaluate_counts_what_a_planted_bug_gets_wrong(turncheck, folder):
    (folder / "cli_models.py").write_text(
        "from turncheck.engine.duel import STANDARD, resolve_text\n\n\n"
        "def timid(prompts):\n"
        "    answers = [resolve_text(prompt, STANDARD.without('T5')) for prompt in prompts]\n"
        "    return [answer.replace('misplaced', 'unknown') for answer in answers]\n",
        encoding="utf-8",
    )
    found = scores(turncheck("evaluate", "--model", "py:cli_models:timid", "--turns", 22))
    assert found["mixed"][1] < 11
    wrong = {name: exact for name, (count, exact) in found.items() if name in REASONS and exact < count}
    assert wrong == {"misplaced_label": 0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--turns", "0"], "--turns must be a whole number, 1..1,000,000,000, got '0'"),
        (["--seed", "1000000"], "--seed must be a whole number, 0..999,999, got '1000000'"),
    ],
    ids=["no turns", "no evaluation seed"],
)
def test_evaluate_ends_with_4_where_it_is_used_wrongly(turncheck, arguments, message):
    result = turncheck("evaluate", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", usage(message, "evaluate"))


def test_without_a_model_the_domain_s_own_is_asked(turncheck, folder):
    result = turncheck("show", "--domain", "adder.py", "turn.txt")
    message = "domain adder/1 comes with no model; name one: --model SPEC, or --turncheck-model SPEC to pytest"
    assert (result.exit_code, result.stderr) == (4, f"Error: {message} (reference is always there)\n")


def test_evaluate_ends_with_1_where_a_verify_is_wrong(turncheck, folder):
    result = turncheck("evaluate", "--model", "py:cli_models:liar", "--turns", 22)
    assert scores(result)["mixed"] == (22, 0)
    fault = r"its verify accepted (\d+) of \1 drafts that it would not write; it was no longer used"
    assert result.exit_code == 1
    assert re.fullmatch(rf"Error: {fault} \(see turncheck conform\)\n", result.stderr)


def test_evaluate_shows_the_whole_samples_when_it_is_interrupted(turncheck, folder):
    (folder / "cli_models.py").write_text(
        "import signal\n\nfrom turncheck.engine.duel import resolve_text\n\nasked = []\n\n\n"
        "def impatient(prompts):\n"
        "    asked.extend(prompts)\n"
        "    if len(asked) > 30:\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "    return [resolve_text(prompt) for prompt in prompts]\n",
        encoding="utf-8",
    )
    result = turncheck("evaluate", "--model", "py:cli_models:impatient", "--turns", 22)
    assert result.exit_code == 2
    assert scores(result) == {"mixed": (22, 22)}
    assert result.stderr == "Error: interrupted: the table holds only complete samples, 1 of them\n"


def test_evaluate_leaves_malformed_turns_out_where_a_model_rejects_nothing(turncheck):
    result = turncheck("evaluate", "--model", "reference", "--model-arg", "rejects=false", "--turns", 5)
    assert list(scores(result)) == ["mixed", "play"]


def test_evaluate_draws_turns_of_the_rules_that_a_model_is_held_against(turncheck, folder):
    (folder / "hot.toml").write_text("burn_damage = 4\n[fields.shield]\nhigh = 30\n", encoding="utf-8")
    beside = ("--turns", 40, "--rules", "hot.toml")
    assert scores(turncheck("evaluate", "--model", "reference", *beside))["mixed"] == (40, 40)
    assert scores(turncheck("evaluate", "--model", "py:cli_models:right", *beside))["mixed"][1] < 40


# --- models --------------------------------------------------------------------------------------------------------


def test_models_lists_the_kinds_and_what_each_needs(turncheck, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, turncheck("models").output.splitlines())) <= 80
    monkeypatch.setenv("COLUMNS", "200")
    result = turncheck("models")
    assert result.exit_code == 0
    rows = [re.split(r"  +", line.strip()) for line in result.output.splitlines()[2:]]
    assert [row[0] for row in rows] == [
        "PATH or native:PATH",
        "CARD or FOLDER with a card",
        "FOLDER or hf:FOLDER",
        "reference",
        "identity",
        "noisy:P",
        "py:MODULE:ATTR, py:FILE.py:ATTR",
        "exec:COMMAND",
        "openai:URL",
        "openai-chat:URL",
        "predictions:FILE",
        "PATH or nanogpt:PATH",
        "PATH or gguf:PATH",
        "PATH or onnx:PATH",
        "torch:PATH",
    ]
    # The libraries of these extras may not be here.
    extra = ("FOLDER or hf:FOLDER", "PATH or gguf:PATH", "PATH or onnx:PATH")
    assert [row[-1] for row in rows if row[0] not in extra] == ["yes"] * 12


def test_show_shows_what_went_to_and_fro_in_other_words(turncheck, folder):
    result = turncheck("show", "--model", "identity", "--model-arg", "template=duel-json/1", "turn.txt")
    assert result.exit_code == 1
    *_, name, said, given = result.output.splitlines()
    words = template("duel-json/1", DOMAIN)
    copied = "".join(NEUTRAL.splitlines(keepends=True)[:3])
    assert (name, said, given) == (
        "in duel-json/1",
        f"  asked {words.encode(NEUTRAL)}",
        f"  given {words.encode(copied)}",
    )


# --- train -----------------------------------------------------------------------------------------------------------

TRAIN = ("train", "--final-sweep", "0")


def test_train_makes_a_checkpoint_that_the_other_commands_load(turncheck, folder):
    pytest.importorskip("torch")
    result = turncheck(*TRAIN, "--config", "tiny", "--out", "run", "--steps", 3, "--snapshot", 2)
    assert result.exit_code == 0, result.output
    files = sorted(path.name for path in (folder / "run").iterdir())
    assert [name for name in files if name.endswith(".safetensors")] == [
        "checkpoint.safetensors",
        "state.safetensors",
        "step-2.safetensors",
    ]
    shown = turncheck("show", "--model", "run/checkpoint.safetensors", "turn.txt")
    assert shown.exit_code == 1
    assert shown.output.startswith(ASKED)


def test_train_says_how_far_it_is_where_there_is_no_terminal(turncheck, folder, monkeypatch):
    pytest.importorskip("torch")
    from turncheck import train_command

    monkeypatch.setattr(train_command, "EVERY", 0.0)
    result = turncheck(*TRAIN, "--domain", "adder.py", "--config", "micro", "--out", "run/", "--steps", 2)
    assert (result.exit_code, result.stdout) == (0, "run/checkpoint.safetensors: 2 steps of 64 turns\n")
    first, second = result.stderr.splitlines()
    assert re.fullmatch(r"step 1 of 2, loss \d+\.\d{4}, about .+ left", first)
    assert re.fullmatch(r"step 2 of 2, loss \d+\.\d{4}, about .+ left", second)


def test_train_learns_any_domain_and_a_run_of_another_is_not_gone_on_with(turncheck, folder):
    pytest.importorskip("torch")
    life = str(Path(__file__).parents[2] / "examples" / "domains" / "life" / "life.py")
    command = (*TRAIN, "--config", "micro", "--out", "run", "--steps", 2)
    assert turncheck(*command, "--domain", life).exit_code == 0
    result = turncheck(*command)
    fault = "domain must be life/1 to resume the run in run, got duel/1: use another folder"
    assert (result.exit_code, result.stderr) == (4, f"Error: {fault}\n")
    result = turncheck("evaluate", "--model", "run/checkpoint.safetensors", "--turns", 8)
    way_out = "name its own domain with --domain, or a model of this one"
    fault = f"model run/checkpoint.safetensors: it must have learned duel/1, got life/1: {way_out}"
    assert (result.exit_code, result.stderr) == (4, f"Error: {fault}\n")


def test_an_interrupted_run_is_saved_and_the_same_command_goes_on(turncheck, folder, monkeypatch):
    pytest.importorskip("torch")
    from turncheck.model.train import Run

    command = (*TRAIN, "--config", "tiny", "--out", "run", "--steps", 3)
    step = Run._train_step

    def interrupted(run, drawn):
        if run.step == 1:
            raise KeyboardInterrupt
        return step(run, drawn)

    monkeypatch.setattr(Run, "_train_step", interrupted)
    result = turncheck(*command)
    assert result.exit_code == 2
    assert result.stderr == "Error: stopped after step 1, saved: the same command continues\n"
    steps = []
    monkeypatch.setattr(Run, "_train_step", lambda run, drawn: steps.append(run.step) or step(run, drawn))
    assert turncheck(*command).exit_code == 0
    assert steps == [1, 2]


def test_a_run_of_other_settings_is_not_gone_on_with(turncheck, folder):
    pytest.importorskip("torch")
    command = (*TRAIN, "--config", "tiny", "--out", "run", "--steps", 1)
    assert turncheck(*command).exit_code == 0
    result = turncheck(*command, "--seed", 1)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == "Error: seed must be 0 to resume the run in run, got 1: use another folder\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--config", "huge", "--out", "run"],
            f"--config must be one of {', '.join(CONFIGS)}, got 'huge'",
        ),
        ([], "Missing option '--out'."),
        (["--out", "run", "--steps", "0"], "--steps must be a whole number, 1..1,000,000,000, got '0'"),
    ],
    ids=["unknown config", "no folder", "no steps"],
)
def test_train_ends_with_4_where_it_is_used_wrongly(turncheck, folder, arguments, message):
    pytest.importorskip("torch")
    result = turncheck("train", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (4, "", usage(message, "train"))
    assert not (folder / "run").exists()


def test_training_without_torch_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "turncheck.model.train", raising=False)
    monkeypatch.delitem(sys.modules, "turncheck.model.checkpoint", raising=False)
    result = CliRunner().invoke(main, ["train", "--out", str(tmp_path / "run")])
    assert result.exit_code == 4
    assert "training needs torch, which is not installed: pip install 'turncheck[torch]'" in result.output


def test_a_damaged_run_cannot_be_trusted_and_is_left_as_it_is(tmp_path):
    pytest.importorskip("torch")
    state = tmp_path / "state.safetensors"
    state.write_bytes(b"damaged")
    result = CliRunner().invoke(main, ["train", "--config", "tiny", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "a checkpoint must be a complete safetensors file, got 7 bytes" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["state.safetensors"]
    assert state.read_bytes() == b"damaged"
